from __future__ import annotations

import math

import pytest

from eval.benchmarks.ranked import average_precision, judge_ranking

GRADES = {"a": 2, "b": 1, "c": 0, "d": 1}


def test_average_precision_by_hand() -> None:
    # Relevant at ranks 1 and 3 of three: (1/1 + 2/3) / 3.
    assert average_precision(["a", "x", "b"], frozenset("abd")) == pytest.approx((1 + 2 / 3) / 3)
    assert average_precision(["a", "x", "b"], frozenset("abd"), 2) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(["x"], frozenset("a")) == 0.0
    assert average_precision(["x"], frozenset()) is None


def test_all_figures_of_a_ranking_by_hand() -> None:
    scores = judge_ranking(["c", "a", "b"], GRADES)
    gain = 2 / math.log2(3) + 1 / math.log2(4)
    ideal = 2 + 1 / math.log2(3) + 1 / math.log2(4)
    assert scores["nDCG@10"] == pytest.approx(gain / ideal)
    assert scores["MRR"] == 1 / 2
    assert scores["MAP@100"] == pytest.approx((1 / 2 + 2 / 3) / 3)
    assert scores["P@10"] == 2 / 10
    assert scores["recall@10"] == pytest.approx(2 / 3)


def test_only_good_grades_are_relevant() -> None:
    assert judge_ranking(["b", "a"], GRADES, good=2)["MRR"] == 1 / 2
    assert judge_ranking(["b"], {"b": 1}, good=2) == {
        "nDCG@10": 1.0,
        "MRR": None,
        "MAP@100": None,
        "P@10": None,
        "recall@10": None,
    }
