"""Bytes to text, for formats that do not say which encoding they use."""

from __future__ import annotations

import codecs
from typing import Final

from knowledge_base.errors import IngestError
from knowledge_base.invisible import without_invisible

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_CONTROL_SHARE: Final = 0.001
_TEXT_CONTROLS: Final = frozenset("\t\n\r\f\v")


def decode_text(data: bytes, declared: str | None = None) -> str:
    """The text of a file: by its byte order mark, as UTF-8, or as Windows-1252, the usual third; lines end as in Unix.

    What no reader sees, such as marks that turn the direction of the text, is left out.

    Args:
        data: the file.
        declared: the encoding that the file itself names. UTF-8 goes first: holding to the last byte is no accident.

    Raises:
        IngestError: the bytes are not text.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for candidate in (encoding,) if encoding else ("utf-8", declared or "cp1252", "cp1252"):
        try:
            text = data.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
        if _reads_as_text(text):
            return without_invisible(text.replace("\r\n", "\n").replace("\r", "\n"))
    raise IngestError("binary data, not text")


def _reads_as_text(text: str) -> bool:
    n_controls = sum(not character.isprintable() and ord(character) < ord(" ") for character in text[:100_000])
    n_layout = sum(character in _TEXT_CONTROLS for character in text[:100_000])
    return n_controls - n_layout <= _MAX_CONTROL_SHARE * min(len(text), 100_000)
