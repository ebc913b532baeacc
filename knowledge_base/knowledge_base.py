"""A knowledge base, opened for reading: the manifest, the store and the dense index of one generation."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import NamedTuple, Self

from knowledge_base.builder import check_embedder
from knowledge_base.dense_index import DenseIndex
from knowledge_base.embedder import Embedder
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.manifest import MANIFEST_NAME, IndexManifest
from knowledge_base.passage_store import PassageStore


class _Generation(NamedTuple):
    manifest: IndexManifest
    store: PassageStore
    dense: DenseIndex


class _FileState(NamedTuple):
    inode: int
    modified_ns: int
    size: int


class KnowledgeBase:
    """What is known, ready to be searched; safe to share between threads.

    `store` and `dense` may move on to a newer generation with `refresh`. Passage numbers are never
    used twice, so numbers taken before find their passages after, or find that they are gone.
    """

    def __init__(self, path: Path, embedder: Embedder, generation: _Generation) -> None:
        self.path = path
        self.embedder = embedder
        self._generation = generation
        self._lock = threading.Lock()
        self._manifest_file: _FileState | None = None

    @staticmethod
    def exists(path: Path) -> bool:
        """Whether a finished knowledge base is in this folder."""
        return (path / MANIFEST_NAME).is_file()

    @classmethod
    def open(cls, path: Path, embedder: Embedder) -> Self:
        """Open the generation that the manifest names.

        Raises:
            KnowledgeBaseError: missing, damaged or built with another embedder.
        """
        return cls(path, embedder, _open_newest(path, embedder))

    @property
    def manifest(self) -> IndexManifest:
        """The facts of the generation in use."""
        return self._generation.manifest

    @property
    def store(self) -> PassageStore:
        """Documents, passages, names and the word index."""
        return self._generation.store

    @property
    def dense(self) -> DenseIndex:
        """The vectors."""
        return self._generation.dense

    @property
    def index_version(self) -> str:
        """Changes whenever the content does."""
        return self.manifest.index_version

    def refresh(self) -> bool:
        """Move on to a newer generation if one was published; costs a look at one file otherwise.

        Returns:
            Whether anything changed.

        Raises:
            KnowledgeBaseError: it is gone, damaged or built with another embedder now.
        """
        with self._lock:
            state = _state_of(self.path / MANIFEST_NAME)
            if state is not None and state == self._manifest_file:
                return False
            is_newer = IndexManifest.load(self.path) != self.manifest
            if is_newer:
                self._generation = _open_newest(self.path, self.embedder)
            # Of before it was read: what was published in between is seen the next time.
            self._manifest_file = state
            return is_newer


def _state_of(path: Path) -> _FileState | None:
    """What changes whenever the file is replaced; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return _FileState(found.st_ino, found.st_mtime_ns, found.st_size)


def _open_newest(path: Path, embedder: Embedder) -> _Generation:
    manifest = IndexManifest.load(path)
    check_embedder(manifest, embedder, path)
    try:
        return _open(path, manifest)
    except KnowledgeBaseError:
        # Between reading the manifest and opening its files a newer generation may have replaced both.
        newest = IndexManifest.load(path)
        if newest == manifest:
            raise
        return _open(path, newest)


def _open(path: Path, manifest: IndexManifest) -> _Generation:
    dense = DenseIndex.read(path / manifest.vectors_file)
    # Asked now, so that damage shows at opening and what is searched stays of one generation.
    store = PassageStore(path, generation=manifest.generation)
    store.documents()
    n_stored = len(store.numbers())
    if (len(dense), dense.dimension, n_stored) != (manifest.n_passages, manifest.dimension, manifest.n_passages):
        raise KnowledgeBaseError(
            f"{path} does not fit together: {n_stored} passages, {len(dense)} vectors of {dense.dimension}; the "
            f"manifest says {manifest.n_passages} of {manifest.dimension}; delete it and ingest the sources again"
        )
    return _Generation(manifest, store, dense)
