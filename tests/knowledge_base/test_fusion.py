from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.fusion import RRF_K, Hits, fused_ranks, reciprocal_rank_fusion

RANKINGS = st.lists(st.lists(st.integers(0, 30), unique=True, max_size=20), max_size=4)


def test_two_rankings_by_hand() -> None:
    fused = reciprocal_rank_fusion([["a", "b"], ["b", "c"]])
    assert list(fused) == ["b", "a", "c"]
    assert fused["b"] == pytest.approx(1 / (RRF_K + 2) + 1 / (RRF_K + 1))


@given(RANKINGS)
def test_holds_every_item_once_best_first(rankings: list[list[int]]) -> None:
    fused = reciprocal_rank_fusion(rankings)
    assert set(fused) == {item for ranking in rankings for item in ranking}
    assert list(fused.values()) == sorted(fused.values(), reverse=True)
    assert all(0 < score <= len(rankings) / (RRF_K + 1) for score in fused.values())


@given(st.lists(st.integers(0, 30), unique=True, max_size=20), st.integers(1, 4))
def test_rankings_that_agree_keep_their_order(ranking: list[int], n: int) -> None:
    assert list(reciprocal_rank_fusion([ranking] * n)) == ranking


@given(RANKINGS, st.lists(st.integers(0, 30), unique=True, max_size=20), st.data())
def test_moving_up_in_one_ranking_never_lowers_a_score(rankings, ranking, data) -> None:
    if len(ranking) < 2:
        return
    place = data.draw(st.integers(1, len(ranking) - 1))
    item = ranking[place]
    raised = [*ranking[: place - 1], item, ranking[place - 1], *ranking[place + 1 :]]
    before = reciprocal_rank_fusion([*rankings, ranking])[item]
    assert reciprocal_rank_fusion([*rankings, raised])[item] >= before


def test_a_repeat_counts_at_its_best_rank_only() -> None:
    assert reciprocal_rank_fusion([["a", "a", "b"]]) == reciprocal_rank_fusion([["a", "b"]])


def test_nothing_in_nothing_out() -> None:
    assert reciprocal_rank_fusion([]) == {}
    assert reciprocal_rank_fusion([[], []]) == {}


@given(RANKINGS, st.sets(st.integers(0, 40)))
def test_numbers_are_fused_as_other_items_are(rankings: list[list[int]], others: set[int]) -> None:
    numbers = np.array(sorted(others.union(*rankings)), dtype=np.int64)
    searches = [Hits(np.array(one, dtype=np.int64), -np.arange(len(one), dtype=np.float64)) for one in rankings]
    fused = reciprocal_rank_fusion(rankings)
    assert fused_ranks(searches, numbers).tolist() == [fused.get(number, 0.0) for number in numbers.tolist()]
    for search, ranking in zip(searches, rankings, strict=True):
        expected = [-float(ranking.index(number)) if number in ranking else 0.0 for number in numbers.tolist()]
        assert search.among(numbers).tolist() == expected
