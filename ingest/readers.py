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
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from ingest.archives import MAX_TOTAL_BYTES, Budget, Member, is_archive, read_members
from knowledge_base.errors import IngestError
from knowledge_base.types import SourceDocument

if TYPE_CHECKING:
    from ingest.openfda import Portion

_MAX_TEXT_BYTES: Final = 50 * 2**20
_MAX_BYTES: Final = 500 * 2**20
_TEXT_SUFFIXES: Final = frozenset({".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".xml"})
_MARKDOWN: Final = frozenset({".md", ".markdown"})
_HTML: Final = frozenset({".html", ".htm", ".xhtml"})
_PLAIN: Final = frozenset({".txt", ".text", ""})
_JSON: Final = frozenset({".json", ".jsonl", ".ndjson"})
_TABLES: Final = frozenset({".csv", ".tsv"})
_FOREIGN_JSON: Final = "JSON, but not openFDA labels"
_MAX_NESTING: Final = 2
_SNIFFED_BYTES: Final = 1024
_MAX_LINES: Final = 3
_Read = Callable[[bytes, str, str], SourceDocument]


class Parsed(NamedTuple):
    """What a file holds: its documents, and one line for each record of it that is none."""

    documents: list[SourceDocument]
    skipped: list[str]


class Place(NamedTuple):
    """Which portion of a file this is, counted from 1, the number of its first record, and whether it is the last."""

    number: int
    first_record: int
    is_last: bool


class SourceFile(NamedTuple):
    """A file (or member of an archive) that a reader knows; `parse` may raise IngestError.

    `data` is what another process needs to do the same with `parse_bytes`; None where only `parse` will do. A large
    file comes in portions, each with its place in it.
    """

    path: str
    sha256: str
    parse: Callable[[], Parsed]
    data: bytes | None = None
    place: Place | None = None

    @property
    def first_record(self) -> int | None:
        """The number of a portion's first record; None of a whole file."""
        return None if self.place is None else self.place.first_record

    @property
    def key(self) -> str:
        """What the knowledge base knows it by: its path, or that of a portion, below which no file can lie."""
        return self.path if self.place is None else f"{self.path}/{self.place.number:06}"


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
        elif _is_streamed(name):
            with path.open("rb") as file:
                yield from _read_json(name, file)
        else:
            yield _pick_reader(name, path.read_bytes())
    except OSError as error:
        yield Skipped(name, f"cannot be opened ({error.strerror or type(error).__name__})")


def _read_archive(name: str, file: IO[bytes], budget: Budget, depth: int = 1) -> Iterator[SourceFile | Skipped]:
    unread: dict[str, list[str]] = {}
    try:
        for member in read_members(name, file, _limit, budget, _is_streamed):
            if not member.refused and is_archive(member.path) and depth < _MAX_NESTING:
                yield from _read_archive(member.path, io.BytesIO(member.data), budget, depth + 1)
                continue
            for found in _read_member(member):
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


def _read_member(member: Member) -> Iterator[SourceFile | Skipped]:
    if member.refused:
        yield Skipped(member.path, member.refused)
    elif member.stream is not None:
        yield from _read_json(member.path, member.stream)
    else:
        yield _pick_reader(member.path, member.data)


def _read_json(name: str, stream: IO[bytes]) -> Iterator[SourceFile | Skipped]:
    """A small file whole, a large one in portions, of which one at a time is in memory."""
    from ingest.openfda import PORTION_BYTES, SNIFFED_BYTES, is_openfda, portions

    head, failure = bytearray(), None
    try:
        while len(head) <= PORTION_BYTES and (data := stream.read(PORTION_BYTES + 1 - len(head))):
            head += data
    except IngestError as error:
        failure = error
    if failure is None and len(head) <= PORTION_BYTES:
        yield _pick_reader(name, bytes(head))
    elif not is_openfda(bytes(head[:SNIFFED_BYTES])):
        yield Skipped(name, _FOREIGN_JSON if failure is None else str(failure))
    else:
        try:
            for portion in portions(_Rest(bytes(head), stream, failure)):  # type: ignore[arg-type]
                yield Skipped(name, portion) if isinstance(portion, str) else _portion(name, portion)
        except IngestError as error:
            yield Skipped(name, str(error))


def _portion(name: str, portion: Portion) -> SourceFile:
    sha256 = hashlib.sha256(portion.data).hexdigest()
    return SourceFile(
        name,
        sha256,
        lambda: parse_bytes(name, portion.data, sha256, portion.first_record),
        data=portion.data,
        place=Place(portion.number, portion.first_record, portion.is_last),
    )


class _Rest(io.RawIOBase):
    """A stream of which the first bytes were read already, and how that ended if it failed."""

    def __init__(self, head: bytes, stream: IO[bytes], failure: IngestError | None) -> None:
        self._head, self._stream, self._failure = head, stream, failure

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, or first those that were read.

        Raises:
            IngestError: what the stream says, again if it said it before.
        """
        head, self._head = self._head, b""
        if not head and self._failure is not None:
            raise self._failure
        return head or self._stream.read(size)


def _too_large(name: str, size: int) -> str | None:
    limit = _limit(name)
    return f"{size // 2**20} MB is over the limit of {limit // 2**20} MB" if size > limit else None


def _limit(name: str) -> int:
    if _is_streamed(name):
        return MAX_TOTAL_BYTES
    return _MAX_TEXT_BYTES if _suffix(name) in _TEXT_SUFFIXES else _MAX_BYTES


def _is_streamed(name: str) -> bool:
    """Whether a file of this name is read a portion at a time, and so may be of any size."""
    return _suffix(name) in _JSON


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


def parse_bytes(name: str, data: bytes, sha256: str, first_record: int | None = None) -> Parsed:
    """What `SourceFile.parse` gives, from values alone; of a portion, the number of its first record is among them.

    Raises:
        IngestError: the bytes cannot be read.
    """
    if first_record is not None:
        from ingest.openfda import read_openfda

        return Parsed(*read_openfda(data, name, sha256, first_record))
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
            return _FOREIGN_JSON
        return lambda: Parsed(*read_openfda(data, name, sha256))
    else:
        text_reader = _text_reader(suffix)
        if isinstance(text_reader, str):
            return text_reader
        read = text_reader
    return lambda: Parsed([read(data, name, sha256)], [])


def _read_pdf(data: bytes, name: str, sha256: str) -> Parsed:
    from ingest.ocr import is_installed, rapid_ocr, unhurried
    from ingest.pdf import read_pdf

    found = read_pdf(data, name, sha256, unhurried(rapid_ocr()) if is_installed() else None)
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
