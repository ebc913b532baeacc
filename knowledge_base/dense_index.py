"""Inner-product search over unit vectors, keyed by passage number (FAISS, Johnson et al. 2019).

The only module that imports faiss, and only when an index is made or read. Vectors are kept as they are while there
are few; above that each component takes one byte (FAISS's 8-bit scalar quantiser), and the search is still
over all of them: `docs/decisions/0006-dense-index.md` has what was measured. A filter narrows what is
multiplied: filtering afterwards would lose results. Knows no text.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from knowledge_base.cores import n_cores
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.fusion import Hits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Block = tuple[NDArray[np.int64], NDArray[np.float32]]

_MAX_EXACT: Final = 50_000
"""Up to here vectors take at most 77 MB as they are, and a question over all of them a few milliseconds."""
_FEW: Final = 2_000
"""So many are compared one by one in less time than it takes to choose among them."""
_SPARE: Final = 100
"""With half as many again, and so many at least, no passage was missed that comparing all would have found."""
_BYTES_PER_THREAD: Final = 16_000_000
"""Fewer are searched in less time than it takes to share them."""
_ROWS_AT_ONCE: Final = 512
"""Rows whose bytes are widened to float32 at once: they and their vectors stay in the processor's cache."""
_FULL_BYTES: Final = 2**20
"""FAISS says that a write failed, not why; with less than this left it was for want of room."""
_DIGITS: Final = 6
"""What float32 tells apart in a cosine; what is equal so far comes in the order of the passages."""
_STEPS: Final = 255
"""FAISS's 8-bit quantiser divides the range of a component into so many steps and means the middle of each."""
_LARGEST: Final = 127
"""What a byte with a sign holds."""
_LEAST: Final = 1e-30


