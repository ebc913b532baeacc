"""An embedder that embeds each passage once: several systems rank the same pool of texts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from knowledge_base.embedder import Embedder, Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST: Final = 100_000
"""Vectors kept: about 150 MB at 384 numbers each."""


class RememberingEmbedder:
    """Another embedder's vectors; those of passages are kept."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._embedder.name

    @property
    def revision(self) -> str:
        """What tells these weights from others of the same name."""
        return self._embedder.revision

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        """How many tokens of one text are seen."""
        return self._embedder.max_tokens

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors (n, dimension) of questions."""
        return self._embedder.embed_queries(texts)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """The vector (dimension,) of one question."""
        return self._embedder.embed_question(text)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Vectors (n, dimension) of passages, in their order."""
        import numpy as np

        if not texts:
            return self._embedder.embed_passages(texts, progress)
        with self._lock:
            if new := [text for text in dict.fromkeys(texts) if text not in self._known]:
                if len(self._known) + len(new) > _MOST:
                    self._known.clear()
                    new = list(dict.fromkeys(texts))
                self._known.update(zip(new, self._embedder.embed_passages(new, progress), strict=True))
            return np.stack([self._known[text] for text in texts])

    def count_tokens(self, text: str) -> int:
        """Tokens of a text."""
        return self._embedder.count_tokens(text)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """The character span of each token."""
        return self._embedder.token_offsets(text)
