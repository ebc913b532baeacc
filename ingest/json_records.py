"""The records of a JSON file one at a time, whatever its size: a list, an object with `results`, or JSON Lines.

Never holds more text than one record and a buffer. What is cut short or damaged ends the reading, and the records
before that place have been given. Knows JSON (RFC 8259), no labels.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, Final, NamedTuple

from knowledge_base.errors import IngestError

_CHUNK_BYTES: Final = 2**20
MAX_RECORD_CHARS: Final = 32 * 2**20
"""The longest labels have two million characters."""
_RESULTS: Final = "results"
_SPACE = re.compile(r"[ \t\r\n]*")
_SPACE_OR_COMMA = re.compile(r"[ \t\r\n,]*")
_DECODER: Final = json.JSONDecoder()


class JsonRecord(NamedTuple):
    """One record: its number from 1, its JSON in one line, its value; None if it cannot be read."""

    number: int
    line: str
    value: object


class _Text:
    """The text of a stream from the place `at` on."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self.buffer, self.at, self.ended = "", 0, False

    def grow(self) -> None:
        """Read on, doubling what is there, so that a long record is not tried too often.

        Raises:
            IngestError: not UTF-8, a record without end, or what the stream itself says.
        """
        self.buffer, self.at = self.buffer[self.at :], 0
        if len(self.buffer) > MAX_RECORD_CHARS:
            raise IngestError(f"damaged JSON or a record of more than {MAX_RECORD_CHARS // 2**20} million characters")
        data = self._stream.read(max(_CHUNK_BYTES, len(self.buffer)))
        self.ended = not data
        try:
            self.buffer += self._decode(data, self.ended)
        except UnicodeDecodeError:
            raise IngestError("JSON, but not in UTF-8") from None

    def sign(self, passed_over: re.Pattern[str] = _SPACE) -> str:
        """The next character behind space, which stays to be read; nothing at the end."""
        while True:
            self.at = _end(passed_over, self.buffer, self.at)
            if self.at < len(self.buffer) or self.ended:
                return self.buffer[self.at : self.at + 1]
            self.grow()

    def value(self) -> tuple[object, str]:
        """The next value and its text.

        Raises:
            IngestError: there is none: the text is damaged or cut short.
        """
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.at)
                # A number at the very end may go on.
                if end < len(self.buffer) or self.ended:
                    text = self.buffer[self.at : end]
                    self.at = end
                    return value, text
            except (json.JSONDecodeError, RecursionError):
                if self.ended:
                    raise IngestError("damaged JSON, or cut short") from None
            self.grow()

    def line(self) -> str:
        """The next line without its end; nothing, if the text has ended."""
        while (end := self.buffer.find("\n", self.at)) < 0 and not self.ended:
            self.grow()
        end = len(self.buffer) if end < 0 else end
        found, self.at = self.buffer[self.at : end], end + 1
        return found


def json_records(stream: IO[bytes]) -> Iterator[JsonRecord]:
    """The records of a file in their order.

    Raises:
        IngestError: damaged or cut short; the records before that place were given already, and it names the last.
    """
    text, n = _Text(stream), 0
    try:
        for n, record in enumerate(_records(text), start=1):
            yield JsonRecord(n, *record)
    except IngestError as error:
        raise IngestError(f"{error}: nothing is read after record {n}" if n else str(error)) from error


def _records(text: _Text) -> Iterator[tuple[str, object]]:
    if text.sign() == "[" or _enter_results(text):
        yield from _elements(text)
    elif _is_lines(text):
        yield from _lines(text)
    else:
        value, raw = text.value()
        yield _in_one_line(raw), value


def _is_lines(text: _Text) -> bool:
    """Whether the first line is an object of its own and something stands behind it."""
    while (end := text.buffer.find("\n", text.at)) < 0 and not text.ended and len(text.buffer) < MAX_RECORD_CHARS:
        text.grow()
    if end < 0 or (text.ended and not text.buffer[end:].strip()):
        return False
    try:
        return isinstance(json.loads(text.buffer[text.at : end]), dict)
    except (json.JSONDecodeError, RecursionError):
        return False


def _lines(text: _Text) -> Iterator[tuple[str, object]]:
    while text.sign():
        line = text.line().strip()
        try:
            yield line, json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            yield line, None


def _elements(text: _Text) -> Iterator[tuple[str, object]]:
    """The elements of the list that begins here."""
    text.at += 1
    while (sign := text.sign(_SPACE_OR_COMMA)) != "]":
        if not sign:
            raise IngestError("damaged JSON: cut short")
        value, raw = text.value()
        yield _in_one_line(raw), value


def _enter_results(text: _Text) -> bool:
    """Go to the bracket that opens the list under `results` of the object here; where there is none, stay."""
    while True:
        found = _results_at(text.buffer, text.at)
        if found is not None or text.ended:
            text.at = found or text.at
            return bool(found)
        if len(text.buffer) > _CHUNK_BYTES:
            # `results` follows a short `meta`; an object this long without it is itself a record.
            return False
        text.grow()


def _results_at(buffer: str, at: int) -> int | None:
    """Where the list under `results` begins; 0 if the object has none, None if it goes on behind the buffer."""
    at += 1
    while True:
        at = _end(_SPACE_OR_COMMA, buffer, at)
        if buffer[at : at + 1] == "}":
            return 0
        try:
            key, at = _DECODER.raw_decode(buffer, at)
            at = _end(_SPACE, buffer, at)
            if buffer[at : at + 1] != ":":
                return None
            at = _end(_SPACE, buffer, at + 1)
            if key == _RESULTS and at < len(buffer):
                return at if buffer[at] == "[" else 0
            _, at = _DECODER.raw_decode(buffer, at)
        except (json.JSONDecodeError, RecursionError):
            return None


def _end(pattern: re.Pattern[str], buffer: str, at: int) -> int:
    match = pattern.match(buffer, at)
    return match.end() if match is not None else at


def _in_one_line(raw: str) -> str:
    """JSON has line ends between its parts only, where a space says the same."""
    return raw.replace("\r", " ").replace("\n", " ")
