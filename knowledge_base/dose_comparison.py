"""Doses of one medicine, population and unit that sources print so far apart that one of them may be a misprint.

Two doses are far apart from fifty-fold on. Legitimate doses of a medicine spread too, so a dose stands against another
source only if it is that far from everything the source gives, or if it is a thousand times one of its doses, figure by
figure, as mg for mcg makes it, and lies well outside all of them. Knows numbers, no text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

_FAR: Final = 50.0
"""Fold; a first and a full dose, or a child's and an adult's, lie closer in nearly every label."""
_SLIP: Final = 1000.0
"""One step of units: mg for mcg, g for mg."""
_OUTSIDE: Final = 10.0
"""Fold beyond the other source's range, from which a slip of units explains more than a wide range does."""
_EQUAL: Final = 1e-6


Range = tuple[float, float]
"""From and to, in one unit."""


class StoredDose(NamedTuple):
    """A dose of a document's passage, from `low` to `high`, by the numbers of its row, document and passage."""

    number: int
    document: int
    passage: int
    low: float
    high: float


def disagreements(doses: Sequence[StoredDose]) -> Iterator[tuple[int, int]]:
    """Pairs of numbers of doses at odds, both ways round, among doses of one medicine, population and unit.

    A dose that stands against another source is in a pair with one dose of each passage there: the one it is a slip of
    units from, or else the nearest. Only doses that are far apart make a pair.
    """
    if not doses or max(one.high for one in doses) < _FAR * min(one.low for one in doses):
        return
    ordered = sorted(doses, key=lambda one: (one.document, one.passage))
    sources = [list(some) for _, some in groupby(ordered, key=lambda one: one.document)]
    ranges = [frozenset((one.low, one.high) for one in source) for source in sources]
    # Hundreds of generics give the same doses: each range is weighed against each different label once.
    against = {
        one: {other for other in set(ranges) if _stands_against(one, other)} for one in frozenset().union(*ranges)
    }
    for source in sources:
        for dose in source:
            if not against[dose.low, dose.high]:
                continue
            for other, given in zip(sources, ranges, strict=True):
                if other is not source and given in against[dose.low, dose.high]:
                    for match in _matches(dose, other):
                        yield dose.number, match.number
                        yield match.number, dose.number


def _matches(dose: StoredDose, other: Sequence[StoredDose]) -> Iterator[StoredDose]:
    mine = (dose.low, dose.high)
    for _, some in groupby(other, key=lambda one: one.passage):
        match = min(some, key=lambda one: (not _slipped(mine, (one.low, one.high)), _fold(mine, (one.low, one.high))))
        if _fold(mine, (match.low, match.high)) >= _FAR:
            yield match


def _stands_against(dose: Range, given: Collection[Range]) -> bool:
    if all(_fold(dose, one) >= _FAR for one in given):
        return True
    lowest, highest = min(low for low, _ in given), max(high for _, high in given)
    outside = dose[0] >= _OUTSIDE * highest or dose[1] * _OUTSIDE <= lowest
    return outside and any(_slipped(dose, one) for one in given)


def _fold(one: Range, other: Range) -> float:
    """How many times one range is above the other; 1 where they touch."""
    return max(one[0] / other[1], other[0] / one[1], 1.0)


def _slipped(one: Range, other: Range) -> bool:
    """Whether an end of one range is a thousand times the same end of the other."""
    ratios = (one[0] / other[0], other[0] / one[0], one[1] / other[1], other[1] / one[1])
    return any(abs(ratio / _SLIP - 1) < _EQUAL for ratio in ratios)
