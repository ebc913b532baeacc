"""An open question with graded answers to rank, whatever the collection; grades count from 0, 2 and better is good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eval.rankings import ndcg, reciprocal_rank
from knowledge_base.text_ranker import FreeText

DEPTH: Final = 10
GOOD: Final = 2
"""Grade 3 of the four that NIST's judges gave ("incomplete" and "excellent"), counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A question, its texts and their grades, in the same order."""

    id: str
    question: str
    texts: tuple[FreeText, ...]
    grades: tuple[int, ...]

    def ndcg(self, ranking: Sequence[int]) -> float | None:
        """nDCG@10 of the texts' places in ranked order."""
        return ndcg(ranking, dict(enumerate(self.grades)), DEPTH)

    def reciprocal_rank(self, ranking: Sequence[int]) -> float | None:
        """One over the rank of the first good text."""
        return reciprocal_rank(ranking, dict(enumerate(self.grades)), GOOD)
