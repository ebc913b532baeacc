"""Building a knowledge base: documents in, one published generation out.

Everything is safe to kill at any moment. Documents and vectors are committed as they come, under the
number of the next generation, which no reader looks at; `publish` writes the FAISS file, then the
manifest, and only then deletes what the old generation needed. A run that was killed is completed by
the next one, which finds its documents and vectors and makes only the rest.
"""

from __future__ import annotations

import errno
import math
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from knowledge_base.dense_index import DenseIndex
from knowledge_base.embedder import MANY_TEXTS, Embedder, Progress
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.manifest import MANIFEST_NAME, IndexManifest, file_sha256, sync_folder
from knowledge_base.passage_text import embedding_hash
from knowledge_base.schema import MIGRATIONS
from knowledge_base.types import Passage, SourceDocument
from knowledge_base.writer import Addition, Compaction, PassageWriter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOCK_NAME: Final = "writer.lock"
_TEXTS_PER_COMMIT: Final = 4 * MANY_TEXTS
"""A kill loses at most this many embeddings, five to ten seconds of two cores. Fewer leave a core idle more often."""


class KnowledgeBaseBuilder:
    """The one writer of the knowledge base in folder `path`; use it in a `with` block."""

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self.path = path
        self._embedder = embedder
        self._model = f"{embedder.name}@{embedder.revision}"
        self._counted: set[str] = set()

    def __enter__(self) -> Self:
        """Take the lock and open the store, making the folder if there is none.

        Raises:
            KnowledgeBaseError: another process writes, or the folder was built with another embedder.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KnowledgeBaseError(f"{self.path} cannot be made ({error.strerror}); choose another --kb") from error
        self._lock = _take_lock(self.path)
        try:
            self._manifest = self._read_manifest()
            self._writer = PassageWriter(self.path)
        except BaseException:
            self._lock.close()
            raise
        published = self._manifest.generation if self._manifest is not None else 0
        self._next = max(published, self._writer.generation) + 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the store and the lock; what was added stays for the next run."""
        self._writer.close()
        self._lock.close()

    def known_file(self, path: str | Path, sha256: str) -> bool:
        """Whether this content of the file is already in, so that it need not be read again."""
        return self._writer.knows_file(str(path), sha256)

    def known_addition(self, path: str | Path) -> Addition:
        """What a known file adds to the next generation: what a stopped run stored of it, counted once."""
        known = self._writer.known_addition(str(path), self._next)
        if str(path) in self._counted:
            return Addition(0, 0, known.n_documents + known.n_unchanged)
        self._counted.add(str(path))
        return known

    def add_file(
        self, path: str | Path, sha256: str, documents: Iterable[tuple[SourceDocument, Sequence[Passage]]]
    ) -> Addition:
        """Add one file's documents with their passages, all or none of them."""
        self._counted.add(str(path))
        with _telling_of_a_full_disk(self.path):
            return self._writer.add_file(str(path), sha256, documents, self._next)

    def forget_portions(self, path: str, n: int) -> None:
        """Take out what a file held before in portions behind the `n`-th, or for n > 0 as a whole."""
        self._writer.forget_portions(path, n, self._next)

    def add_vectors(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep vectors (n, d) that were made elsewhere of embedding texts, so that `publish` need not make them."""
        with _telling_of_a_full_disk(self.path):
            self._writer.save_embeddings(self._model, [embedding_hash(text) for text in texts], vectors)

    def remove_documents(self, document_ids: Collection[str]) -> int:
        """Take documents out with the next `publish`; with a label's last searched version its older ones go too.

        Returns:
            How many older versions went.

        Raises:
            KnowledgeBaseError: an id is not stored; nothing further was wrong, and the others are out.
        """
        missing, n_older = self._writer.remove(document_ids, self._next)
        if missing:
            raise KnowledgeBaseError(f"no document {', '.join(missing)} in {self.path}; see: vademecum kb list")
        return n_older

    def compact(self, *, history: bool = False) -> Compaction:
        """Drop what no search needs and give the space back; `history` drops older versions of labels for good.

        Raises:
            KnowledgeBaseError: nothing was published yet, or there is no room to work in.
        """
        if self._manifest is None:
            raise KnowledgeBaseError(f"no knowledge base in {self.path}; make one with: vademecum ingest PATH")
        try:
            return self._writer.compact(self._model, self._manifest.generation, history=history)
        except sqlite3.OperationalError as error:
            raise KnowledgeBaseError(
                f"{self.path} was not compacted ({error}); it needs as much free space as the database takes"
            ) from error

    def publish(self, progress: Progress | None = None) -> IndexManifest:
        """Embed what has no vector yet, write the index, and make all of it the generation in use.

        Raises:
            KnowledgeBaseError: the disk is full; the generation in use stays as it was.
        """
        with _telling_of_a_full_disk(self.path):
            return self._publish(progress)

    def _publish(self, progress: Progress | None) -> IndexManifest:
        self._writer.settle_versions(self._next)
        self._embed(progress)
        self._writer.read_doses()
        if self._manifest is not None and self._is_as_published(self._manifest):
            # A run that was killed after its manifest may have left what this clears.
            self._clear(self._manifest)
            return self._manifest
        self._writer.compare_doses(self._next)
        n_documents, n_passages = self._writer.count(self._next)
        name = f"vectors-{self._next}.faiss"
        temporary = self.path / f"{name}.tmp"
        dimension = self._embedder.dimension
        DenseIndex.stream(n_passages, dimension, lambda: self._writer.vectors(self._model, dimension)).write(temporary)
        checksum = file_sha256(temporary)
        temporary.replace(self.path / name)
        sync_folder(self.path)
        self._writer.checkpoint()
        manifest = IndexManifest(
            embedder=self._embedder.name,
            revision=self._embedder.revision,
            dimension=self._embedder.dimension,
            n_documents=n_documents,
            n_passages=n_passages,
            generation=self._next,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            vectors_file=name,
            vectors_sha256=checksum,
            schema=len(MIGRATIONS),
        )
        manifest.save(self.path)
        self._clear(manifest)
        self._manifest = manifest
        self._next += 1
        return manifest

    def _embed(self, progress: Progress | None) -> None:
        n_missing = self._writer.list_missing_embeddings(self._model)
        # Even parts: a small last one would load the model for few texts as well.
        n_parts = max(math.ceil(n_missing / _TEXTS_PER_COMMIT), 1)
        n_each = max(math.ceil(n_missing / n_parts), 1)
        for start in range(0, n_missing, n_each):
            some = self._writer.missing_embeddings(start, n_each)
            texts = self._writer.embedding_texts([number for _, number in some])
            vectors = self._embedder.embed_passages(texts)
            self._writer.save_embeddings(self._model, [text_hash for text_hash, _ in some], vectors)
            if progress is not None:
                progress("embedding", start + len(some), n_missing)

    def _is_as_published(self, manifest: IndexManifest) -> bool:
        """Whether nothing has changed since, and the vectors are on disk as they were written."""
        if self._writer.has_changes(self._next) or not self._writer.has_compared_doses(manifest.generation):
            return False
        path = self.path / manifest.vectors_file
        return path.is_file() and file_sha256(path) == manifest.vectors_sha256

    def _clear(self, manifest: IndexManifest) -> None:
        self._writer.set_generation(manifest.generation)
        self._writer.clear(manifest.generation)
        self._writer.checkpoint()
        for pattern in ("vectors-*.faiss", "vectors-*.faiss.tmp"):
            for path in self.path.glob(pattern):
                if path.name != manifest.vectors_file:
                    path.unlink(missing_ok=True)

    def _read_manifest(self) -> IndexManifest | None:
        if not (self.path / MANIFEST_NAME).exists():
            return None
        manifest = IndexManifest.load(self.path)
        check_embedder(manifest, self._embedder, self.path)
        return manifest


def check_embedder(manifest: IndexManifest, embedder: Embedder, path: Path) -> None:
    """Refuse an embedder other than the one that made the vectors.

    Raises:
        KnowledgeBaseError: names both and says what to do.
    """
    made = (manifest.embedder, manifest.revision, manifest.dimension)
    given = (embedder.name, embedder.revision, embedder.dimension)
    if made != given:
        raise KnowledgeBaseError(
            f"{path} was built with embedder {made[0]} (revision {made[1]}, {made[2]} dimensions), the settings name "
            f"{given[0]} (revision {given[1]}, {given[2]} dimensions); set VADEMECUM_EMBEDDER back or ingest into "
            "another --kb"
        )


@contextmanager
def _telling_of_a_full_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or (
            isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        )
        if not is_full:
            raise
        raise KnowledgeBaseError(
            f"no room left on the disk of {path}; what was in use stays in use. Free some and run the same command "
            "again: it goes on from here"
        ) from error


def _take_lock(path: Path) -> sqlite3.Connection:
    """Hold the writer's lock until the connection is closed or the process ends, however it ends.

    An exclusive SQLite transaction is a lock that works on every system and cannot be left behind.
    """
    lock = sqlite3.connect(path / _LOCK_NAME, timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise KnowledgeBaseError(
                f"another ingest or removal is at work in {path}; wait for it to end and run this again"
            ) from error
        raise KnowledgeBaseError(f"{path} cannot be written ({error}); choose another --kb") from error
    return lock
