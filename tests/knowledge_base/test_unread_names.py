"""Tests of `knowledge_base.unread_names`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.types import DrugName
from knowledge_base.unread_names import UnreadNames

HELD = ("Zydelig", "Humira", "Pressure Pain Cold PE", "Triaminic Childrens Night Time Cold and Cough", "TPOXX")
IN_USE = frozenset({"humera"})


@pytest.fixture(scope="module")
def unread() -> UnreadNames:
    names = [DrugName(name=name, relation="brand", ingredients=("x",)) for name in HELD]
    return UnreadNames(names, IN_USE.__contains__)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Zydeig recommended dosing", ("Zydeig",)),
        ("does humkra hit harder at that age", ("humkra",)),
        ("will pressure pan cold pe hurt me", ("pressure pan cold pe",)),
        ("pressurepain cold pe storage", ("pressurepain cold pe",)),
        ("what of pres sure pain cold pe", ("pres sure pain cold pe",)),
        ("bottle of triaminic childerns night time cold and cough", ("triaminic childerns night time cold and cough",)),
    ],
)
def test_a_name_with_one_edit_is_found_as_written(unread: UnreadNames, question: str, expected) -> None:
    assert unread.find(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "what helps with pain and a cold at night",
        "who should be screened for hepatitis",
        "humera in the texts is a word of its own",
        "a kydelig starts with another letter",
        "tpoxy is one edit from a name too short",
        "",
    ],
)
def test_other_words_are_left_alone(unread: UnreadNames, question: str) -> None:
    assert unread.find(question) == ()


@given(st.text(max_size=80))
def test_what_is_found_stands_in_the_text(unread: UnreadNames, text: str) -> None:
    assert all(found in text for found in unread.find(text))
