"""Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009): one ranking out of several."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RRF_K: Final = 60
"""The paper's constant; ranks count from 1."""

T = TypeVar("T", bound=Hashable)


class Hits(NamedTuple):
    """What one search found, best first: passage numbers (n,), each once, and their scores (n,)."""

    numbers: NDArray[np.int64]
    scores: NDArray[Any]

    def among(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """The score of each of `numbers`, which ascend and hold all that was found; 0 for the others."""
        return _among(numbers, self.numbers, self.scores)


def fused_ranks(searches: Iterable[Hits], numbers: NDArray[np.int64], k: int = RRF_K) -> NDArray[np.float64]:
    """`reciprocal_rank_fusion` for each of `numbers`, as `Hits.among` takes them."""
    import numpy as np

    return sum(
        (_among(numbers, hits.numbers, 1.0 / (k + np.arange(1, len(hits.numbers) + 1))) for hits in searches),
        start=np.zeros(len(numbers)),
    )


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


def _among(numbers: NDArray[np.int64], found: NDArray[np.int64], values: NDArray[Any]) -> NDArray[np.float64]:
    import numpy as np

    result = np.zeros(len(numbers))
    result[np.searchsorted(numbers, found)] = values
    return result
