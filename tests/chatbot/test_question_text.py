"""What a person typed is read as they see it, and what was folded is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.question_text import clean_question

CYRILLIC_O, CYRILLIC_A, GREEK_NU, GREEK_ALPHA = "\u043e", "\u0430", "\u03bd", "\u03b1"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (f"ibupr{CYRILLIC_O}fen dose", "ibuprofen dose"),
        (f"w{CYRILLIC_A}rf{CYRILLIC_A}rin", "warfarin"),
        (f"metformi{GREEK_NU}e", "metformive"),
        (f"w{GREEK_ALPHA}rfarin", "warfarin"),
        ("\uff49\uff42\uff55profen", "ibuprofen"),
        ("".join(chr(0x1D41A + ord(letter) - ord("a")) for letter in "aspirin"), "aspirin"),
    ],
)
def test_look_alikes_inside_a_word_are_folded_and_said(typed: str, read: str) -> None:
    clean = clean_question(typed)
    assert clean.text == read
    assert [word for _, word in clean.folded] == [read.split()[0]]


@pytest.mark.parametrize(
    "typed",
    [
        "Can I take ibuprofen?",
        "\u043c\u043e\u0436\u043d\u043e \u043b\u0438 \u0441\u043e\u043a",
        f"TNF{GREEK_ALPHA} blockers",
        "na\u00efve, caf\u00e9, M\u00fcller",
        "5 \u00b5g/mL, 20 \u00b0C, \u00bd tablet",
        "\u5e03\u6d1b\u82ac",
        f"{GREEK_ALPHA}-tocopherol",
        "\u0645\u06cc\u200c\u062e\u0648\u0631\u0645",
    ],
)
def test_honest_text_stays_as_it_is(typed: str) -> None:
    assert clean_question(typed).text == typed
    assert clean_question(typed).folded == ()


@pytest.mark.parametrize(
    "unseen", ["\u202e", "\u2066", "\u200b", "\u00ad", "\x00", "\x1b", "\x9b", "\ufeff", "\U000e0041"]
)
def test_what_nobody_sees_is_left_out(unseen: str) -> None:
    assert clean_question(f"ibu{unseen}profen").text == "ibuprofen"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    once = clean_question(typed).text
    assert clean_question(once).text == once
    assert len(once) <= len(typed)


def test_an_endless_run_is_cut_and_what_stands_around_it_stays() -> None:
    """Twenty thousand zeros took the rules 44 seconds."""
    assert clean_question(f"help {'0' * 20_000} he is not breathing").text == f"help {'0' * 64} he is not breathing"
