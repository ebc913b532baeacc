"""The one stored rendering of a label: lines, table rows and headings, with each section's offsets.

Knows how a label's text is laid out; knows neither XML nor JSON. Paragraphs and list items are lines,
sections are parted by an empty line, a table row is one line whose cells are joined by " | ".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from knowledge_base.invisible import without_invisible
from knowledge_base.types import Kind, Section, Table

CELL_SEPARATOR: Final = " | "
BULLET: Final = "• "
SUB_BULLET: Final = "\u2013 "

# Spaces of every width, line and paragraph separators.
_SPACES = re.compile(r"[\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
# What is left of the invisible once the controls are words again: joiners and what is no character.
_INVISIBLE = re.compile(r"[\u200c\u200d\ufff9-\uffff]")
_BULLET_GLYPHS = re.compile(r"[\uf0b7\uf0a7\uf0a8\uf06e\uf0d8\u25aa\u25ab\u25cf\u25a0\u25a1\u25e6\u2219\u2023]")
_PRIVATE_USE = re.compile(r"[\ue000-\uf8ff]")
# Windows-1252 punctuation that came through as C1 controls.
_C1 = re.compile(r"[\x80-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One line of the rendering. A `row` is never cut; a `heading` stands alone and emphasised in the source.

    `table` is the HTML of the table that the line belongs to; `changed` lines are marked so by the source.
    """

    text: str
    row: bool = False
    heading: bool = False
    table: str | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPart:
    """One section on its way into the text; `heading` is printed above it."""

    code: str | None
    title: str
    path: tuple[str, ...]
    heading: str | None
    blocks: tuple[Block, ...]
    kind: Kind | None


def clean(raw: str) -> str:
    """One line of text: every space plain and single, invisible and font-private characters gone."""
    if raw.isascii() and raw.isprintable():
        return " ".join(raw.split())
    text = _C1.sub(lambda control: control[0].encode("latin-1").decode("cp1252", "ignore"), raw)
    text = _BULLET_GLYPHS.sub("•", _INVISIBLE.sub("", without_invisible(text)))
    return _SPACES.sub(" ", _PRIVATE_USE.sub("", text)).strip()


def words(text: str) -> frozenset[str]:
    """A set of words written as running text."""
    return frozenset(text.split())


class LabelText:
    """Collects a label's text and its sections; every section's span is exact by construction."""

    def __init__(self, title: str) -> None:
        self._parts = [title] if title else []
        self._length = len(title)
        self._sections: list[Section] = []
        self._tables: list[Table] = []
        self._changes: list[tuple[int, int]] = []

    def add(
        self,
        blocks: Sequence[Block],
        *,
        code: str | None,
        title: str,
        path: tuple[str, ...],
        heading: str | None,
        kind: Kind | None = None,
    ) -> None:
        """Append a section; `heading` is printed above it and is no part of its span."""
        if self._length:
            self._write("\n\n")
        if heading:
            self._write(heading)
        # Nothing but the break before the next section follows an empty one.
        if heading and blocks:
            self._write("\n")
        start, rows = self._length, []
        for n, block in enumerate(blocks):
            if n:
                self._write("\n")
            place = (self._length, self._length + len(block.text))
            if block.row:
                rows.append(place)
            if block.changed:
                self._changes.append(place)
            if block.table is not None:
                self._add_to_table(place, block.table, is_next=n > 0 and blocks[n - 1].table is block.table)
            self._write(block.text)
        self._sections.append(
            Section(code=code, title=title, path=path, start=start, end=self._length, kind=kind, table_rows=tuple(rows))
        )

    def add_part(self, part: LabelPart) -> None:
        """Append a section that is whole."""
        self.add(part.blocks, code=part.code, title=part.title, path=part.path, heading=part.heading, kind=part.kind)

    def _add_to_table(self, place: tuple[int, int], html: str, *, is_next: bool) -> None:
        start = self._tables.pop().start if is_next else place[0]
        self._tables.append(Table(start=start, end=place[1], html=html))

    @property
    def text(self) -> str:
        """Everything written so far."""
        return "".join(self._parts)

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections in order, disjoint."""
        return tuple(self._sections)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables in order."""
        return tuple(self._tables)

    @property
    def changes(self) -> tuple[tuple[int, int], ...]:
        """The lines marked as changed, in order."""
        return tuple(self._changes)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def n_chars(blocks: Sequence[Block]) -> int:
    """Characters of the blocks' text, breaks not counted."""
    return sum(len(block.text) for block in blocks)


def split_at_headings(
    blocks: Sequence[Block], *, min_chars: int = 1200, min_part_chars: int = 120
) -> list[tuple[str | None, list[Block]]]:
    """Part a long section at the headings that stand in its text.

    Labels before 2006 and Medication Guides put their sub-headings into the text as emphasised lines.
    A part shorter than `min_part_chars` stays with the one before it, its heading a plain line, unless
    the heading is a question: those are the frame of a Medication Guide.

    Returns:
        (heading or None, blocks) in order; the blocks and headings together are those given.
    """
    whole: list[tuple[str | None, list[Block]]] = [(None, list(blocks))]
    n_headings = sum(block.heading for block in blocks)
    emphasised = sum(len(block.text) for block in blocks if block.heading)
    if n_chars(blocks) < min_chars or n_headings < 2 or emphasised > 0.4 * n_chars(blocks):
        return whole
    parts: list[tuple[list[Block], list[Block]]] = [([], [])]
    for block in blocks:
        if block.heading and not parts[-1][1]:
            parts[-1][0].append(block)
        elif block.heading:
            parts.append(([block], []))
        else:
            parts[-1][1].append(block)
    merged: list[tuple[list[Block], list[Block]]] = []
    for headings, body in parts:
        asks = any(block.text.endswith("?") for block in headings)
        if merged and ((n_chars(body) < min_part_chars and not asks) or len(headings) > 2):
            merged[-1][1].extend([*headings, *body])
        elif headings or body:
            merged.append((headings, body))
    if len(merged) < 2:
        return whole
    return [("\n".join(block.text for block in headings) or None, body) for headings, body in merged]
