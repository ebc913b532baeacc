"""Whether one system is better than another on the same items: difference, interval, effect size and p-value.

The p-value is that of a randomisation test (Smucker, Allan and Carterette, CIKM 2007): if both were the same, each
cluster's difference could as well have the other sign. Of several tests at once, Holm's step-down procedure (Scand. J.
Stat. 6, 1979) keeps the chance of any false claim below 5 %.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final, NamedTuple

from eval.bootstrap import N_DRAWS, SEED, Interval, cluster_sums, mean_interval

_ROUNDING: Final = 1e-9
_ROWS: Final = 500
"""Draws made at once: some thousand clusters then take a few megabytes."""


class Difference(NamedTuple):
    """The mean of `ours - theirs` over paired items with its 95 % interval, and what it is worth.

    `p` is two-sided; `effect` is the mean over the standard deviation of the differences (Cohen's d of pairs), None
    where they do not vary. `better` and `worse` count items.
    """

    interval: Interval
    p: float | None
    effect: float | None = None
    better: int = 0
    worse: int = 0


def paired_difference(
    ours: Sequence[float],
    theirs: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int = SEED,
    n_draws: int = N_DRAWS,
) -> Difference:
    """How much better `ours` is than `theirs` on the same items, in the same order.

    Raises:
        ValueError: different numbers of items.
    """
    differences = [one - other for one, other in zip(ours, theirs, strict=True)]
    interval = mean_interval(differences, clusters, seed=seed, n_draws=n_draws)
    if not differences:
        return Difference(interval, None)
    import numpy as np

    deviation = float(np.std(differences, ddof=1)) if len(differences) > 1 else 0.0
    return Difference(
        interval,
        _sign_flips(cluster_sums(differences, clusters)[0].tolist(), seed, n_draws),
        float(np.mean(differences)) / deviation if deviation > _ROUNDING else None,
        sum(one > 0 for one in differences),
        sum(one < 0 for one in differences),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for being several, in their order; below 0.05 stands."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def _sign_flips(sums: Sequence[float], seed: int, n_draws: int) -> float:
    import numpy as np

    rng, varied = np.random.default_rng(seed), np.array([one for one in sums if one])
    seen, found = abs(float(varied.sum())) - _ROUNDING, 0
    for start in range(0, n_draws, _ROWS):
        signs = rng.integers(0, 2, size=(min(_ROWS, n_draws - start), len(varied))) * 2 - 1
        found += int((np.abs(signs @ varied) >= seen).sum())
    # What was seen is one of the draws, so that no p-value is 0.
    return (found + 1) / (n_draws + 1)
