"""Processes that read files for this one, with limits on time and memory: a hostile file ends one of them, not the run.

A process is started with the first task, serves one after another, and is replaced when it dies or is ended. It is
spawned, not forked: the parent has threads of numeric libraries, which a fork would copy half. Tasks and results cross
as pickles between our own processes; nothing is unpickled from a file. A task whose length shows only while it is at
work may ask for more time, up to a bound. Knows no formats.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Generic, NamedTuple, Self, TypeVar

from knowledge_base.errors import IngestError

if sys.platform != "win32":
    import resource

T = TypeVar("T")
R = TypeVar("R")

_START_SECONDS: Final = 120
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one task may use: seconds of processor and of wall time, bytes beyond what the process starts with.

    `more_seconds` of processor time are granted at most to a task that asks, and wall time in the same proportion.
    """

    seconds: float
    wall_seconds: float
    n_bytes: int
    more_seconds: float = 0.0


OnStep = Callable[[int], None]
"""Told how many steps of a long task are done."""


class _More(NamedTuple):
    """A task asks for seconds of processor time before its step number `step`."""

    seconds: float
    step: int


_ASK: ContextVar[Callable[[_More], None] | None] = ContextVar("ask", default=None)


def ask_for_time(seconds: float, step: int) -> None:
    """Ask for processor time for the next step of a task, counted from 1; outside a worker there is no limit."""
    ask = _ASK.get()
    if ask is not None:
        ask(_More(seconds, step))


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

    def submit(self, task: T, limits: Limits, on_step: OnStep | None = None) -> Future[R]:
        """The result to come; it raises IngestError, with the reason in one line, if the process did not survive."""
        return self._threads.submit(self._run, task, limits, on_step)

    def _run(self, task: T, limits: Limits, on_step: OnStep | None) -> R:
        process: _Process | None = getattr(self._own, "process", None)
        if process is None:
            process = self._own.process = self._start()
        try:
            result: R = process.run(task, limits, on_step)
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

    def run(self, task: object, limits: Limits, on_step: OnStep | None) -> Any:  # noqa: ANN401 - what `work` gives
        """What `work` makes of the task.

        Raises:
            IngestError: it took too long or the process died; either way the process is gone.
        """
        try:
            # The start of the process is not the file's fault.
            if not self._is_ready and self._connection.poll(_START_SECONDS):
                self._is_ready = self._connection.recv()
            self._connection.send((task, limits))
            result, failure = self._reply(limits, on_step)
        except (EOFError, OSError) as error:
            self._process.join()
            raise IngestError(_reason(self._process.exitcode, limits)) from error
        if failure is not None:
            self.end()
            raise IngestError(failure)
        return result

    def _reply(self, limits: Limits, on_step: OnStep | None) -> tuple[Any, str | None]:
        began, wall_seconds, granted = time.monotonic(), limits.wall_seconds, 0.0
        while True:
            if not self._connection.poll(max(0.0, began + wall_seconds - time.monotonic())):
                self.end()
                raise IngestError(f"took longer than {wall_seconds:.0f} s to read; left out")
            reply = self._connection.recv()
            if not isinstance(reply, _More):
                result, failure = reply
                return result, failure
            granted = min(granted + reply.seconds, limits.more_seconds)
            wall_seconds = limits.wall_seconds * (1 + granted / limits.seconds)
            if on_step is not None:
                on_step(reply.step)

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.join()


def _reason(exit_code: int | None, limits: Limits) -> str:
    if sys.platform != "win32" and exit_code == -signal.SIGXCPU:
        more = ", and what it asked for besides," if limits.more_seconds else ""
        return f"took longer than {limits.seconds:.0f} s of processor time{more} to read; left out"
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
        used = _limit(limits, base)
        _ASK.set(_asking(connection, limits, used))
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


def _asking(connection: Connection, limits: Limits, used: float) -> Callable[[_More], None]:
    granted = 0.0

    def ask(more: _More) -> None:
        nonlocal granted
        granted = min(granted + more.seconds, limits.more_seconds)
        _limit_seconds(used + limits.seconds + granted)
        connection.send(more)

    return ask


def _limit(limits: Limits, base: int) -> float:
    """Have the kernel end the process at the time limit, even without a parent, and refuse memory over the other.

    Returns:
        Seconds of processor time used so far.
    """
    if sys.platform == "win32":
        return 0.0
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    _limit_seconds(used + limits.seconds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if base:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (base + limits.n_bytes, hard))
    return used


def _limit_seconds(seconds: float) -> None:
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, hard))
