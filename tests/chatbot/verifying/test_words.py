"""Two texts compare by what they say: numbers by value, words by stem, phrases of one meaning as one."""

from __future__ import annotations

import pytest

from chatbot.verifying.words import normalise, stem_of, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("discontinued", "stop"),
        ("renal", "kidneys"),
        ("administered", "given"),
        ("elevations", "raised"),
        ("monitoring", "watched"),
        ("reactions", "effects"),
    ],
)
def test_words_of_one_group_have_one_stem(one: str, other: str) -> None:
    assert words_of(one).content == words_of(other).content


@pytest.mark.parametrize(("one", "other"), [("increase", "decrease"), ("stop", "start"), ("child", "adult")])
def test_opposites_keep_their_own_stems(one: str, other: str) -> None:
    assert stem_of(one) != stem_of(other)


def test_a_phrase_is_one_token() -> None:
    assert words_of("a heart attack").content == words_of("Myocardial infarction").content


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("1\u20132 tablets", "1 to 2 tablets"),
        ("500\u00b5g", "500 mcg"),
        ("\u2265 65 years", "at least 65 years"),
        ("five (5) minutes", "5 minutes"),
        ("Two 10-mg doses", "2 10 mg doses"),
    ],
)
def test_numbers_and_symbols_are_told_alike(written: str, normal: str) -> None:
    assert normalise(written) == normal


def test_numbers_compare_by_value() -> None:
    assert [token.stem for token in words_of("1,000 and 0.50 and .5").tokens if token.is_number] == [
        "1000",
        "0.5",
        "0.5",
    ]


def test_a_code_is_no_number() -> None:
    assert not any(token.is_number for token in words_of("CYP3A4 and 5-HT3").tokens)


def test_what_stands_around_ends_with_the_sentence() -> None:
    words = words_of("Nausea occurs. Avoid alcohol here.")
    place = [token.text for token in words.tokens].index("alcohol")
    assert words.around(place, place + 1, 4) == {stem_of("avoid"), "here"}
