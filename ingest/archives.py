"""Members of zip, tar and gzip archives, read one at a time and never unpacked to disk.

A member's path is `archive!member`. Names that climb out of the archive, links, bombs (a small archive
that swells) and password-protected members are refused, each in one line; the others are read.
"""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO, Any, Final, NamedTuple

from knowledge_base.errors import IngestError

MAX_TOTAL_BYTES: Final = 4 * 2**30
_MAX_RATIO: Final = 200
"""Text shrinks five- to thirtyfold; deflate can do a thousandfold, on nothing that anybody wrote."""
_RATIO_MATTERS_BYTES: Final = 20 * 2**20
"""Below this size a member may shrink as well as it likes."""
_MAX_MEMBERS: Final = 200_000
_CHUNK_BYTES: Final = 2**20
_PACKED_BYTES: Final = 2**16
_GZIP_MAGIC: Final = b"\x1f\x8b"
_ZIP_MAGIC: Final = b"PK\x03\x04"
_LOCAL_HEADER: Final = struct.Struct("<4s2xHH16xHH")
"""Magic, flags, method, lengths of the name and of the extra field."""
_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".bmp"})
_DAMAGED_MEMBER: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)


class Member(NamedTuple):
    """A file of an archive: its data, the reason there are none, or a stream to be read before the next is asked for.

    What is wrong with a stream is an IngestError of its `read`.
    """

    path: str
    data: bytes
    refused: str | None = None
    stream: IO[bytes] | None = None


class Budget:
    """How many bytes may still be unpacked from an archive and the archives inside it, all together."""

    def __init__(self, n_bytes: int = MAX_TOTAL_BYTES) -> None:
        self._n_bytes = self._left = n_bytes

    def spend(self, n_bytes: int) -> None:
        """Take note of bytes that are unpacked.

        Raises:
            IngestError: they are more than what is left.
        """
        self._left -= n_bytes
        if self._left < 0:
            raise IngestError(f"holds more than {_megabytes(self._n_bytes)} when unpacked; the rest is left out")


def is_archive(name: str) -> bool:
    """Whether a file's name says that it holds other files."""
    return PurePosixPath(name.lower()).suffix in (".zip", ".tar", ".tgz", ".gz")


def read_members(
    path: str,
    file: IO[bytes],
    limit_of: Callable[[str], int],
    budget: Budget,
    is_streamed: Callable[[str], bool] = lambda name: False,
) -> Iterator[Member]:
    """The members in the archive's order; pictures, which labels come with, and hidden files are passed over.

    Args:
        path: the archive's name; its end says what kind of archive it is.
        file: its bytes, seekable.
        limit_of: the largest size in bytes that is read, for a member's name.
        budget: shared by an archive and those inside it.
        is_streamed: whether a member of this name is given as a stream. The first of a zip that is cut short is given
            then as far as it goes.

    Raises:
        IngestError: the archive is damaged or a bomb; members before that place were given already.
    """
    name = path.lower()
    try:
        if name.endswith(".zip"):
            yield from _zip(path, file, limit_of, budget, is_streamed)
        elif name.endswith((".tar", ".tgz", ".tar.gz")):
            yield from _tar(path, file, limit_of, budget, is_streamed)
        else:
            yield _gzip(path, file, limit_of, budget, is_streamed)
    except (*_DAMAGED_MEMBER, tarfile.TarError, ValueError) as error:
        raise IngestError(f"archive is damaged or cut short ({type(error).__name__})") from error


def _zip(
    path: str, file: IO[bytes], limit_of: Callable[[str], int], budget: Budget, is_streamed: Callable[[str], bool]
) -> Iterator[Member]:
    if not zipfile.is_zipfile(file):
        yield _cut_zip(path, file, budget, is_streamed)
        return
    with zipfile.ZipFile(file) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if len(members) > _MAX_MEMBERS:
            raise IngestError(f"{len(members)} files in one archive is over the limit of {_MAX_MEMBERS}")
        for info in members:
            if _is_passed_over(info.filename):
                continue
            where, limit = f"{path}!{_shown(info.filename)}", limit_of(info.filename)
            refused = _refusal(info.filename, info.file_size, limit) or _bomb(info.file_size, info.compress_size)
            if info.flag_bits & 1:
                refused = "needs a password"
            if refused:
                yield Member(where, b"", refused)
                continue
            budget.spend(info.file_size)
            try:
                with archive.open(info) as stream:
                    if is_streamed(info.filename):
                        yield Member(where, b"", stream=_stream(stream))
                        continue
                    # Whatever the directory claims: zipfile itself stops at the claimed size and checks the sum.
                    data = stream.read(limit)
            except _DAMAGED_MEMBER as error:
                yield Member(where, b"", f"damaged in the archive ({type(error).__name__})")
                continue
            yield Member(where, data)


def _cut_zip(path: str, file: IO[bytes], budget: Budget, is_streamed: Callable[[str], bool]) -> Member:
    """The first member of a zip that lacks its directory, which stands at the end; APPNOTE.TXT 4.3.7 of PKWARE."""
    file.seek(0)
    header = file.read(_LOCAL_HEADER.size).ljust(_LOCAL_HEADER.size, b"\0")
    magic, flags, method, n_name, n_extra = _LOCAL_HEADER.unpack(header)
    name = file.read(n_name).decode("utf-8", "replace")
    file.seek(n_extra, io.SEEK_CUR)
    is_readable = magic == _ZIP_MAGIC and method == zipfile.ZIP_DEFLATED and not flags & 1
    if not is_readable or not is_streamed(name) or _leads_out(name):
        raise zipfile.BadZipFile
    return Member(f"{path}!{_shown(name)}", b"", stream=_stream(_Unpacking(file, budget, _Inflated(file))))


