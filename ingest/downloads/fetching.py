"""A list of downloads into a folder: what is there is kept, one that fails does not stop the others."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.downloads.client import Client
from ingest.downloads.ledger import Ledger
from ingest.downloads.transfer import transfer
from ingest.downloads.types import Download, Fetched, OnBytes
from knowledge_base.embedder import Progress
from knowledge_base.errors import IngestError

_SPARE_BYTES: Final = 100 * 2**20
"""Left free on the disk: the rest of the machine wants to write too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """Files that came, files that were there already, and those that failed with the reason, by name."""

    fetched: tuple[str, ...]
    kept: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def fetch_all(
    client: Client, downloads: Sequence[Download], out: Path, *, update: bool = False, progress: Progress | None = None
) -> FetchReport:
    """Bring every download that is not in the folder.

    Args:
        client: the service.
        downloads: what to bring; names must differ.
        out: the folder; made if there is none.
        update: ask the service for newer versions of what is there.
        progress: told of the file and its bytes.

    Raises:
        IngestError: the folder cannot be written, or the disk is too small for what is planned.
    """
    fetched: list[str] = []
    kept: list[str] = []
    failed: list[tuple[str, str]] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        ledger = Ledger(out)
        wanted: list[tuple[Download, Fetched | None]] = []
        for one in downloads:
            known = ledger.get(one.name, one.url)
            if known is not None and _is_current(known, one, update):
                kept.append(one.name)
            else:
                wanted.append((one, known))
        _refuse_if_full(out, sum(one.size or 0 for one, _ in wanted))
        for number, (one, known) in enumerate(wanted, start=1):
            on_bytes = _shown(progress, f"{one.name} ({number} of {len(wanted)})", one.size or 0)
            try:
                came = transfer(client, one, out / one.name, known, on_bytes)
            except IngestError as error:
                failed.append((one.name, str(error)))
                continue
            (kept if known is not None and came.sha256 == known.sha256 else fetched).append(one.name)
            ledger.put(one.name, came)
    except OSError as error:
        raise IngestError(f"{out} cannot be written ({error.strerror or error}); choose another --out") from error
    return FetchReport(fetched=tuple(fetched), kept=tuple(kept), failed=tuple(failed))


def _is_current(known: Fetched, download: Download, update: bool) -> bool:
    if download.version is not None and known.version is not None:
        return known.version == download.version
    return not update


def _shown(progress: Progress | None, stage: str, planned: int) -> OnBytes:
    def on_bytes(done: int, total: int) -> None:
        if progress is not None:
            progress(stage, done, total or planned)

    return on_bytes


def _refuse_if_full(out: Path, needed: int) -> None:
    free = shutil.disk_usage(out).free
    if needed + _SPARE_BYTES > free:
        raise IngestError(
            f"{out} has {free / 2**30:.1f} GiB free and {needed / 2**30:.1f} GiB are wanted; choose another --out"
        )
