"""From ranked candidates to the passages that are shown: no repeats, several sources, every medicine.

Pure; the order of equal scores is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from knowledge_base.types import Passage

_PER_DOCUMENT: Final = 3
_FEW_DOCUMENTS: Final = 3
"""With so few documents to choose from there is nothing to make room for."""
_CLEARLY_BETTER: Final = 0.3


class Ranked(NamedTuple):
    """A passage, its score in one ranking, and whether it names the other medicine that is asked about."""

    passage: Passage
    score: float
    names_other: bool = False


def interleave(rankings: Sequence[Sequence[Ranked]]) -> list[Ranked]:
    """One ranking in which the medicines take turns.

    One that names the other comes before one that does not; then the first named, unless another fits clearly better.
    """
    filled = [ranking for ranking in rankings if ranking]
    if len(filled) < 2:
        return list(filled[0]) if filled else []
    best = max(ranking[0].score for ranking in filled)
    filled.sort(key=lambda ranking: (not ranking[0].names_other, best - ranking[0].score > _CLEARLY_BETTER))
    merged: dict[int, Ranked] = {}
    for place in range(max(map(len, filled))):
        for ranking in filled:
            if place < len(ranking):
                merged.setdefault(ranking[place].passage.number, ranking[place])
    return list(merged.values())


def select(ranked: Sequence[Ranked], k: int) -> list[Ranked]:
    """The first `k`, identical texts once, at most three of a document unless there are few documents."""
    n_documents = len({one.passage.document.id for one in ranked})
    cap = _PER_DOCUMENT if n_documents > _FEW_DOCUMENTS else k
    texts: set[str] = set()
    counts: Counter[str] = Counter()
    chosen: list[Ranked] = []
    spare: list[Ranked] = []
    for one in ranked:
        text = " ".join(one.passage.text.lower().split())
        if text in texts:
            continue
        texts.add(text)
        if counts[one.passage.document.id] < cap:
            counts[one.passage.document.id] += 1
            chosen.append(one)
        else:
            spare.append(one)
        if len(chosen) == k:
            break
    return [*chosen, *spare[: k - len(chosen)]]
