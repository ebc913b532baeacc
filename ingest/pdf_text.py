"""The stored text of a PDF: blocks written out, with the place of every printed line and section in it.

A line break inside a paragraph is a space, or nothing where a word or an address was broken. Spans are
exact by construction: a line's span covers its own words and no mark that was added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ingest.label_text import BULLET, CELL_SEPARATOR
from ingest.pdf_blocks import TextBlock
from ingest.pdf_layout import PrintedLine
from knowledge_base.types import Box, Kind, Line, Section

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*-$")
_FIRST_WORD = re.compile(r"^[^\W\d_]+(?:-[^\W\d_]+)*")
_ADDRESS_GOES_ON = re.compile(r"(?:(?:https?://|www\.)\S*|\S+/\S*)[/._\-=&?]$")
_SOFT_HYPHEN: Final = "\u00ad"
_HYPHENS: Final = ("-", _SOFT_HYPHEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section on its way into the text."""

    title: str
    path: tuple[str, ...]
    heading: TextBlock | None
    blocks: tuple[TextBlock, ...]
    code: str | None = None
    kind: Kind | None = None


class Vocabulary:
    """The words a document writes somewhere in the middle of a line: they tell how a broken word goes on."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words = {word for before, text in pairwise(["", *texts]) for word in _whole_words(before, text)}

    def joint(self, before: str, after: str) -> tuple[int, str]:
        """How two lines of a paragraph are joined: characters to drop from the end of the first, and a separator."""
        if before.endswith(_SOFT_HYPHEN):
            return 1, ""
        last = before.rsplit(" ", 1)[-1]
        if _ADDRESS_GOES_ON.search(last) and (after[:1].islower() or after[:1].isdigit()):
            return 0, ""
        if last.endswith("/"):
            return 0, ""
        broken, first = _LAST_WORD.search(last), _FIRST_WORD.match(after)
        if not last.endswith("-") or len(last) < 2:
            return 0, " "
        if broken is None or first is None or not first[0].islower():
            return 0, ""
        stem, rest = broken[0][:-1].lower(), first[0].lower()
        if stem + rest in self._words:
            return 1, ""
        whole = f"{stem}-{rest}" in self._words
        both = stem.rsplit("-", 1)[-1] in self._words and rest in self._words
        return (0, "") if whole or both or "-" in stem + rest else (1, "")


def _whole_words(before: str, text: str) -> list[str]:
    """The words of a line, without the halves of one that was broken before it or after it."""
    words = [word.lower() for word in _WORD.findall(text)]
    return words[before.endswith(_HYPHENS) : len(words) - text.endswith(_HYPHENS)]


class PdfText:
    """Collects the text, its sections and its printed lines."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._parts: list[str] = []
        self._length = 0
        self._lines: list[Line] = []
        self._sections: list[Section] = []

    def add(self, part: Part) -> None:
        """Append a section under its heading."""
        if self._length:
            self._write("\n\n")
        if part.heading is not None:
            self._write_block(part.heading)
            if part.blocks:
                self._write("\n")
        start, rows = self._length, []
        for n, block in enumerate(part.blocks):
            if n:
                self._write("\n")
            at = self._length
            self._write_block(block)
            if block.role == "row":
                rows.append((at, self._length))
        self._sections.append(
            Section(
                code=part.code,
                title=part.title,
                path=part.path,
                start=start,
                end=self._length,
                kind=part.kind,
                table_rows=tuple(rows),
            )
        )

    @property
    def text(self) -> str:
        """Everything written so far."""
        return "".join(self._parts)

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections in order, disjoint."""
        return tuple(self._sections)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The printed lines in the order of the text, disjoint."""
        return tuple(self._lines)

    def joined(self, lines: Sequence[PrintedLine]) -> list[tuple[str, str]]:
        """(words of a line, what parts it from the next) of a paragraph or cell."""
        pieces = []
        for line, following in zip(lines, [*lines[1:], None], strict=True):
            drop, separator = self._vocabulary.joint(line.text, following.text) if following else (0, "")
            words = line.text[: len(line.text) - drop]
            pieces.append((words.replace(_SOFT_HYPHEN, ""), separator))
        return pieces

    def _write_block(self, block: TextBlock) -> None:
        if block.row is not None:
            cells = ["".join(words + gap for words, gap in self.joined(cell)) for cell in block.row.cells]
            self._write_line(CELL_SEPARATOR.join(cell for cell in cells if cell), block.row.page, block.row.box)
            return
        if block.lines[0].bullet:
            self._write(BULLET)
        for line, (words, separator) in zip(block.lines, self.joined(block.lines), strict=True):
            self._write_line(words, line.page, line.box)
            self._write(separator)

    def _write_line(self, words: str, page: int, box: Box) -> None:
        start = self._length
        self._write(words)
        if words:
            self._lines.append(Line(start=start, end=self._length, page=page, box=box))

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
