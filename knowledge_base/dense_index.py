"""Exact inner-product search over unit vectors, keyed by passage number (FAISS, Johnson et al. 2019).

The only module that imports faiss, and only when an index is made, read or searched. A filter goes
into the search as an `IDSelector`: filtering afterwards would lose results. Knows no text.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from knowledge_base.errors import KnowledgeBaseError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class DenseHit(NamedTuple):
    """A passage number and the cosine of its vector to the question's, in [-1, 1]."""

    number: int
    cosine: float


class DenseIndex:
    """Vectors of one generation, read only once built."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401 - faiss has no types
        self._index = index

    @classmethod
    def build(cls, numbers: NDArray[np.int64], vectors: NDArray[np.float32]) -> Self:
        """Index `vectors` (n, d), rows of length one, under `numbers` (n,)."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        index.add_with_ids(vectors, numbers)
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read an index file.

        Raises:
            KnowledgeBaseError: the file is missing or damaged.
        """
        import faiss

        if not path.is_file():
            raise KnowledgeBaseError(f"{path} is missing; {_mend(path)}")
        try:
            return cls(faiss.read_index(str(path)))
        except (RuntimeError, MemoryError) as error:
            raise KnowledgeBaseError(f"{path} is damaged: FAISS cannot read it; {_mend(path)}") from error

    def write(self, path: Path) -> None:
        """Write the index to `path` and onto the disk."""
        import faiss

        faiss.write_index(self._index, str(path))
        with path.open("rb+") as file:
            os.fsync(file.fileno())

    def __len__(self) -> int:
        """How many vectors there are."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return int(self._index.d)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The passage numbers, in the order they were added."""
        import faiss

        ids: NDArray[np.int64] = faiss.vector_to_array(self._index.id_map)
        return ids

    def search(self, vector: NDArray[np.float32], k: int, numbers: NDArray[np.int64] | None = None) -> list[DenseHit]:
        """The `k` nearest passages, best first, among `numbers` if given."""
        import faiss

        if len(self) == 0 or k < 1 or (numbers is not None and len(numbers) == 0):
            return []
        query = vector.reshape(1, -1)
        if numbers is None:
            cosines, found = self._index.search(query, min(k, len(self)))
        else:
            selector = faiss.IDSelectorBatch(numbers)
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
            cosines, found = self._index.search(query, min(k, len(numbers)), params=parameters)
        # FAISS fills up with -1 when the selector leaves fewer than k.
        return [
            DenseHit(int(number), float(cosine))
            for number, cosine in zip(found[0], cosines[0], strict=True)
            if number >= 0
        ]

    def vectors(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The stored vectors (n, d) of passages that are in the index."""
        vectors: NDArray[np.float32] = self._index.reconstruct_batch(numbers)
        return vectors


def _mend(path: Path) -> str:
    return f"mend the knowledge base with: vademecum ingest PATH --kb {path.parent}"
