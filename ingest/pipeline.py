"""From paths to a published knowledge base: read, chunk, store, embed, publish.

One screen, top to bottom. A file that cannot be read is skipped with a reason and the rest goes on; a
run that is stopped leaves the published knowledge base as it was, and the next run continues.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.chunking import chunk
from ingest.parsing import Outcome, unexpected
from ingest.readers import Skipped, SourceFile, read_path
from ingest.reading import Ahead, FileReading, Reading
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.embedder import Embedder, Progress
from knowledge_base.errors import KnowledgeBaseError, VademecumError
from knowledge_base.types import Passage, SourceDocument
from knowledge_base.writer import Addition


class IngestStoppedError(VademecumError):
    """The person stopped the run (Ctrl-C); what was done is kept for the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """A file, or a document in it, that was left out and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What one run did; counts of documents, except that `skipped` lists files."""

    documents: int
    passages: int
    unchanged: int
    skipped: tuple[SkippedFile, ...]
    seconds: float
    passages_per_second: float

    def to_json(self) -> dict[str, Any]:
        """The object that `vademecum ingest --json` prints."""
        return {**asdict(self), "skipped": [asdict(skipped) for skipped in self.skipped]}

    def summary(self) -> str:
        """The same for a person."""
        lines = [
            f"documents added: {self.documents} ({self.passages} passages) in {self.seconds:.1f} s"
            f" ({self.passages_per_second:.0f} passages/s); {self.unchanged} unchanged, {len(self.skipped)} skipped"
        ]
        lines += [f"skipped {skipped.path}: {skipped.reason}" for skipped in self.skipped]
        return "\n".join(lines)


def ingest_paths(
    paths: Iterable[Path],
    kb_path: Path,
    embedder: Embedder,
    progress: Progress | None = None,
    *,
    read: Callable[[Path], Iterable[SourceFile | Skipped]] = read_path,
    reading: Callable[[KnowledgeBaseBuilder, Embedder], FileReading] = Reading,
) -> IngestReport:
    """Put files, folders and archives into the knowledge base at `kb_path`, making it if there is none.

    Args:
        paths: what to put in.
        kb_path: the knowledge base's folder.
        embedder: makes the vectors.
        progress: told of stages as they go on.
        read: gives the files of a path.
        reading: reads them: worker processes of this machine, or `ingest/distributed.py`.

    Raises:
        IngestStoppedError: Ctrl-C.
        KnowledgeBaseError: the knowledge base cannot be written or is of another embedder.
    """
    start = time.perf_counter()
    tally = _Tally()
    try:
        with KnowledgeBaseBuilder(kb_path, embedder) as builder:
            # Absolute, so that the same file is known again from another folder.
            files = (file for path in paths for file in read(path.expanduser().absolute()))
            with reading(builder, embedder) as run:
                for ahead in run.of(files, progress):
                    tally.count(_take(ahead, builder, embedder, tally.skipped))
                    if progress is not None:
                        progress("reading", tally.n_files, 0)
            if tally.documents or tally.unchanged:
                builder.publish(progress)
    except KeyboardInterrupt as error:
        raise IngestStoppedError(
            f"stopped after {tally.n_files} files; {kb_path} is as it was before, and the same command continues"
        ) from error
    seconds = time.perf_counter() - start
    return IngestReport(
        documents=tally.documents,
        passages=tally.passages,
        unchanged=tally.unchanged,
        skipped=tuple(tally.skipped),
        seconds=round(seconds, 3),
        passages_per_second=round(tally.passages / seconds, 1),
    )


class _Tally:
    """The counts of the run so far."""

    def __init__(self) -> None:
        self.n_files = self.documents = self.passages = self.unchanged = 0
        self.skipped: list[SkippedFile] = []

    def count(self, addition: Addition) -> None:
        self.n_files += 1
        self.documents += addition.n_documents
        self.passages += addition.n_passages
        self.unchanged += addition.n_unchanged


def _take(ahead: Ahead, builder: KnowledgeBaseBuilder, embedder: Embedder, skipped: list[SkippedFile]) -> Addition:
    file, path = ahead.file, str(ahead.file.path)
    if isinstance(file, Skipped):
        skipped.append(SkippedFile(path=path, reason=file.reason))
        return Addition(0, 0, 0)
    if builder.known_file(file.key, file.sha256):
        if file.place is not None and file.place.is_last:
            builder.forget_portions(path, file.place.number)
        return builder.known_addition(file.key)
    try:
        outcome = ahead.outcome()
        skipped.extend(SkippedFile(path=path, reason=reason) for reason in outcome.skipped)
        full = list(_with_text(outcome, path, embedder, skipped))
        added = builder.add_file(file.key, file.sha256, full) if full else Addition(0, 0, 0)
        if file.place is None or file.place.is_last:
            builder.forget_portions(path, file.place.number if file.place is not None else 0)
        return added
    except KnowledgeBaseError:
        # Of the place where everything is put, not of this file.
        raise
    except VademecumError as error:
        skipped.append(SkippedFile(path=path, reason=str(error)))
    except Exception as error:  # noqa: BLE001, RUF100 - one file, whatever is wrong with it, must not end the run
        skipped.append(SkippedFile(path=path, reason=unexpected(error)))
    return Addition(0, 0, 0)


def _with_text(
    outcome: Outcome, path: str, embedder: Embedder, skipped: list[SkippedFile]
) -> Iterator[tuple[SourceDocument, list[Passage]]]:
    if not outcome.documents and not outcome.skipped:
        skipped.append(SkippedFile(path=path, reason="no document in it"))
    cut = outcome.passages if outcome.passages is not None else (chunk(one, embedder) for one in outcome.documents)
    for document, passages in zip(outcome.documents, cut, strict=True):
        if passages:
            yield document, passages
        else:
            skipped.append(SkippedFile(path=path, reason=f"{document.info.title or document.info.id}: no text in it"))
