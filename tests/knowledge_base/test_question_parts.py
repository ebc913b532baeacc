"""Questions that ask two things, and questions that only look like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.question_parts import parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "What is metformin used for, and why should it be stopped before surgery?",
            ("What is metformin used for", "why should it be stopped before surgery"),
        ),
        (
            "what is the dose of warfarin and how is an overdose treated",
            ("what is the dose of warfarin", "how is an overdose treated"),
        ),
        (
            "Is ibuprofen safe in pregnancy? Can I take it with food?",
            ("Is ibuprofen safe in pregnancy", "Can I take it with food"),
        ),
    ],
)
def test_two_questions_are_two_parts(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "can i take advil and what",
        "side effects of metformin and lisinopril",
        "I have a cold and what I want is sleep",
        "Is it safe in pregnancy and breastfeeding?",
        "what is it? why? how? when? who is it for?",
        "",
    ],
)
def test_one_question_has_no_parts(question: str) -> None:
    assert parts_of(question) == ()


@given(st.text(max_size=120))
def test_parts_are_words_of_the_question_in_order(question: str) -> None:
    place = 0
    for part in parts_of(question):
        place = question.index(part, place) + len(part)
