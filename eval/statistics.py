"""Intervals of shares, and how small a difference a number of items can show.

The Wilson score interval (Wilson, J. Am. Stat. Assoc. 22, 1927) keeps its coverage for small n and
for shares near 0 and 1, where the normal approximation does not.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

Z_95: Final = 1.959963984540054
_Z_80: Final = 0.8416212335729143
"""One-sided: four in five runs then see the difference."""
SMALL: Final = 100
"""Below so many items a table says how little it can show."""


class Share(NamedTuple):
    """A share in [0, 1] of `n` items with its 95 % interval; None where nothing could be judged."""

    n: int
    value: float | None
    low: float | None
    high: float | None


def wilson(hits: int, n: int) -> Share:
    """The share `hits / n` with its 95 % Wilson interval; n = 0 is "could not be judged", not zero."""
    if not 0 <= hits <= n:
        raise ValueError(f"hits must lie between 0 and n, got {hits} of {n}")
    if n == 0:
        return Share(0, None, None, None)
    return Share(n, hits / n, *score_interval(hits / n, n))


def score_interval(p: float, n: float, z: float = Z_95) -> tuple[float, float]:
    """Both ends of the score interval of a share in [0, 1] of `n` independent items, `n` not always whole."""
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def smallest_difference(low: float, high: float) -> float:
    """The difference of two runs on other items, each with such an interval, that is seen four times in five.

    At 5 % two-sided; runs on the same items, compared item by item, usually show less.
    """
    error = (high - low) / (2 * Z_95)
    return (Z_95 + _Z_80) * math.sqrt(2) * error
