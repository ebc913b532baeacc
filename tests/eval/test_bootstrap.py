from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bootstrap import mean_interval, paired_difference


def test_the_same_seed_gives_the_same_interval() -> None:
    assert mean_interval([0.0, 1.0, 1.0, 0.5]) == mean_interval([0.0, 1.0, 1.0, 0.5])


def test_nothing_judged_is_not_zero() -> None:
    assert mean_interval([]).value is None
    assert paired_difference([], []).p is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_interval_holds_the_mean(values: list[float]) -> None:
    interval = mean_interval(values, n_draws=500)
    assert interval.low - 1e-9 <= interval.value <= interval.high + 1e-9
    assert min(values) - 1e-9 <= interval.low
    assert interval.high <= max(values) + 1e-9


def test_clusters_that_agree_within_widen_the_interval() -> None:
    values = [1.0] * 20 + [0.0] * 20
    alone, together = mean_interval(values), mean_interval(values, [n // 10 for n in range(40)])
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_a_value_without_a_cluster_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        mean_interval([1.0, 0.0], ["a"])


def test_better_on_every_item_is_significant_and_chance_is_not() -> None:
    worse = [0.1 * (n % 5) for n in range(30)]
    assert paired_difference([value + 0.2 for value in worse], worse).p < 0.01
    assert paired_difference(worse, worse).p == 1.0
    difference = paired_difference([1.0, 0.0] * 20, [0.0, 1.0] * 20)
    assert difference.interval.value == pytest.approx(0)
    assert difference.p > 0.5


def test_the_interval_covers_the_truth_in_95_of_100_runs() -> None:
    rng = np.random.default_rng(7)
    hits = 0
    for seed in range(1000):
        interval = mean_interval(rng.beta(4, 2, size=60).tolist(), seed=seed, n_draws=600)
        hits += interval.low <= 4 / 6 <= interval.high
    assert 930 <= hits <= 970
