"""The values of downloads: what is to be had, what was had, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from knowledge_base.errors import IngestError

OnBytes = Callable[[int, int], None]
"""Told of the bytes that are there and the bytes there will be (0: not known)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One file to be had; `size` in bytes and `md5` where the service publishes them.

    `version` changes when the service has a newer file under the same address; None where it does not say.
    """

    url: str
    name: str
    size: int | None = None
    md5: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What is known of a file in the folder: where it came from and what it was when it came."""

    url: str
    bytes: int
    sha256: str
    etag: str | None = None
    last_modified: str | None = None
    version: str | None = None
    fetched_at: str = ""


class TransientError(IngestError):
    """A fault that may pass: the same request is worth making again.

    `retry_after_seconds` is what the service asks for; `progressed` says that bytes came before the fault.
    """

    def __init__(self, message: str, *, retry_after_seconds: float | None = None, progressed: bool = False) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.progressed = progressed
