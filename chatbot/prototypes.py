"""Written example sentences whose vectors are compared with those of a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from chatbot.normalisation import Sentence
from chatbot.red_flags import Finding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class EmbedsQueries(Protocol):
    """What the gate needs of an embedder: unit vectors (n, dimension) of questions."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions, in their order."""
        ...


class Prototypes:
    def __init__(self, embedder: EmbedsQueries) -> None:
        self._embedder = embedder

    def find(self, message: str, sentences: Sequence[Sentence]) -> list[Finding]:
        return []
