"""Starting a model server beside other programs, and stopping it. Knows commands and records; knows no vLLM option."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from chatbot.model_server.errors import ModelServerError
from chatbot.model_server.record import Record, ServerFolder, open_private
from chatbot.model_server.server_log import last_said, read_tail

_LOOK_SECONDS: Final = 0.3
_TELL_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 40.0
"""More than the supervisor gives vLLM to end."""


def start_in_background(arguments: Sequence[str], folder: ServerFolder, tell: Callable[[str], None]) -> Record:
    """Run `vademecum ARGUMENTS`, which watches over the server, in a process that outlives this one.

    Args:
        arguments: of the command.
        folder: where it publishes what it does.
        tell: told now and then that it is still loading.

    Returns:
        The record of the server, which is ready.

    Raises:
        ModelServerError: it ended before it was ready.
    """
    folder.begin_log()
    with open_private(folder.log_path) as log:
        process = subprocess.Popen(  # noqa: S603 - this program again
            [sys.executable, "-m", "chatbot.cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    try:
        return _wait(process, folder, tell)
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _wait(process: subprocess.Popen[bytes], folder: ServerFolder, tell: Callable[[str], None]) -> Record:
    begun = told = time.monotonic()
    while True:
        # Looked at before the record, so that the record is the last one.
        ended = process.poll() is not None
        record = folder.read()
        if record is not None and record.supervisor_pid == process.pid:
            if record.state == "ready":
                return record
            if record.state == "failed":
                raise ModelServerError(record.problem)
        if ended:
            raise ModelServerError(last_said(read_tail(folder.log_path)).removeprefix("vademecum: "))
        if time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            tell(f"still loading ({told - begun:.0f} s): {last_said(read_tail(folder.log_path))}")
        time.sleep(_LOOK_SECONDS)


def stop_running(folder: ServerFolder) -> Record | None:
    """End the server that runs, with all its processes.

    Returns:
        Its record; None if none runs.

    Raises:
        ModelServerError: it does not end.
    """
    record = folder.running()
    if record is None:
        return None
    with suppress(ProcessLookupError):
        os.kill(record.supervisor_pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while folder.running() is not None:
        if time.monotonic() > deadline:
            raise ModelServerError(f"process {record.supervisor_pid} does not end; end it with: kill -9")
        time.sleep(_LOOK_SECONDS)
    return record
