"""What the words of a question say of a passage: the more words it has, the more they tell.

"Dose of ibuprofen" is answered by a section, "what if mitotane levels exceed 20 mg/L" by a sentence that says so.
Words that no passage holds together ("which of those could be trouble") tell nothing, however many they are.
Chosen on half of the labels of FDARxBench toy (`eval/fdarxbench.py`, by set id) and half of the medicines of section
finding (`eval/section_finding.py`) together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from knowledge_base.fusion import Hits

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WEIGHT: Final = 4.0
"""A long question's best passage by its words comes before any that only stands in the right section."""
_FULL_LENGTH: Final = 8
"""From so many words that carry it, medicines not counted, a question is as specific as any."""


def detail(n_words: int) -> float:
    """How specific a question of so many carrying words is, in [0, 1]."""
    return min(1.0, n_words / _FULL_LENGTH)


def wording(n_words: int, lexical: Hits, numbers: NDArray[np.int64], all_said: float) -> NDArray[np.float32]:
    """BM25 of each number as a share of the best one's, weighed by the question's length and how much of it is met.

    Args:
        n_words: words that carry the question.
        lexical: the passages that share a word with it, and their BM25.
        numbers: the passages to score, ascending, those among them.
        all_said: BM25 of a passage of mean length that says each phrase of the question once.
    """
    if not len(lexical.numbers) or all_said <= 0:
        return np.zeros(len(numbers), dtype=np.float32)
    best = float(lexical.scores[0])
    weight = _WEIGHT * detail(n_words) * min(1.0, best / all_said)
    return np.float32(weight) * (lexical.among(numbers) / best).astype(np.float32)
