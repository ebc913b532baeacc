"""The grade printed behind a recommendation belongs to it, and to no other sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.grades import Grade, grade_of

ADVICE = "Train the staff once a year."


@pytest.mark.parametrize(
    ("printed", "grade"),
    [
        (
            "(Strong recommendation, very low quality of evidence)",
            Grade(text="Strong recommendation, very low quality of evidence", strength="strong", evidence="very low"),
        ),
        (
            "(Conditional recommendation against, moderate-certainty evidence)",
            Grade(
                text="Conditional recommendation against, moderate-certainty evidence",
                strength="weak",
                direction="against",
                evidence="moderate",
            ),
        ),
        (
            "(Weak for; Reviewed, New-added)",
            Grade(text="Weak for; Reviewed, New-added", strength="weak", direction="for"),
        ),
        ("[Category IB]", Grade(text="Category IB", category="IB")),
        ("(Category II)", Grade(text="Category II", category="II")),
        ("(Grade 1B)", Grade(text="Grade 1B", category="1B")),
    ],
)
def test_a_grade_is_read_as_it_is_printed(printed: str, grade: Grade) -> None:
    for text in (f"{ADVICE} {printed}", f"{ADVICE}\n{printed}\nMore.", f"{ADVICE[:-1]} {printed}."):
        assert grade_of(text, 0, len(ADVICE)) == grade


@pytest.mark.parametrize(
    "text",
    [
        ADVICE,
        f"{ADVICE} Clean your hands. (Strong recommendation)",
        f"{ADVICE} (see the section on strong recommendations)",
        f"{ADVICE} (Grade the wound first)",
        f"{ADVICE} The group made this a strong recommendation.",
    ],
)
def test_no_grade_is_taken_from_elsewhere(text: str) -> None:
    assert grade_of(text, 0, len(ADVICE)) is None


def test_the_grade_of_the_sentence_before_is_not_its_own() -> None:
    text = f"Clean your hands. (Category IA) {ADVICE}"
    start = text.index(ADVICE)
    assert grade_of(text, start, len(text)) is None


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_any_text_is_read_without_error(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    found = grade_of(text, start, end)
    assert found is None or found.text
