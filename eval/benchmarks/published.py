"""Reading the files of benchmarks as they are published: JSON, JSON lines, CSV, XML, zip; `.gz` files unpacked.

Knows no benchmark. What cannot be read is one line that names the file, the row where there is one, and what to do.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from lxml import etree

from eval.missing import MissingDataError
from knowledge_base.errors import VademecumError

T = TypeVar("T")
U = TypeVar("U")
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError)
"""What a row of another form raises where its fields are taken."""


def read_bytes(path: Path) -> bytes:
    """The content of a file, unpacked if its name ends in `.gz`.

    Raises:
        MissingDataError: it is not there.
        VademecumError: it cannot be read.
    """
    MissingDataError.check(path)
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise VademecumError(f"{path} cannot be read ({error}); get it again") from error


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        MissingDataError: it is not there.
        VademecumError: it cannot be read as UTF-8.
    """
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VademecumError(f"{path} is no UTF-8 text ({error}); get it again") from error


def read_json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """The value of a JSON file.

    Raises:
        MissingDataError: it is not there.
        VademecumError: it is no JSON.
    """
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise VademecumError(f"{path} is no JSON ({error}); get it again") from error


def json_rows(path: Path) -> list[Mapping[str, Any]]:
    """The values of a file of one JSON value a line.

    Raises:
        MissingDataError: it is not there.
        VademecumError: a line is no JSON; names the line.
    """
    found = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            try:
                found.append(json.loads(line))
            except ValueError as error:
                raise VademecumError(f"{path}, line {number}: no JSON ({error}); get the file again") from error
    return found


def csv_rows(path: Path, delimiter: str = ",") -> list[Mapping[str, str]]:
    """The rows of a file with a header line.

    Raises:
        MissingDataError: it is not there.
        VademecumError: it is no such file.
    """
    try:
        return list(csv.DictReader(io.StringIO(read_text(path), newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise VademecumError(f"{path} is no CSV ({error}); get it again") from error


def read_xml(path: Path) -> etree._Element:
    """The root of an XML file; nothing outside the file is read.

    Raises:
        MissingDataError: it is not there.
        VademecumError: it is no XML.
    """
    return _parsed(read_bytes(path), str(path))


def xml_members(path: Path) -> Iterator[tuple[str, etree._Element]]:
    """(name, root) of each XML file in a zip file, by name.

    Raises:
        MissingDataError: it is not there.
        VademecumError: it is no zip file, or a file in it is no XML.
    """
    MissingDataError.check(path)
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(one for one in archive.namelist() if one.endswith(".xml")):
                yield name, _parsed(archive.read(name), f"{path}, {name}")
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise VademecumError(f"{path} is no zip file ({error}); get it again") from error


def each(path: Path, rows: Sequence[T], read: Callable[[T], U]) -> list[U]:
    """What `read` makes of each row.

    Raises:
        VademecumError: a row has another form; names its number, the first being 1.
    """
    found: list[U] = []
    for number, row in enumerate(rows, start=1):
        try:
            found.append(read(row))
        except _BROKEN as error:
            raise VademecumError(f"{path}, row {number}: not as published ({error!r}); get the file again") from error
    return found


def squeezed(text: str | None) -> str:
    """A text with its white space made single spaces."""
    return " ".join((text or "").split())


def _parsed(content: bytes, name: str) -> etree._Element:
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise VademecumError(f"{name} is no XML ({error}); get it again") from error
