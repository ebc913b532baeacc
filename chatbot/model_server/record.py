"""What is known of the model server that runs: its address and key, its state, and whether somebody watches over it.

One folder of mode 0700 under the home folder holds the record, the log and a lock. Whoever watches over the server
holds the lock as long as it lives, so that a record left behind by a process that was killed is seen as such.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from time import monotonic, sleep
from typing import BinaryIO, Final, Literal, TypeAlias

from chatbot.model_server.errors import ModelServerError

State: TypeAlias = Literal["starting", "ready", "restarting", "failed", "stopped"]
_GLANCE_SECONDS: Final = 1.0
"""Whoever asks whether the lock is held holds it for a moment."""
_PRIVATE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A model server as its supervisor last saw it; `since` is in seconds since 1970."""

    model: str
    base_url: str
    api_key: str
    state: State
    supervisor_pid: int
    server_pid: int | None
    n_crashes: int
    problem: str
    since: float


class ServerFolder:
    """The folder of the model server; read by everybody of this user, written by the one who holds the lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.log_path = path / "vllm.log"

    @property
    def _record_path(self) -> Path:
        return self._path / "record.json"

    @property
    def _lock_path(self) -> Path:
        return self._path / "lock"

    def read(self) -> Record | None:
        """The last record there is; None where there is none that can be read."""
        try:
            content = json.loads(self._record_path.read_text(encoding="utf-8"))
            return Record(**{field.name: content[field.name] for field in fields(Record)})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def running(self) -> Record | None:
        """The record of a server that somebody watches over now."""
        record = self.read()
        return record if record is not None and self._is_locked() else None

    def write(self, record: Record) -> None:
        """Keep a record, whole or not at all."""
        new = self._record_path.with_suffix(".new")
        with open_private(new, os.O_TRUNC) as file:
            file.write(json.dumps(asdict(record)).encode())
        new.replace(self._record_path)

    def begin_log(self) -> None:
        """An empty log."""
        open_private(self.log_path, os.O_TRUNC).close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the one who watches over the server.

        Raises:
            ModelServerError: somebody else is, or the folder cannot be used.
        """
        import fcntl

        try:
            self._path.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            lock = open_private(self._lock_path)
        except OSError as error:
            raise ModelServerError(f"{self._path} cannot be used: {error.strerror}") from error
        with lock:
            deadline = monotonic() + _GLANCE_SECONDS
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if monotonic() > deadline:
                        raise ModelServerError(already_running(self.read())) from error
                    sleep(_GLANCE_SECONDS / 20)
            yield

    def _is_locked(self) -> bool:
        import fcntl

        try:
            lock = self._lock_path.open("rb")
        except OSError:
            return False
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


def already_running(record: Record | None) -> str:
    """The line for a second start."""
    which = f" ({record.model} on {record.base_url})" if record is not None else ""
    return f"a model server runs already{which}; stop it with: vademecum model stop"


def open_private(path: Path, flags: int = 0) -> BinaryIO:
    """A file for writing at its end, which only its owner can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | flags, _PRIVATE), "wb")
