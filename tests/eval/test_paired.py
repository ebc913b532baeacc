from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import permutation_test

from eval.paired import holm, paired_difference


def test_better_on_every_item_is_significant_and_chance_is_not() -> None:
    worse = [0.1 * (n % 5) for n in range(30)]
    better = paired_difference([value + 0.2 for value in worse], worse)
    assert better.p < 0.01
    assert (better.better, better.worse) == (30, 0)
    assert paired_difference(worse, worse).p == 1.0
    difference = paired_difference([1.0, 0.0] * 20, [0.0, 1.0] * 20)
    assert difference.interval.value == pytest.approx(0)
    assert difference.p > 0.5


def test_nothing_to_compare() -> None:
    assert paired_difference([], []).p is None


def test_the_effect_by_hand() -> None:
    # Differences 1, 1, 0, 2: mean 1, deviation sqrt(2/3).
    assert paired_difference([1, 2, 3, 4], [0, 1, 3, 2]).effect == pytest.approx(1 / np.sqrt(2 / 3))
    assert paired_difference([1.0, 2.0], [0.0, 1.0]).effect is None


def test_the_p_value_agrees_with_the_exact_test() -> None:
    ours, theirs = [0.9, 0.4, 0.8, 0.7, 0.6, 0.9, 0.3, 0.8], [0.5, 0.5, 0.6, 0.4, 0.6, 0.5, 0.35, 0.6]
    exact = permutation_test((ours, theirs), lambda a, b: np.mean(a) - np.mean(b), permutation_type="samples")
    assert paired_difference(ours, theirs).p == pytest.approx(exact.pvalue, abs=0.015)


def test_one_drug_is_one_witness() -> None:
    ours, theirs = [1.0] * 12, [0.0] * 12
    alone, together = paired_difference(ours, theirs), paired_difference(ours, theirs, [n // 4 for n in range(12)])
    assert alone.p < 0.01
    # Three drugs with the same sign: two of eight patterns are as far from zero.
    assert together.p == pytest.approx(2 / 8, abs=0.02)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_only_raises_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(one <= other <= 1 for one, other in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[place] for place in order] == sorted(adjusted)
