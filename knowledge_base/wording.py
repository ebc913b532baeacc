"""What the words of a question say of a passage: the more words it has, the more they tell.

"Dose of ibuprofen" is answered by a section, "what if mitotane levels exceed 20 mg/L" by a sentence that says so.
Weight and full length were chosen on half of the labels of FDARxBench toy (`eval/fdarxbench.py`), by their set ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WEIGHT: Final = 2.0
"""A long question's best passage by its words comes before any that only stands in the right section."""
_FULL_LENGTH: Final = 8
"""From so many words that carry it, medicines not counted, a question is as specific as any."""


def wording(n_words: int, scores: Mapping[int, float], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """BM25 of each number as a share of the best one's, weighed by the length of the question.

    Args:
        n_words: words that carry the question.
        scores: BM25 by passage number, of the passages that share a word with it.
        numbers: the passages to score.
    """
    best = max(scores.values(), default=0.0)
    if best <= 0:
        return np.zeros(len(numbers), dtype=np.float32)
    shares = np.array([scores.get(number, 0.0) / best for number in numbers.tolist()], dtype=np.float32)
    return np.float32(_WEIGHT * min(1.0, n_words / _FULL_LENGTH)) * shares
