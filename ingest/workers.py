"""Processes that read files for this one, with limits on time and memory: a hostile file ends one of them, not the run.

A process is started with the first task, serves one after another, and is replaced when it dies or is ended. It is
spawned, not forked: the parent has threads of numeric libraries, which a fork would copy half. Tasks and results cross
as pickles between our own processes; nothing is unpickled from a file. Knows no formats.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

from knowledge_base.errors import IngestError

if sys.platform != "win32":
    import resource

T = TypeVar("T")
R = TypeVar("R")

_START_SECONDS: Final = 120
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one task may use: seconds of processor and of wall time, bytes beyond what the process starts with."""

    seconds: float
    wall_seconds: float
    n_bytes: int


class Workers(Generic[T, R]):
    """`n` processes that call `work`, an importable function that takes and gives values; use it in a `with` block."""

    def __init__(self, work: Callable[[T], R], n: int) -> None:
        self._work = work
        self._threads = ThreadPoolExecutor(n, thread_name_prefix="reader")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._alive: set[_Process] = set()
        self._closed = False

    def __enter__(self) -> Self:
        """Start nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process, whatever it is doing."""
        with self._lock:
            self._closed = True
            alive, self._alive = self._alive, set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in alive:
            process.end()
        self._threads.shutdown()

    def submit(self, task: T, limits: Limits) -> Future[R]:
        """The result to come; it raises IngestError, with the reason in one line, if the process did not survive."""
        return self._threads.submit(self._run, task, limits)

    def _run(self, task: T, limits: Limits) -> R:
        process: _Process | None = getattr(self._own, "process", None)
        if process is None:
            process = self._own.process = self._start()
        try:
            result: R = process.run(task, limits)
        except IngestError:
            self._own.process = None
            with self._lock:
                self._alive.discard(process)
            raise
        return result

    def _start(self) -> _Process:
        process = _Process(self._work)
        with self._lock:
            if not self._closed:
                self._alive.add(process)
                return process
        process.end()
        raise IngestError("stopped")


class _Process:
    """One process and the connection to it."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, work), daemon=True)
        self._process.start()
        theirs.close()
        self._is_ready = False

    def run(self, task: object, limits: Limits) -> Any:  # noqa: ANN401 - what `work` gives
        """What `work` makes of the task.

        Raises:
            IngestError: it took too long or the process died; either way the process is gone.
        """
        try:
            # The start of the process is not the file's fault.
            if not self._is_ready and self._connection.poll(_START_SECONDS):
                self._is_ready = self._connection.recv()
            self._connection.send((task, limits))
            if not self._connection.poll(limits.wall_seconds):
                self.end()
                raise IngestError(f"took longer than {limits.wall_seconds:.0f} s to read; left out")
            result, failure = self._connection.recv()
        except (EOFError, OSError) as error:
            self._process.join()
            raise IngestError(_reason(self._process.exitcode, limits)) from error
        if failure is not None:
            self.end()
            raise IngestError(failure)
        return result

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.join()


def _reason(exit_code: int | None, limits: Limits) -> str:
    if sys.platform != "win32" and exit_code == -signal.SIGXCPU:
        return f"took longer than {limits.seconds:.0f} s of processor time to read; left out"
    name = f"exit code {exit_code}"
    if exit_code is not None and exit_code < 0:
        with contextlib.suppress(ValueError):
            name = signal.Signals(-exit_code).name
    return f"the process that read it died ({name}); left out"


def _serve(connection: Connection, work: Callable[[Any], Any]) -> None:
    # Ctrl-C reaches every process of the terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    base = _address_space()
    connection.send(True)
    while True:
        try:
            task, limits = connection.recv()
        except EOFError:
            return
        _limit(limits, base)
        try:
            reply: bytes | memoryview = ForkingPickler.dumps((work(task), None))
        except MemoryError:
            reply = _failure(f"needs more than {limits.n_bytes // 2**20} MB of memory to read; left out")
        except Exception as error:  # noqa: BLE001, RUF100 - whatever is wrong with a task, it is told and the next served
            reply = _failure(f"unexpected {type(error).__name__} while reading it: {' '.join(str(error).split())}")
        connection.send_bytes(reply)


def _failure(reason: str) -> bytes | memoryview:
    return ForkingPickler.dumps((None, reason))


def _address_space() -> int:
    """Bytes of address space this process has now; 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text(encoding="ascii").split()[0]) * _PAGE_BYTES if statm.exists() else 0


def _limit(limits: Limits, base: int) -> None:
    """Have the kernel end the process at the time limit, even without a parent, and refuse memory over the other."""
    if sys.platform == "win32":
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + limits.seconds) + 1, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if base:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (base + limits.n_bytes, hard))