def _tar(
    path: str, file: IO[bytes], limit_of: Callable[[str], int], budget: Budget, is_streamed: Callable[[str], bool]
) -> Iterator[Member]:
    # Read as a stream: what is passed over is unpacked as well, so it counts.
    with tarfile.open(fileobj=_Unpacking(file, budget), mode="r|") as archive:
        for n, info in enumerate(archive):
            if n >= _MAX_MEMBERS:
                raise IngestError(f"more than {_MAX_MEMBERS} files in one archive")
            if info.isdir() or _is_passed_over(info.name):
                continue
            where = f"{path}!{_shown(info.name)}"
            refused = _refusal(info.name, info.size, limit_of(info.name))
            if not info.isfile():
                refused = "a link or device, not a file"
            stream = None if refused else archive.extractfile(info)
            if stream is None:
                yield Member(where, b"", refused or "cannot be opened")
            elif is_streamed(info.name):
                yield Member(where, b"", stream=_stream(stream))
            else:
                yield Member(where, stream.read())


def _gzip(
    path: str, file: IO[bytes], limit_of: Callable[[str], int], budget: Budget, is_streamed: Callable[[str], bool]
) -> Member:
    where = f"{path}!{PurePosixPath(path).stem}"
    limit, stream = limit_of(where), _Unpacking(file, budget)
    if not stream.packed:
        raise gzip.BadGzipFile
    if is_streamed(where):
        return Member(where, b"", stream=_stream(stream))
    data = bytearray()
    while chunk := stream.read(_CHUNK_BYTES):
        data += chunk
        if len(data) > limit:
            return Member(where, b"", f"more than the limit of {_megabytes(limit)} when unpacked")
    return Member(where, bytes(data))


class _Unpacking(io.RawIOBase):
    """What a file holds, unpacked by `stream` or if it is gzip, with every byte counted; a bomb ends it."""

    def __init__(self, file: IO[bytes], budget: Budget, stream: io.RawIOBase | None = None) -> None:
        self._file, self._budget, self._n_unpacked = file, budget, 0
        self._stream: Any = stream
        self.packed = stream is not None
        if stream is None:
            self.packed = file.read(2) == _GZIP_MAGIC
            file.seek(0)
            self._stream = _Piecemeal(gzip.GzipFile(fileobj=file)) if self.packed else file

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes.

        Raises:
            IngestError: too much came out already, all in all or for the size of what went in.
        """
        data: bytes = self._stream.read(size if size >= 0 else _CHUNK_BYTES)
        self._n_unpacked += len(data)
        self._budget.spend(len(data))
        if self.packed and (bomb := _bomb(self._n_unpacked, self._file.tell())):
            raise IngestError(bomb)
        return data


class _Inflated(io.RawIOBase):
    """What a file holds from its present place on, unpacked as raw deflate (RFC 1951)."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._inflate = file, zlib.decompressobj(-zlib.MAX_WBITS)

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes.

        Raises:
            EOFError: the file ends before what it holds.
        """
        data = b""
        while not data and not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._file.read(_PACKED_BYTES)
            if not packed:
                raise EOFError
            data = self._inflate.decompress(packed, size if size >= 0 else _CHUNK_BYTES)
        return data


class _Piecemeal(io.RawIOBase):
    """A stream that gives what it has before it fails: `read` would gather more, fail, and lose it."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - whatever can be read
        self._read = getattr(stream, "read1", stream.read)

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, none only at the end."""
        return bytes(self._read(size))


class _Told(_Piecemeal):
    """A stream whose failures are told in one line."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes.

        Raises:
            IngestError: the archive is damaged or cut short here.
        """
        try:
            return super().read(size)
        except (*_DAMAGED_MEMBER, tarfile.TarError, ValueError) as error:
            raise IngestError(f"damaged or cut short in the archive ({type(error).__name__})") from error


def _stream(stream: Any) -> IO[bytes]:  # noqa: ANN401 - whatever can be read
    return _Told(stream)  # type: ignore[return-value]


def _refusal(name: str, size: int, limit: int) -> str | None:
    if _leads_out(name):
        return "its name points outside the archive"
    return f"{_megabytes(size)} is over the limit of {_megabytes(limit)}" if size > limit else None


def _bomb(size: int, packed: int) -> str | None:
    if size <= _RATIO_MATTERS_BYTES or size <= _MAX_RATIO * max(packed, 1):
        return None
    return f"swells {size // max(packed, 1)}-fold when unpacked, like a zip bomb"


def _leads_out(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return name.startswith(("/", "\\")) or ".." in parts or (len(parts) > 0 and ":" in parts[0])


def _is_passed_over(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return path.suffix.lower() in _PICTURES or (hidden and not _leads_out(name))


def _shown(name: str) -> str:
    """A member's name in one line of proper characters."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name)


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes // 2**20} MB"