class DenseIndex:
    """Vectors of one generation, read only once built; safe to share between threads."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401 - faiss has no types
        import faiss

        self._index = index
        self._inner: Any = faiss.downcast_index(index.index)

    @classmethod
    def build(cls, numbers: NDArray[np.int64], vectors: NDArray[np.float32], *, max_exact: int = _MAX_EXACT) -> Self:
        """Index `vectors` (n, d), rows of length one, under `numbers` (n,), which ascend."""
        n, dimension = vectors.shape
        return cls.stream(n, dimension, lambda: iter([(numbers, vectors)]), max_exact=max_exact)

    @classmethod
    def stream(
        cls, n: int, dimension: int, blocks: Callable[[], Iterator[Block]], *, max_exact: int = _MAX_EXACT
    ) -> Self:
        """Index `n` vectors that come in blocks, each as `build` takes them; `blocks` is called anew for each pass."""
        import faiss
        import numpy as np

        if n <= max_exact:
            inner: Any = faiss.IndexFlatIP(dimension)
        else:
            lowest, highest = np.full(dimension, np.inf, np.float32), np.full(dimension, -np.inf, np.float32)
            for _, vectors in blocks():
                np.minimum(lowest, vectors.min(axis=0), out=lowest)
                np.maximum(highest, vectors.max(axis=0), out=highest)
            inner = _quantised(lowest, highest)
        index = faiss.IndexIDMap(inner)
        for numbers, vectors in blocks():
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
        except (RuntimeError, MemoryError, AttributeError) as error:
            raise KnowledgeBaseError(f"{path} is damaged: FAISS cannot read it; {_mend(path)}") from error

    def write(self, path: Path) -> None:
        """Write the index to `path` and onto the disk.

        Raises:
            OSError: it cannot be written, ENOSPC for want of room.
        """
        import faiss

        if not self.is_exact:
            self._inner.sq.qtype = faiss.ScalarQuantizer.QT_8bit
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise OSError(errno.ENOSPC if _is_full(path) else errno.EIO, "FAISS cannot write it", str(path)) from error
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
    def is_exact(self) -> bool:
        """Whether the vectors are kept as they were given."""
        return hasattr(self._inner, "get_xb")

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """The passage numbers, in the order they were added."""
        import faiss

        ids: NDArray[np.int64] = faiss.vector_to_array(self._index.id_map)
        return ids

    def search(self, vector: NDArray[np.float32], k: int, numbers: NDArray[np.int64] | None = None) -> Hits:
        """The `k` nearest passages and the cosines of their vectors to the question's, among `numbers` if given."""
        import numpy as np

        if len(self) == 0 or k < 1 or (numbers is not None and len(numbers) == 0):
            return Hits(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
        if numbers is not None:
            rows = self._rows(numbers)
        elif len(self) <= _FEW:
            rows = np.arange(len(self))
        else:
            rows = self._nearest(vector, k + max(k // 2, _SPARE))
        # One text in several labels has one vector, and its cosines differ in the last digits by where the row stands.
        cosines = np.round(self._cosines(rows, vector), _DIGITS)
        if k < len(cosines):
            enough = cosines >= np.partition(cosines, len(cosines) - k)[len(cosines) - k]
            rows, cosines = rows[enough], cosines[enough]
        order = np.lexsort((rows, -cosines))[:k]
        return Hits(self.numbers[rows[order]], cosines[order])

    def vectors(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors (n, d), as they are kept, of passages that are in the index."""
        components = self._components[self._rows(numbers)]
        if self.is_exact:
            return components
        offset, step = self._quantiser
        vectors: NDArray[np.float32] = components * step + offset
        return vectors

    def _rows(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of numbers; one that is not in the index has none."""
        import numpy as np

        order = self._order
        at = np.minimum(np.searchsorted(self.numbers, numbers, sorter=order), len(self) - 1)
        rows = at if order is None else order[at]
        found: NDArray[np.int64] = rows[self.numbers[rows] == numbers]
        return found

    @cached_property
    def _order(self) -> NDArray[np.int64] | None:
        import numpy as np

        return None if np.all(self.numbers[1:] > self.numbers[:-1]) else np.argsort(self.numbers, kind="stable")

    @cached_property
    def _components(self) -> NDArray[Any]:
        """FAISS's own memory as an array (n, d): float32, or the bytes of the quantiser."""
        import faiss
        import numpy as np

        memory = self._inner.get_xb() if self.is_exact else self._inner.codes.data()
        return np.asarray(faiss.rev_swig_ptr(memory, len(self) * self.dimension)).reshape(len(self), self.dimension)

    @cached_property
    def _in_bytes(self) -> Any:  # noqa: ANN401 - see above
        """The index itself if its components take one byte, otherwise a copy of which they do."""
        if not self.is_exact:
            return self._inner
        copy = _quantised(self._components.min(axis=0), self._components.max(axis=0))
        copy.add(self._components)
        return copy

    @cached_property
    def _quantiser(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What byte 0 of each component stands for, and what each further step adds."""
        import faiss
        import numpy as np

        trained: NDArray[np.float32] = faiss.vector_to_array(self._in_bytes.sq.trained)
        lowest, extent = trained.reshape(2, self.dimension)
        step: NDArray[np.float32] = extent / np.float32(_STEPS)
        return lowest + step / np.float32(2), step

    def _cosines(self, rows: NDArray[np.int64], vector: NDArray[np.float32]) -> NDArray[np.float32]:
        import numpy as np

        weights, constant = vector, 0.0
        if not self.is_exact:
            # FAISS's own decoder wakes a team of threads for every call: sixty times slower for a medicine's labels.
            offset, step = self._quantiser
            weights, constant = vector * step, float(vector @ offset)
        starts = range(0, len(rows), _ROWS_AT_ONCE)
        # Not as a matrix product, which OpenBLAS would divide among threads that then wait for more work.
        blocks = (self._components[rows[i : i + _ROWS_AT_ONCE]].astype(np.float32, copy=False) for i in starts)
        parts = [np.vecdot(block, weights) for block in blocks]
        return np.concatenate([*parts, np.empty(0, np.float32)]) + np.float32(constant)

    def _nearest(self, vector: NDArray[np.float32], n: int) -> NDArray[np.int64]:
        """The rows of the `n` nearest of each stretch of the vectors, question and vectors both in bytes.

        Whole numbers are multiplied several times as fast as they are turned into float32; what the question loses by
        it moves a passage a few places.
        """
        import faiss
        import numpy as np

        index = self._in_bytes
        # A byte means a step up to here; from here on it is a number, and the question takes the steps along.
        index.sq.qtype = faiss.ScalarQuantizer.QT_8bit_direct_signed
        weights = vector * self._quantiser[1]
        weights = np.round(weights * (_LARGEST / max(float(np.abs(weights).max()), _LEAST))).reshape(1, -1)

        def search(first: int, last: int) -> NDArray[np.int64]:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorRange(first, last))  # type: ignore[call-arg]
            rows: NDArray[np.int64] = index.search(weights, n, params=parameters)[1][0]
            return rows[rows >= 0]

        n_parts = min(n_cores(), index.codes.size() // _BYTES_PER_THREAD)
        if n_parts < 2:
            return search(0, len(self))
        bounds = [len(self) * part // n_parts for part in range(n_parts + 1)]
        return np.concatenate(list(self._workers.map(search, bounds[:-1], bounds[1:])))

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        """Threads that stay: to start them takes as long as to search ten thousand vectors."""
        return ThreadPoolExecutor(n_cores(), "dense")


def _quantised(lowest: NDArray[np.float32], highest: NDArray[np.float32]) -> Any:  # noqa: ANN401 - see above
    """An empty index of one byte a component, each between its `lowest` and `highest` (d,)."""
    import faiss
    import numpy as np

    index = faiss.IndexScalarQuantizer(len(lowest), faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    # The quantiser learns the range of each component and nothing else, so the ends of the ranges will do.
    index.train(np.stack([lowest, highest]))
    return index


def _is_full(path: Path) -> bool:
    return shutil.disk_usage(path.parent).free < _FULL_BYTES


def _mend(path: Path) -> str:
    return f"mend the knowledge base with: vademecum ingest PATH --kb {path.parent}"
