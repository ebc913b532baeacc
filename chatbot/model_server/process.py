"""One life of a vLLM server: its processes, from the start until none of them is left.

vLLM is a server, an engine and a worker for each card; they share a process group of their own, so that Ctrl-C in a
terminal reaches the one who watches over them and not them.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx

from chatbot.model_server.errors import ModelServerError
from chatbot.model_server.launch import Launch
from chatbot.model_server.record import open_private

_END_SECONDS: Final = 15.0
"""vLLM breaks off its requests and ends in about two; more where a card's memory is unmapped."""
_ASK_SECONDS: Final = 5.0


class ServerProcess:
    """The processes of a running server."""

    def __init__(self, process: subprocess.Popen[bytes], base_url: str, key: str) -> None:
        self._process = process
        self._base_url = base_url
        self._key = key

    @property
    def pid(self) -> int:
        """Of the process that listens; the process group has the same number."""
        return self._process.pid

    def has_ended(self) -> bool:
        """Whether the process that listens is gone."""
        return self._process.poll() is not None

    def killed_by(self) -> str | None:
        """The name of the signal that ended it; None if it runs or ended by itself."""
        code = self._process.poll()
        return signal.Signals(-code).name if code is not None and code < 0 else None

    def answers(self) -> bool:
        """Whether it listens, takes its key and its engine is sound."""
        try:
            reply = httpx.get(
                self._base_url.removesuffix("/v1") + "/health",
                headers={"Authorization": f"Bearer {self._key}"},
                timeout=_ASK_SECONDS,
                trust_env=False,
            )
        except httpx.HTTPError:
            return False
        return reply.status_code == httpx.codes.OK

    def end(self) -> None:
        """Stop all of them: asked at first, by force where that does not help."""
        if not self.has_ended():
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECONDS)
        # The engine and its workers outlive a server that was killed.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextmanager
def started(launch: Launch, base_url: str, log_path: Path) -> Iterator[ServerProcess]:
    """A server that is started, and is gone at the end.

    Raises:
        ModelServerError: the command cannot be run at all.
    """
    with open_private(log_path) as log:
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell; the arguments are ours and the user's own
                launch.command,
                env=dict(launch.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise ModelServerError(f"{launch.command[0]} cannot be run: {error.strerror}") from error
    server = ServerProcess(process, base_url, launch.environment["VLLM_API_KEY"])
    try:
        yield server
    finally:
        server.end()
