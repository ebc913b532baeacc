"""One file from a service to the disk: continued where it was cut, checked, and whole or not there.

While it comes it is `NAME.part`, with `NAME.part.json` naming the version it is a part of; a Range request is sent with
If-Range (RFC 9110, sections 13.1.5 and 14), so that halves of two versions are never joined.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from ingest.downloads.client import Client
from ingest.downloads.types import Download, Fetched, OnBytes, TransientError
from knowledge_base.errors import IngestError

_BLOCK_BYTES: Final = 256 * 1024


def transfer(client: Client, download: Download, target: Path, known: Fetched | None, on_bytes: OnBytes) -> Fetched:
    """Bring a file, trying again after faults; an interrupted one is continued by the next call.

    Args:
        client: the service.
        download: what to bring.
        target: where the whole file goes.
        known: the file that is there; the service is asked whether it is still the newest.
        on_bytes: told of the bytes as they come.

    Raises:
        IngestError: the service refuses, or faults did not pass, or the checksum is wrong.
        OSError: the disk cannot be written.
    """
    part = _Part(target, download.url)

    def once() -> Fetched:
        headers = part.headers() or _unless_newer(known)
        with client.open(download.url, headers) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED and known is not None:
                return replace(known, version=download.version)
            part.receive(response, on_bytes)
        return part.finish(download)

    return client.pace.persist(once)


def _unless_newer(known: Fetched | None) -> dict[str, str]:
    if known is None:
        return {}
    if known.etag:
        return {"If-None-Match": known.etag}
    return {"If-Modified-Since": known.last_modified} if known.last_modified else {}


class _Part:
    """The file while it is coming."""

    def __init__(self, target: Path, url: str) -> None:
        self._target, self._url = target, url
        self._file = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")
        self._response: dict[str, str] = {}

    def headers(self) -> dict[str, str]:
        """The request for the rest; empty where there is nothing to continue."""
        noted = self._noted()
        size = self._file.stat().st_size if self._file.exists() else 0
        validator = _validator(noted)
        if noted.get("url") != self._url or not size or not validator:
            self._clear()
            return {}
        return {"Range": f"bytes={size}-", "If-Range": validator}

    def receive(self, response: httpx.Response, on_bytes: OnBytes) -> None:
        """Write what comes, after what is there or from the start.

        Raises:
            TransientError: it broke off; what came is kept.
        """
        continued = response.status_code == httpx.codes.PARTIAL_CONTENT
        start = self._file.stat().st_size if continued else 0
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE or (
            continued and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
        ):
            self._clear()
            raise TransientError(f"{self._target.name}: the service does not continue it; it is loaded from the start")
        if not continued:
            self._write_note(response)
        length = response.headers.get("Content-Length", "")
        expected = start + int(length) if length.isdecimal() else 0
        done = start
        try:
            with self._file.open("ab" if continued else "wb") as file:
                for block in response.iter_bytes(_BLOCK_BYTES):
                    file.write(block)
                    done += len(block)
                    on_bytes(done, expected)
        except httpx.HTTPError as error:
            raise TransientError(
                f"{self._target.name}: the connection broke off after {done} bytes; the same command continues",
                progressed=done > start,
            ) from error
        if expected and done != expected:
            raise TransientError(f"{self._target.name}: {done} of {expected} bytes came", progressed=done > start)

    def finish(self, download: Download) -> Fetched:
        """Check the whole file and give it its name.

        Raises:
            TransientError: its checksum is not the published one; it is loaded again.
        """
        sha256, md5 = _digests(self._file)
        if download.md5 is not None and md5 != download.md5.lower():
            self._clear()
            raise TransientError(f"{self._target.name}: its MD5 is {md5}, the service names {download.md5}")
        noted = self._noted()
        fetched = Fetched(
            url=self._url,
            bytes=self._file.stat().st_size,
            sha256=sha256,
            etag=noted.get("etag"),
            last_modified=noted.get("last_modified"),
            version=download.version,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        if not fetched.bytes:
            self._clear()
            raise IngestError(f"{self._target.name}: the service sent an empty file; check the name")
        self._file.replace(self._target)
        self._note.unlink(missing_ok=True)
        return fetched

    def _write_note(self, response: httpx.Response) -> None:
        names = {"etag": "ETag", "last_modified": "Last-Modified"}
        noted = {key: response.headers[name] for key, name in names.items() if name in response.headers}
        self._file.unlink(missing_ok=True)
        self._note.write_text(json.dumps({"url": self._url, **noted}), encoding="utf-8")

    def _noted(self) -> dict[str, str]:
        try:
            value = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(key): str(one) for key, one in value.items()} if isinstance(value, dict) else {}

    def _clear(self) -> None:
        self._file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


def _validator(noted: dict[str, str]) -> str:
    """What names the version exactly: a weak ETag does not (RFC 9110, section 8.8.1)."""
    etag = noted.get("etag", "")
    return etag if etag and not etag.startswith("W/") else noted.get("last_modified", "")


def _digests(path: Path) -> tuple[str, str]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        os.fsync(file.fileno())
        while block := file.read(_BLOCK_BYTES):
            sha256.update(block)
            md5.update(block)
    return sha256.hexdigest(), md5.hexdigest()
