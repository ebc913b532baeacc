"""Files read ahead by worker processes while earlier ones are stored, and handed on in their order.

A PDF always goes to a worker: its library is C, and a hostile file may loop, eat memory or end the process. So does
anything large. Small text is read in this process, safely and at once; when a run turns out to be long, text goes
to the workers too, which by then repay their start. Order, ids and results are those of one process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Final, NamedTuple, Protocol, Self

from ingest.ocr import MAX_PAGES, SECONDS_PER_PAGE
from ingest.parsing import FileData, Outcome, parse_data, parse_file
from ingest.readers import Skipped, SourceFile, is_pdf
from ingest.workers import Limits, Workers
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.cores import n_cores
from knowledge_base.embedder import Embedder, Progress
from knowledge_base.minilm import MINILM_NAME

_LARGE_BYTES: Final = 2**20
"""A label of this size takes about a second, as long as a worker takes to start."""
_LONG_RUN_BYTES: Final = 4 * 2**20
"""Text read in this process before the workers take over: some fifty labels, a few seconds' work."""
_SMALL_BYTES: Final = 16 * 2**10
"""Read here even then: to send it costs as much."""
_MAX_WORKERS: Final = 8
"""More would wait for the one that stores."""
_FILES_AHEAD: Final = 4
"""For each worker."""
_BYTES_AHEAD: Final = 64 * 2**20
_SECONDS: Final = 60.0
_SECONDS_PER_MIB: Final = 60.0
"""The slowest files of public sets, PDFs of many tables, take 10 s a MiB."""
_WALL_PER_CPU: Final = 5
"""A busy machine gives a process a fifth of a core; what waits instead of working is ended after that."""
_MEMORY_BYTES: Final = 2 * 2**30
_MEMORY_PER_BYTE: Final = 30
"""What a parsed tree and the documents made of it take for each byte of a file."""


class Ahead(NamedTuple):
    """A file in its turn, and its outcome, which may have to be waited for and may raise IngestError."""

    file: SourceFile | Skipped
    outcome: Callable[[], Outcome]


class _Waiting(NamedTuple):
    ahead: Ahead
    future: Future[Outcome] | None
    n_bytes: int


def read_here(file: SourceFile | Skipped, embedder: Embedder) -> Callable[[], Outcome]:
    """The outcome of a file, read in this process when it is called for."""
    if isinstance(file, Skipped):
        return lambda: Outcome([], [], [file.reason])
    return lambda: parse_file(file.parse, embedder)


class FileReading(Protocol):
    """What reads the files of one run; a `with` block."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what still reads."""

    def of(self, files: Iterable[SourceFile | Skipped], progress: Progress | None = None) -> Iterator[Ahead]:
        """The files in their order, each with its outcome; `progress` is told of the pages of a long one."""


class Reading:
    """The reading of one run; use it in a `with` block, whose end ends the workers."""

    def __init__(self, builder: KnowledgeBaseBuilder, embedder: Embedder) -> None:
        self._builder, self._embedder = builder, embedder
        self._n = min(n_cores(), _MAX_WORKERS)
        self._workers = Workers(parse_data, self._n)
        self._n_read_here = 0

    def __enter__(self) -> Self:
        """Start nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers."""
        self._workers.__exit__(kind, error, trace)

    def of(self, files: Iterable[SourceFile | Skipped], progress: Progress | None = None) -> Iterator[Ahead]:
        """The files in their order, later ones being read while an earlier one is in the caller's hands."""
        waiting: deque[_Waiting] = deque()
        n_bytes = 0
        for file in files:
            waiting.append(self._begin(file, progress))
            n_bytes += waiting[-1].n_bytes
            full = len(waiting) > self._n * _FILES_AHEAD or n_bytes > _BYTES_AHEAD
            while waiting and (full or waiting[0].future is None or waiting[0].future.done()):
                first = waiting.popleft()
                n_bytes -= first.n_bytes
                full = False
                yield first.ahead
        while waiting:
            yield waiting.popleft().ahead

    def _begin(self, file: SourceFile | Skipped, progress: Progress | None) -> _Waiting:
        if isinstance(file, SourceFile) and file.data is not None and self._is_for_worker(file, file.data):
            n = len(file.data)
            seconds = _SECONDS + _SECONDS_PER_MIB * n / 2**20
            limits = Limits(
                seconds=seconds,
                wall_seconds=seconds * _WALL_PER_CPU,
                n_bytes=_MEMORY_BYTES + _MEMORY_PER_BYTE * n,
                more_seconds=SECONDS_PER_PAGE * MAX_PAGES if is_pdf(file.data) else 0,
            )
            on_step = None if progress is None else lambda page: progress("recognising", page - 1, 0)
            cut = self._embedder.name == MINILM_NAME
            data = FileData(file.path, file.data, file.sha256, cut, file.first_record)
            future = self._workers.submit(data, limits, on_step)
            return _Waiting(Ahead(file, future.result), future, n)
        if isinstance(file, SourceFile):
            self._n_read_here += len(file.data or b"")
        return _Waiting(Ahead(file, read_here(file, self._embedder)), None, 0)

    def _is_for_worker(self, file: SourceFile, data: bytes) -> bool:
        if self._builder.known_file(file.key, file.sha256):
            return False
        if is_pdf(data) or len(data) > _LARGE_BYTES:
            return True
        return len(data) > _SMALL_BYTES and self._n_read_here > _LONG_RUN_BYTES
