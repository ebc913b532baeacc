from __future__ import annotations

import math

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG

from eval.rankings import ndcg, recall, reciprocal_rank

# A ranking of some judged and unjudged items, and the grades of the judged ones.
TOPICS = st.dictionaries(st.integers(0, 30), st.integers(0, 3), min_size=1, max_size=20).flatmap(
    lambda grades: st.tuples(st.just(grades), st.permutations(range(31)).map(lambda items: items[:15]))
)


def referee(measure: ir_measures.Measure, ranking: list[int], grades: dict[int, int]) -> float:
    qrels = [ir_measures.Qrel("q", str(item), grade) for item, grade in grades.items()]
    run = [ir_measures.ScoredDoc("q", str(item), float(-place)) for place, item in enumerate(ranking)]
    return ir_measures.calc_aggregate([measure], qrels, run)[measure]


def test_ndcg_by_hand() -> None:
    # Gains 0, 3, 1 against the ideal 3, 1: (3 / log2(3) + 1 / 2) / (3 + 1 / log2(3))
    expected = (3 / math.log2(3) + 1 / 2) / (3 + 1 / math.log2(3))
    assert ndcg(["c", "a", "b"], {"a": 3, "b": 1, "c": 0}, 10) == pytest.approx(expected)


def test_nothing_relevant_is_not_judged() -> None:
    assert ndcg(["a"], {"a": 0}, 10) is None
    assert reciprocal_rank(["a"], {"a": 1}, least=2) is None
    assert recall([], frozenset(), 5) is None


@given(TOPICS)
def test_ndcg_agrees_with_the_referee(topic: tuple[dict[int, int], list[int]]) -> None:
    grades, ranking = topic
    value = ndcg(ranking, grades, 10)
    if value is None:
        assert not any(grades.values())
    else:
        assert value == pytest.approx(referee(nDCG @ 10, ranking, grades), abs=1e-9)


@given(TOPICS, st.integers(1, 3))
def test_reciprocal_rank_agrees_with_the_referee(topic: tuple[dict[int, int], list[int]], least: int) -> None:
    grades, ranking = topic
    value = reciprocal_rank(ranking, grades, least)
    if value is None:
        assert max(grades.values()) < least
    else:
        assert value == pytest.approx(referee(RR(rel=least), ranking, grades), abs=1e-9)


@given(TOPICS, st.sampled_from([1, 5, 10]))
def test_recall_agrees_with_the_referee(topic: tuple[dict[int, int], list[int]], k: int) -> None:
    grades, ranking = topic
    wanted = frozenset(item for item, grade in grades.items() if grade > 0)
    value = recall([frozenset([item]) for item in ranking], wanted, k)
    if value is None:
        assert not wanted
    else:
        assert value == pytest.approx(referee(R @ k, ranking, grades), abs=1e-9)


def test_one_result_may_hold_several_items() -> None:
    assert recall([frozenset("ab"), frozenset("c")], frozenset("abc"), 1) == pytest.approx(2 / 3)
