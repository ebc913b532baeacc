"""Words between two names: as far from one as from the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from eval.look_alike_names import look_alike_pairs, measure_look_alikes, words_between
from knowledge_base.medicine_table import medicine_table

_PAIRS = look_alike_pairs(medicine_table())


@given(st.sampled_from(_PAIRS))
def test_a_word_between_is_as_far_from_both(pair: tuple[str, str]) -> None:
    for between in words_between(*pair):
        assert OSA.distance(between.word, pair[0]) == OSA.distance(between.word, pair[1]) > 0


def test_no_look_alike_is_taken_in_the_first_pairs() -> None:
    measures = measure_look_alikes(limit=40)
    assert all(one.n > 0 for one in measures)
    assert [one.name for one in measures if one.passes is False] == []


def test_pairs_mean_different_medicines() -> None:
    assert ("hydralazine", "hydroxyzine") in _PAIRS
    assert len(_PAIRS) > 500
    assert all(not medicine_table().same(*pair) for pair in _PAIRS)
