"""Watches over a model server: readiness, restart after a crash with growing pauses, a clean end.

The first start has to succeed: what is wrong with a model or a machine does not mend itself. Later the server is
started again until it has crashed too often within a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event

from chatbot.model_server.errors import ModelServerError
from chatbot.model_server.launch import Launch
from chatbot.model_server.process import ServerProcess, started
from chatbot.model_server.record import Record, ServerFolder, State
from chatbot.model_server.server_log import read_tail, why_it_ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often, in seconds.

    A big model loads for minutes from a slow disk, longer if it is downloaded first. A server that prefills long
    prompts on a processor can leave `/health` unanswered for many seconds.
    """

    look: float = 0.5
    start: float = 3600.0
    silence: float = 120.0
    first_pause: float = 1.0
    longest_pause: float = 60.0
    n_crashes: int = 5
    crash_window: float = 600.0


class Supervisor:
    """Runs one model server until it is told to stop or gives up."""

    def __init__(
        self,
        launch: Launch,
        record: Record,
        folder: ServerFolder,
        *,
        say: Callable[[str], None],
        patience: Patience | None = None,
    ) -> None:
        """Take over a planned server.

        Args:
            launch: how it is started.
            record: what to publish of it; state, processes and crashes are kept up to date.
            folder: where it is published; the caller holds its lock.
            say: told in one line what has changed.
            patience: how long and how often.
        """
        self._launch = launch
        self._record = record
        self._folder = folder
        self._say = say
        self._patience = patience or Patience()
        self._stop = Event()

    def stop(self) -> None:
        """End it soon; may be called from a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Keep the server running; returns once told to stop and all processes are gone.

        Raises:
            ModelServerError: it ended while it was started first, or has crashed too often.
        """
        crashes: list[float] = []
        try:
            while (problem := self._live()) is not None:
                now = time.monotonic()
                crashes = [*(one for one in crashes if now - one < self._patience.crash_window), now]
                self._refuse_hopeless(problem, len(crashes))
                pause = min(self._patience.first_pause * 2 ** (len(crashes) - 1), self._patience.longest_pause)
                self._publish("restarting", problem=problem, n_crashes=self._record.n_crashes + 1)
                self._say(f"the model server crashed ({problem}); starting it again in {pause:g} s")
                if self._stop.wait(pause):
                    break
        except ModelServerError as error:
            self._publish("failed", problem=str(error))
            raise
        self._publish("stopped")

    def _live(self) -> str | None:
        """One life of the server: why it ended, or None if it was told to."""
        log_path = self._folder.log_path
        log_start = log_path.stat().st_size if log_path.exists() else 0
        with started(self._launch, self._record.base_url, log_path) as server:
            if self._record.state != "restarting":
                self._publish("starting", server_pid=server.pid)
            ready, heard = False, time.monotonic()
            limit = self._patience.start
            while not self._stop.wait(self._patience.look):
                if server.has_ended():
                    # Who is killed says nothing, and the last line of the log is another's.
                    killed = server.killed_by()
                    return f"killed by {killed}" if killed else why_it_ended(read_tail(log_path, log_start))
                if server.answers():
                    heard, limit = time.monotonic(), self._patience.silence
                    ready = ready or self._announce(server)
                elif time.monotonic() - heard > limit:
                    return f"it did not answer for {limit:g} s"
        return None

    def _announce(self, server: ServerProcess) -> bool:
        self._publish("ready", server_pid=server.pid)
        self._say(f"{self._record.model} is ready on {self._record.base_url}")
        return True

    def _refuse_hopeless(self, problem: str, n_recent: int) -> None:
        if self._record.state == "starting":
            raise ModelServerError(f"the model server ended while it started: {problem}; log: {self._folder.log_path}")
        if n_recent > self._patience.n_crashes:
            raise ModelServerError(
                f"the model server crashed {n_recent} times within {self._patience.crash_window / 60:g} minutes, "
                f"the last time with: {problem}; log: {self._folder.log_path}"
            )

    def _publish(
        self, state: State, *, server_pid: int | None = None, problem: str = "", n_crashes: int | None = None
    ) -> None:
        self._record = replace(
            self._record,
            state=state,
            server_pid=server_pid,
            problem=problem,
            n_crashes=self._record.n_crashes if n_crashes is None else n_crashes,
            since=time.time(),
        )
        self._folder.write(self._record)
