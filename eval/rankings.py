"""How good a ranking is against graded judgements: nDCG, reciprocal rank, recall.

nDCG as in trec_eval: gain = grade, discount log2(rank + 1) (Järvelin and Kekäläinen, ACM TOIS 20, 2002).
A topic without a relevant item cannot be judged: None, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def ndcg(ranking: Sequence[T], grades: Mapping[T, int], k: int) -> float | None:
    """Normalised discounted cumulative gain of the first `k`, in [0, 1]; items without a grade gain nothing."""
    ideal = _gain(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k])
    if ideal == 0:
        return None
    return _gain([max(grades.get(item, 0), 0) for item in ranking[:k]]) / ideal


def reciprocal_rank(ranking: Sequence[T], grades: Mapping[T, int], least: int = 1) -> float | None:
    """One over the rank of the first item graded `least` or better; 0 if the ranking holds none of them."""
    if all(grade < least for grade in grades.values()):
        return None
    first = (rank for rank, item in enumerate(ranking, start=1) if grades.get(item, 0) >= least)
    rank = next(first, None)
    return 0.0 if rank is None else 1.0 / rank


def recall(found: Sequence[frozenset[T]], wanted: frozenset[T], k: int) -> float | None:
    """The share of what is wanted that the first `k` results hold together; a result may hold several items."""
    if not wanted:
        return None
    held = frozenset[T]().union(*found[:k])
    return len(held & wanted) / len(wanted)


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
