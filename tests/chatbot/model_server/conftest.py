"""A stand-in for vLLM, real processes and sockets, and the supervisor over it."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from chatbot.model_server.errors import ModelServerError
from chatbot.model_server.launch import Launch
from chatbot.model_server.record import Record, ServerFolder
from chatbot.model_server.supervisor import Patience, Supervisor

_STAND_IN = Path(__file__).parent / "stand_in.py"
_WAIT_SECONDS = 60


def wait_for(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


class Watched:
    """A supervisor in a thread, and what it publishes."""

    def __init__(self, folder: Path, **patience: float) -> None:
        self.files = folder
        self.server = ServerFolder(folder / "model-server")
        self.said: list[str] = []
        self.error: ModelServerError | None = None
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = (sys.executable, str(_STAND_IN), str(self.port), str(folder))
        launch = Launch(command=command, environment={**os.environ, "VLLM_API_KEY": "secret"}, plan="")
        record = Record(
            model="stand-in",
            base_url=f"http://127.0.0.1:{self.port}/v1",
            api_key="secret",
            state="starting",
            supervisor_pid=os.getpid(),
            server_pid=None,
            n_crashes=0,
            problem="",
            since=0.0,
        )
        quick = Patience(**{"look": 0.02, "first_pause": 0.05, "longest_pause": 0.2, **patience})
        self.supervisor = Supervisor(launch, record, self.server, say=self.said.append, patience=quick)
        self.thread = Thread(target=self._run)

    def _run(self) -> None:
        with self.server.locked():
            try:
                self.supervisor.run()
            except ModelServerError as error:
                self.error = error

    def start(self) -> Watched:
        self.thread.start()
        return self

    def wait_for(self, state: str, n_crashes: int = 0) -> Record:
        wait_for(lambda: (r := self.server.read()) is not None and (r.state, r.n_crashes) == (state, n_crashes))
        return self.server.read()

    def engine(self) -> int:
        return int((self.files / "engine").read_text())

    def stop(self) -> None:
        self.supervisor.stop()
        self.thread.join(_WAIT_SECONDS)
        assert not self.thread.is_alive()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    """A function `(**patience)` that starts a supervisor over the stand-in in `tmp_path`."""
    made: list[Watched] = []

    def start(**patience: float) -> Watched:
        made.append(Watched(tmp_path, **patience).start())
        return made[-1]

    yield start
    for one in made:
        one.stop()
