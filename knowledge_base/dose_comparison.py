"""Doses of one medicine, population and unit that sources print so far apart that one of them may be a misprint.

Two doses are far apart from fifty-fold on. Legitimate doses of a medicine spread too, so a dose stands against another
source only if it is that far from everything the source gives, or if it is a thousand times one of its doses, figure by
figure, as mg for mcg makes it, and lies well outside all of them. Knows numbers, no text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

_FAR: Final = 50.0
"""Fold; a first and a full dose, or a child's and an adult's, lie closer in nearly every label."""
_SLIP: Final = 1000.0
"""One step of units: mg for mcg, g for mg."""
_OUTSIDE: Final = 10.0
"""Fold beyond the other source's range, from which a slip of units explains more than a wide range does."""
_EQUAL: Final = 1e-6


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
    ordered = sorted(doses, key=lambda one: one.document)
    sources = [list(some) for _, some in groupby(ordered, key=lambda one: one.document)]
    for source in sources:
        for dose in source:
            for other in sources:
                if other is not source and _stands_against(dose, other):
                    for _, some in groupby(sorted(other, key=lambda one: one.passage), key=lambda one: one.passage):
                        match = min(some, key=lambda one: (not _slipped(dose, one), fold(dose, one)))
                        if fold(dose, match) >= _FAR:
                            yield dose.number, match.number
                            yield match.number, dose.number


def _stands_against(dose: StoredDose, other: Sequence[StoredDose]) -> bool:
    if all(fold(dose, one) >= _FAR for one in other):
        return True
    low, high = min(one.low for one in other), max(one.high for one in other)
    outside = dose.low >= _OUTSIDE * high or dose.high * _OUTSIDE <= low
    return outside and any(_slipped(dose, one) for one in other)


def fold(one: StoredDose, other: StoredDose) -> float:
    """How many times one range is above the other; 1 where they touch."""
    return max(one.low / other.high, other.low / one.high, 1.0)


def _slipped(one: StoredDose, other: StoredDose) -> bool:
    """Whether an end of one range is a thousand times the same end of the other."""
    ratios = (one.low / other.low, other.low / one.low, one.high / other.high, other.high / one.high)
    return any(abs(ratio / _SLIP - 1) < _EQUAL for ratio in ratios)
