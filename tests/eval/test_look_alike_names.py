"""Words between two names: as far from one as from the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Levenshtein

from eval.look_alike_names import Between, is_taken, look_alike_pairs, measure_look_alikes, words_between
from knowledge_base.medicine_table import medicine_table
from knowledge_base.types import DrugMention, Match

_PAIRS = look_alike_pairs(medicine_table())


@given(st.sampled_from(_PAIRS))
def test_a_word_between_leads_from_one_name_to_the_other(pair: tuple[str, str]) -> None:
    for between in words_between(*pair):
        to_one, to_other = (OSA.distance(between.word, name) for name in pair)
        assert 0 < to_one + to_other <= Levenshtein.distance(*pair)
        assert abs(to_one - to_other) <= 2


def test_no_look_alike_is_taken_in_the_first_pairs() -> None:
    measures = measure_look_alikes(limit=40)
    assert all(one.n > 0 for one in measures)
    assert [one.name for one in measures if one.passes is False] == []


def test_pairs_mean_different_medicines() -> None:
    assert ("hydralazine", "hydroxyzine") in _PAIRS
    assert len(_PAIRS) > 500
    assert all(not medicine_table().same(*pair) for pair in _PAIRS)


@pytest.mark.parametrize(
    ("word", "read_as", "match", "taken"),
    [
        ("ramiryl", "amaryl", "misspelling", True),  # half way: neither
        ("ramiryl", "ramipril", "misspelling", True),  # a third name as far as both
        ("ramiryl", "amaryl", "ambiguous", False),
        ("remiryl", "reminyl", "misspelling", False),  # the nearer
        ("remiryl", "amaryl", "misspelling", True),  # the farther
    ],
)
def test_what_counts_as_taken(word: str, read_as: str, match: Match, taken: bool) -> None:
    mention = DrugMention(mention=word, start=0, end=7, match=match, ingredients=("x",), candidates=(read_as,))
    assert is_taken([mention], Between("amaryl", "reminyl", word), medicine_table()) is taken
