"""From paths to documents: walks folders and archives and picks the reader for each file by its content.

Lazy: a file's hash comes first and `parse` later, so a file that is known already costs no parsing.
What cannot be read is a `Skipped` with a reason fit for the person who gave the path.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final, NamedTuple

from ingest.archives import Budget, is_archive, read_members
from knowledge_base.errors import IngestError
from knowledge_base.types import SourceDocument

_MAX_TEXT_BYTES: Final = 50 * 2**20
_MAX_BYTES: Final = 500 * 2**20
_TEXT_SUFFIXES: Final = frozenset({".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".xml"})
_MARKDOWN: Final = frozenset({".md", ".markdown"})
_HTML: Final = frozenset({".html", ".htm", ".xhtml"})
_PLAIN: Final = frozenset({".txt", ".text", ""})
_JSON: Final = frozenset({".json", ".jsonl", ".ndjson"})
_TABLES: Final = frozenset({".csv", ".tsv"})
_MAX_NESTING: Final = 2
_SNIFFED_BYTES: Final = 1024
_MAX_LINES: Final = 3
_Read = Callable[[bytes, str, str], SourceDocument]


class Parsed(NamedTuple):
    """What a file holds: its documents, and one line for each record of it that is none."""

    documents: list[SourceDocument]
    skipped: list[str]


class SourceFile(NamedTuple):
    """A file (or member of an archive) that a reader knows; `parse` may raise IngestError.

    `data` is what another process needs to do the same with `parse_bytes`; None where only `parse` will do.
    """

    path: str
    sha256: str
    parse: Callable[[], Parsed]
    data: bytes | None = None


class Skipped(NamedTuple):
    """A file that is left out, and why."""

    path: str
    reason: str


def read_path(path: Path) -> Iterator[SourceFile | Skipped]:
    """Every file at or below a path, in sorted order; hidden files and folders are passed over."""
    if path.is_dir():
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith("."):
                    yield from _read_file(Path(folder) / name)
    elif path.exists():
        yield from _read_file(path)
    else:
        yield Skipped(str(path), "no such file or folder")


def _read_file(path: Path) -> Iterator[SourceFile | Skipped]:
    name = str(path)
    try:
        if not path.is_file():
            yield Skipped(name, "not a regular file")
            return
        reason = _too_large(name, path.stat().st_size)
        if reason:
            yield Skipped(name, reason)
        elif is_archive(name):
            with path.open("rb") as file:
                yield from _read_archive(name, file, Budget())
        else:
            yield _pick_reader(name, path.read_bytes())
    except OSError as error:
        yield Skipped(name, f"cannot be opened ({error.strerror or type(error).__name__})")


def _read_archive(name: str, file: IO[bytes], budget: Budget, depth: int = 1) -> Iterator[SourceFile | Skipped]:
    unread: dict[str, list[str]] = {}
    try:
        for member in read_members(name, file, _limit, budget):
            if member.refused:
                unread.setdefault(member.refused, []).append(member.path)
            elif is_archive(member.path) and depth < _MAX_NESTING:
                yield from _read_archive(member.path, io.BytesIO(member.data), budget, depth + 1)
            else:
                found = _pick_reader(member.path, member.data)
                if isinstance(found, SourceFile):
                    yield found
                else:
                    unread.setdefault(found.reason, []).append(found.path)
    except IngestError as error:
        yield Skipped(name, str(error))
    for reason, members in unread.items():
        # An archive of ten thousand files of a foreign kind is one line, not ten thousand.
        if len(members) <= _MAX_LINES:
            yield from (Skipped(member, reason) for member in members)
        else:
            yield Skipped(name, f"{reason} ({len(members)} files, {members[0].rpartition('!')[2]} the first)")


def _too_large(name: str, size: int) -> str | None:
    limit = _limit(name)
    return f"{size // 2**20} MB is over the limit of {limit // 2**20} MB" if size > limit else None


def _limit(name: str) -> int:
    return _MAX_TEXT_BYTES if _suffix(name) in _TEXT_SUFFIXES else _MAX_BYTES


def _suffix(name: str) -> str:
    return PurePosixPath(name.lower()).suffix


def _pick_reader(name: str, data: bytes) -> SourceFile | Skipped:
    """The reader for these bytes, by what they are; the name decides only between kinds of text."""
    if not data.strip():
        return Skipped(name, "empty file")
    reason = _too_large(name, len(data))
    if reason:
        return Skipped(name, reason)
    sha256 = hashlib.sha256(data).hexdigest()
    found = _reader(name, data, sha256)
    return Skipped(name, found) if isinstance(found, str) else SourceFile(name, sha256, found, data)


def parse_bytes(name: str, data: bytes, sha256: str) -> Parsed:
    """What `SourceFile.parse` gives, from values alone.

    Raises:
        IngestError: the bytes cannot be read.
    """
    found = _reader(name, data, sha256)
    if isinstance(found, str):
        raise IngestError(found)
    return found()


def is_pdf(data: bytes) -> bool:
    """Whether the bytes begin like a PDF file."""
    return b"%PDF-" in data[:_SNIFFED_BYTES]


def _reader(name: str, data: bytes, sha256: str) -> Callable[[], Parsed] | str:
    """What parses the data, or why nothing does."""
    suffix = _suffix(name)
    read: _Read
    if is_pdf(data):
        return lambda: _read_pdf(data, name, sha256)
    if suffix == ".xml" or data[:_SNIFFED_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        found = _xml_reader(data)
        if found is None:
            return "XML, but neither a drug label (SPL) nor an NGC guideline"
        read = found
    elif suffix in _JSON:
        from ingest.openfda import is_openfda, read_openfda

        if not is_openfda(data):
            return "JSON, but not openFDA labels"
        return lambda: Parsed(*read_openfda(data, name, sha256))
    else:
        text_reader = _text_reader(suffix)
        if isinstance(text_reader, str):
            return text_reader
        read = text_reader
    return lambda: Parsed([read(data, name, sha256)], [])


def _read_pdf(data: bytes, name: str, sha256: str) -> Parsed:
    from ingest.ocr import is_installed, rapid_ocr
    from ingest.pdf import read_pdf

    found = read_pdf(data, name, sha256, rapid_ocr() if is_installed() else None)
    return Parsed([found.document], found.unread)


def _xml_reader(data: bytes) -> _Read | None:
    from ingest.html import read_html
    from ingest.ngc import is_ngc, read_ngc
    from ingest.spl import is_spl, read_spl

    if is_spl(data):
        return read_spl
    if is_ngc(data):
        return read_ngc
    return read_html if b"<html" in data[:_SNIFFED_BYTES].lower() else None


def _text_reader(suffix: str) -> _Read | str:
    from ingest.html import read_html
    from ingest.markdown import read_markdown
    from ingest.plain_text import read_plain_text

    if suffix in _MARKDOWN:
        return read_markdown
    if suffix in _HTML:
        return read_html
    if suffix in _PLAIN:
        return read_plain_text
    if suffix in _TABLES:
        return f"a table ({suffix}), not a document"
    return "named .pdf, but not a PDF" if suffix == ".pdf" else f"unknown format ({suffix})"
