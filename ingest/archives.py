"""Members of zip, tar and gzip archives, read one at a time and never unpacked to disk.

A member's path is `archive!member`. Names that climb out of the archive, links, bombs (a small archive
that swells) and password-protected members are refused, each in one line; the others are read.
"""

from __future__ import annotations

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Final, NamedTuple

from knowledge_base.errors import IngestError

MAX_MEMBER_BYTES: Final = 500 * 2**20
MAX_TOTAL_BYTES: Final = 4 * 2**30
_MAX_RATIO: Final = 200
_RATIO_MATTERS_BYTES: Final = 20 * 2**20
"""Below this size a member may shrink as well as it likes; text does."""
_MAX_MEMBERS: Final = 200_000
_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".bmp"})
_DAMAGED: Final = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)


class Member(NamedTuple):
    """A file of an archive: its data, or the reason there are none."""

    path: str
    data: bytes
    refused: str | None = None


def is_archive(name: str) -> bool:
    """Whether a file's name says that it holds other files."""
    suffixes = PurePosixPath(name.lower()).suffixes
    return bool(suffixes) and suffixes[-1] in (".zip", ".tar", ".tgz", ".gz")


def read_members(path: str, file: IO[bytes]) -> Iterator[Member]:
    """The members in the archive's order; pictures, which labels come with, are passed over.

    Raises:
        IngestError: the archive itself is damaged; members before the damage were given already.
    """
    name = path.lower()
    try:
        if name.endswith(".zip"):
            yield from _zip(path, file)
        elif name.endswith((".tar", ".tgz", ".tar.gz")):
            yield from _tar(path, file)
        else:
            yield _gzip(path, file)
    except _DAMAGED as error:
        raise IngestError(f"archive is damaged or cut short ({type(error).__name__})") from error


def _zip(path: str, file: IO[bytes]) -> Iterator[Member]:
    total = 0
    with zipfile.ZipFile(file) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if len(members) > _MAX_MEMBERS:
            raise IngestError(f"{len(members)} files in one archive is over the limit of {_MAX_MEMBERS}")
        for info in members:
            where = f"{path}!{info.filename}"
            refused = _refusal(info.filename, info.file_size, info.compress_size, total)
            if info.flag_bits & 1:
                refused = "needs a password"
            if refused:
                yield Member(where, b"", refused)
            elif not _is_picture(info.filename):
                total += info.file_size
                yield _member(where, partial(_read_member, archive, info))


def _tar(path: str, file: IO[bytes]) -> Iterator[Member]:
    total = 0
    with tarfile.open(fileobj=file, mode="r:*") as archive:
        for n, info in enumerate(archive):
            if n >= _MAX_MEMBERS:
                raise IngestError(f"more than {_MAX_MEMBERS} files in one archive")
            where = f"{path}!{info.name}"
            if info.isdir():
                continue
            refused = _refusal(info.name, info.size, info.size, total)
            if not info.isfile():
                refused = "a link or device, not a file"
            stream = None if refused else archive.extractfile(info)
            if refused or stream is None:
                yield Member(where, b"", refused or "cannot be opened")
            elif not _is_picture(info.name):
                total += info.size
                yield Member(where, _read(stream, info.size))


def _gzip(path: str, file: IO[bytes]) -> Member:
    with gzip.GzipFile(fileobj=file) as stream:
        return Member(f"{path}!{PurePosixPath(path).stem}", _read(stream, MAX_MEMBER_BYTES))


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    return _read(archive.open(info), info.file_size)


def _member(where: str, read: Callable[[], bytes]) -> Member:
    try:
        return Member(where, read())
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        return Member(where, b"", f"damaged in the archive ({type(error).__name__})")


def _refusal(name: str, size: int, packed: int, total: int) -> str | None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or (parts and ":" in parts[0]):
        return "its name points outside the archive"
    if size > MAX_MEMBER_BYTES:
        return f"{size // 2**20} MB is over the limit of {MAX_MEMBER_BYTES // 2**20} MB"
    if size > _RATIO_MATTERS_BYTES and size > _MAX_RATIO * max(packed, 1):
        return f"swells {size // max(packed, 1)}-fold when unpacked, like a zip bomb"
    if total + size > MAX_TOTAL_BYTES:
        return f"the archive holds more than {MAX_TOTAL_BYTES // 2**30} GB"
    return None


def _read(stream: IO[bytes] | gzip.GzipFile, limit: int) -> bytes:
    """At most `limit` bytes, whatever the archive's own directory claims."""
    with stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise IngestError(f"more than {limit // 2**20} MB when unpacked")
    return data


def _is_picture(name: str) -> bool:
    return PurePosixPath(name.lower()).suffix in _PICTURES
