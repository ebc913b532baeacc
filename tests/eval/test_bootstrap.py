from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.bootstrap import mean_interval
from eval.statistics import wilson

Draw = Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]
N_RUNS = 1000


def test_the_same_seed_gives_the_same_interval() -> None:
    assert mean_interval([0.0, 0.9, 0.8, 0.5]) == mean_interval([0.0, 0.9, 0.8, 0.5])


def test_nothing_judged_is_not_zero() -> None:
    assert mean_interval([]) == (0, None, None, None)


@settings(deadline=None)  # the first example loads libraries
@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_the_interval_holds_the_mean_and_stays_in_range(values: list[float]) -> None:
    interval = mean_interval(values, n_draws=500)
    assert -1e-9 <= interval.low <= interval.value + 1e-9
    assert interval.value - 1e-9 <= interval.high <= 1 + 1e-9


def test_plain_hits_have_wilsons_interval() -> None:
    assert mean_interval([1, 1, 0, 1, 0, 1, 1]) == pytest.approx(wilson(5, 7))


def test_all_hits_are_not_certainty() -> None:
    assert mean_interval([1.0] * 20).low == pytest.approx(wilson(20, 20).low)
    # Ten clusters of two say no more than some ten items do.
    assert mean_interval([1.0] * 20, [n // 2 for n in range(20)]).low < wilson(10, 10).low


def test_clusters_that_agree_within_widen_the_interval() -> None:
    values = [1.0] * 20 + [0.0] * 20
    alone, together = mean_interval(values), mean_interval(values, [n // 10 for n in range(40)])
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_one_cluster_says_nothing_of_others() -> None:
    assert mean_interval([1.0, 0.0], ["a", "a"]) == (2, 0.5, None, None)
    assert mean_interval([0.3]) == (1, 0.3, None, None)


def test_a_value_without_a_cluster_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        mean_interval([1.0, 0.0], ["a"])


def _alone(draw: Callable[[np.random.Generator], np.ndarray]) -> Draw:
    def values(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        drawn = draw(rng)
        return drawn, np.arange(len(drawn))

    return values


def _clustered(n_clusters: int, share: float, *, hits: bool) -> Draw:
    """Clusters of one to eight items, whose own shares vary around the given one (correlation 0.2)."""

    def values(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        clusters = np.repeat(np.arange(n_clusters), rng.integers(1, 9, size=n_clusters))
        means = np.clip(rng.beta(share * 4, (1 - share) * 4, size=n_clusters), 1e-6, 1 - 1e-6)[clusters]
        drawn = rng.random(len(clusters)) < means if hits else rng.beta(means * 3, (1 - means) * 3)
        return drawn.astype(float), clusters

    return values


@pytest.mark.parametrize(
    ("draw", "truth"),
    [
        pytest.param(_alone(lambda rng: rng.beta(4, 2, size=60)), 4 / 6, id="60 shares"),
        pytest.param(_alone(lambda rng: rng.beta(4, 2, size=10)), 4 / 6, id="10 shares"),
        pytest.param(_alone(lambda rng: rng.beta(0.5, 2, size=15)), 0.2, id="15 skewed shares"),
        pytest.param(_alone(lambda rng: (rng.random(40) < 0.85).astype(float)), 0.85, id="40 hits"),
        pytest.param(_clustered(30, 0.9, hits=True), 0.9, id="hits on 30 drugs"),
        pytest.param(_clustered(12, 0.6, hits=True), 0.6, id="hits on 12 drugs"),
        pytest.param(_clustered(30, 0.8, hits=False), 0.8, id="shares on 30 drugs"),
        pytest.param(_clustered(12, 0.4, hits=False), 0.4, id="shares on 12 drugs"),
    ],
)
def test_the_interval_covers_the_truth_in_93_to_97_of_100_runs(draw: Draw, truth: float) -> None:
    rng = np.random.default_rng(7)
    covered = 0
    for seed in range(N_RUNS):
        values, clusters = draw(rng)
        interval = mean_interval(values.tolist(), clusters.tolist(), seed=seed, n_draws=600)
        covered += interval.low <= truth <= interval.high
    assert 0.93 * N_RUNS <= covered <= 0.97 * N_RUNS
