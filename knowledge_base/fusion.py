"""Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009): one ranking out of several."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Final, TypeVar

RRF_K: Final = 60
"""The paper's constant; ranks count from 1."""

T = TypeVar("T", bound=Hashable)


def reciprocal_rank_fusion(rankings: Iterable[Sequence[T]], k: int = RRF_K) -> dict[T, float]:
    """The sum of `1 / (k + rank)` of each item over the rankings that hold it, best item first.

    An item that one ranking repeats counts at its best rank. Items of equal score keep the order in
    which they were first met, so the result does not depend on hashing.
    """
    scores: dict[T, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(dict.fromkeys(ranking), start=1):
            scores[item] = scores.get(item, 0.0) + 1.0 / (k + rank)
    return dict(sorted(scores.items(), key=lambda entry: -entry[1]))
