"""Intervals for the tables.

The Wilson score interval (Wilson, J. Am. Stat. Assoc. 22, 1927) keeps its coverage for small n and
for shares near 0 and 1, where the normal approximation does not.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

_Z_95: Final = 1.959963984540054


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
    p = hits / n
    centre = (p + _Z_95**2 / (2 * n)) / (1 + _Z_95**2 / n)
    half = _Z_95 / (1 + _Z_95**2 / n) * math.sqrt(p * (1 - p) / n + _Z_95**2 / (4 * n**2))
    return Share(n, p, max(0.0, centre - half), min(1.0, centre + half))
