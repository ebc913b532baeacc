"""Plain text; the stored text is the file's own text, untouched.

A line is taken for a heading when it follows an empty line and is in capitals or numbered
("3.2 Storage"). Without such lines the whole file is one section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ingest.decoding import decode_text
from knowledge_base.errors import IngestError
from knowledge_base.types import DocumentInfo, Section, SourceDocument

_MAX_HEADING_CHARS: Final = 100
_PROBED_CHARS: Final = 20_000
_MIN_DATA_LINES: Final = 20
_DATA_SHARE: Final = 0.8
_NUMBERED = re.compile(r"\d+(?:\.\d+)*\.?\s+[A-Z]")
_LETTER = re.compile(r"[^\W\d_]")


def read_plain_text(data: bytes, source_path: str, sha256: str) -> SourceDocument:
    """One document of kind `other`.

    Raises:
        IngestError: the bytes are not text, or are columns of data.
    """
    text = decode_text(data)
    if _is_data(text):
        raise IngestError("columns of data, not sentences")
    title = source_path.rpartition("/")[2].rpartition("!")[2]
    info = DocumentInfo(
        id=f"text:{sha256[:16]}", source_path=source_path, format="text", kind="other", title=title, sha256=sha256
    )
    return SourceDocument(info=info, text=text, sections=tuple(_sections(text, title)))


def _is_data(text: str) -> bool:
    """Whether the lines are rows of numbers and identifiers, like the qrels of an evaluation, and say nothing."""
    lines = [line.split() for line in text[:_PROBED_CHARS].splitlines() if line.strip()]
    if len(lines) < _MIN_DATA_LINES:
        return False
    n_rows = sum(any(map(_is_code, fields)) and sum(map(_is_word, fields)) < 2 for fields in lines)
    return n_rows > _DATA_SHARE * len(lines)


def _is_code(field: str) -> bool:
    return any(character.isdigit() for character in field)


def _is_word(field: str) -> bool:
    return len(field) > 1 and field.strip(".,;:()[]\"'-").isalpha()


def _sections(text: str, title: str) -> Iterator[Section]:
    headings = list(_headings(text))
    starts = [(0, title), *((end, text[start:end]) for start, end in headings)]
    ends = [*(start for start, _ in headings), len(text)]
    for (start, heading), end in zip(starts, ends, strict=True):
        inner = text[start:end]
        begin = start + len(inner) - len(inner.lstrip())
        finish = end - (len(inner) - len(inner.rstrip()))
        if begin < finish:
            yield Section(code=None, title=heading, path=(heading,), start=begin, end=finish)


def _headings(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the lines that are headings."""
    after_blank, position = True, 0
    for line in text.splitlines(keepends=True):
        words = line.strip()
        if after_blank and words and _is_heading(words):
            start = position + line.index(words)
            yield start, start + len(words)
        after_blank, position = not words, position + len(line)


def _is_heading(line: str) -> bool:
    if len(line) > _MAX_HEADING_CHARS or not _LETTER.search(line) or line.endswith((".", ",", ";")):
        return False
    return line.isupper() or _NUMBERED.match(line) is not None
