"""How well a system knows when it does not know: coverage against error, AURC, reliability, refusals.

Coverage and risk as in Geifman and El-Yaniv (NeurIPS 2017): answers are taken by falling confidence, the risk is the
share of wrong ones among those taken. AURC is the mean risk over all coverages, lower is better. Expected calibration
error over bins of equal width as in Guo et al. (ICML 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

N_BINS: Final = 10


class Point(NamedTuple):
    """The risk when the surest answers, up to this share of all, are taken."""

    coverage: float
    risk: float


class Bin(NamedTuple):
    """The answers with a confidence in one range: how many, their mean confidence, the share that is right."""

    n: int
    confidence: float
    accuracy: float


def risk_curve(confidences: Sequence[float], right: Sequence[float]) -> list[Point]:
    """The risk at each coverage; answers of equal confidence are taken together, each with their mean risk.

    Args:
        confidences: higher is surer; any scale.
        right: 1 for a right answer, 0 for a wrong one, or a share.

    Raises:
        ValueError: different numbers of both.
    """
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    points: list[Point] = []
    wrong = 0.0
    start = 0
    while start < len(pairs):
        end = start
        while end < len(pairs) and pairs[end][0] == pairs[start][0]:
            end += 1
        # No order among equals: each step through them has their mean risk.
        mean = sum(1 - value for _, value in pairs[start:end]) / (end - start)
        for taken in range(start + 1, end + 1):
            wrong += mean
            points.append(Point(taken / len(pairs), wrong / taken))
        start = end
    return points


def aurc(confidences: Sequence[float], right: Sequence[float]) -> float | None:
    """The area under the curve of risk against coverage, in [0, 1]; None without answers."""
    points = risk_curve(confidences, right)
    return sum(point.risk for point in points) / len(points) if points else None


def reliability(confidences: Sequence[float], right: Sequence[float], n_bins: int = N_BINS) -> list[Bin]:
    """The bins of confidences in [0, 1] that hold any answer, lowest first."""
    bins: list[list[tuple[float, float]]] = [[] for _ in range(n_bins)]
    for pair in zip(confidences, right, strict=True):
        bins[min(int(pair[0] * n_bins), n_bins - 1)].append(pair)
    return [
        Bin(len(some), sum(sure for sure, _ in some) / len(some), sum(value for _, value in some) / len(some))
        for some in bins
        if some
    ]


def calibration_error(confidences: Sequence[float], right: Sequence[float], n_bins: int = N_BINS) -> float | None:
    """The mean distance of confidence and accuracy over the bins, by their size; None without answers."""
    bins = reliability(confidences, right, n_bins)
    n = sum(one.n for one in bins)
    return sum(one.n * abs(one.accuracy - one.confidence) for one in bins) / n if n else None


def refusal_correct(*, abstained: bool, answerable: bool) -> float:
    """1 if a question that has an answer got one, or one that has none was declined; else 0."""
    return float(abstained != answerable)


def over_refusal(*, abstained: bool, answerable: bool) -> float | None:
    """1 if a question that has an answer was declined; cannot be judged on a question that has none."""
    return float(abstained) if answerable else None
