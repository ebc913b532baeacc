"""Tables of Structured Product Labeling as lines that can be read alone.

Every row is one line. Where the table has a header, each cell carries its column's header
("Starting dose: 50 mg"), and a row under a group heading carries that too ("Adults — MDD | ..."):
a dose quoted without its column or its group would mislead. Cells that span rows are repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from ingest.label_text import CELL_SEPARATOR, Block
from ingest.safe_xml import local_name
from ingest.spl_text import Narrative, is_changed, is_emphasised
from ingest.table_html import span, table_html

MAX_REPEATED_HEADER_CHARS: Final = 320
MAX_GROUP_CHARS: Final = 120
MAX_STRONG_GROUP_CHARS: Final = 220
MAX_HEADER_ROWS: Final = 6
_TABLE_NUMBER = re.compile(r"(?:table|figure)\s*\d", re.IGNORECASE)
_DATA = re.compile(r"[<>\u2264\u2265~\u00b1\u2191\u2193-]?\s*\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    text: str
    column: int
    width: int
    strong: bool
    element: etree._Element


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    cells: tuple[_Cell, ...]
    part: str
    ruled: bool
    """Whether a line is drawn under its first cell."""
    changed: bool

    @property
    def filled(self) -> list[_Cell]:
        return [cell for cell in self.cells if cell.text]


def table_blocks(table: etree._Element, narrative: Narrative) -> Iterator[Block]:
    """The lines of a table: caption, header, rows, footnotes, each with the whole as HTML."""
    lines = list(_lines(table, narrative))
    notes = narrative.footnotes()
    is_layout = not any(line.row for line in lines)
    html = None if is_layout else table_html(table, narrative.mark, [note.text for note in notes])
    for line in [*lines, *notes]:
        yield replace(line, table=html)


def _lines(table: etree._Element, narrative: Narrative) -> Iterator[Block]:
    caption = next((child for child in table if local_name(child) == "caption"), None)
    if caption is not None and (words := narrative.cell(caption)):
        yield Block(text=words)
    rows = _rows(table, narrative)
    n_columns = max((cell.column + cell.width for row in rows for cell in row.cells), default=0)
    if n_columns <= 1:
        for row in rows:
            for cell in row.cells:
                yield from narrative.blocks(cell.element)
    else:
        yield from _grid(rows, n_columns, narrative)


def _grid(rows: Sequence[_Row], n_columns: int, narrative: Narrative) -> Iterator[Block]:
    body = list(rows)
    while _opens_with_caption(body, n_columns):
        yield from _spanning(body.pop(0), narrative)
    n_header = _n_header_rows(body, n_columns)
    header, body = body[:n_header], body[n_header:]
    labels = _column_labels(header, n_columns)
    for row in header:
        if row.filled:
            line = CELL_SEPARATOR.join(cell.text for cell in row.filled)
            yield Block(text=line, row=True, changed=row.changed)
    yield from _body(body, labels, n_columns, narrative)


def _body(rows: Sequence[_Row], labels: Sequence[str], n_columns: int, narrative: Narrative) -> Iterator[Block]:
    group, after_group, unruled = "", False, False
    for n, row in enumerate(rows):
        if not row.filled:
            continue
        if row.part == "tfoot":
            yield from _spanning(row, narrative)
        elif not _spans(row, n_columns):
            line = CELL_SEPARATOR.join(_labelled(cell, labels) for cell in row.filled)
            yield Block(text=f"{group} — {line}" if group else line, row=True, changed=row.changed)
            # Rows that run on without a line between them end at the first line drawn: so does their group.
            group = "" if unruled and row.ruled else group
            after_group, unruled = False, not row.ruled
        elif n + 1 < len(rows) and _names_group(row.filled[0]):
            name = row.filled[0].text
            # A group right under a group belongs to it: "Renal impairment" over "Single dose".
            group = f"{group}, {name.rstrip(':')}" if after_group else name.rstrip(":")
            yield Block(text=name, row=True, changed=row.changed)
            after_group, unruled = True, False
        else:
            yield from _spanning(row, narrative)
            group, after_group, unruled = "", False, False


def _opens_with_caption(rows: Sequence[_Row], n_columns: int) -> bool:
    """Whether the first row is a caption in disguise, and not the first of several groups."""
    if not rows or rows[0].part == "tfoot" or not _spans(rows[0], n_columns) or rows[0].filled[0].column > 0:
        return False
    later = [row for row in rows[1:] if _spans(row, n_columns) and _names_group(row.filled[0])]
    above_header = len(rows) > 1 and _is_strong(rows[1]) and not _spans(rows[1], n_columns)
    cell = rows[0].filled[0]
    return not later or above_header or not _names_group(cell) or _TABLE_NUMBER.match(cell.text) is not None


def _names_group(cell: _Cell) -> bool:
    limit = MAX_STRONG_GROUP_CHARS if cell.strong else MAX_GROUP_CHARS
    return len(cell.text) <= limit and not cell.text.endswith((".", "?")) and cell.text[0] not in "*†‡§¶#("


def _spanning(row: _Row, narrative: Narrative) -> Iterator[Block]:
    for cell in row.filled:
        yield from narrative.blocks(cell.element)


def _labelled(cell: _Cell, labels: Sequence[str]) -> str:
    names = dict.fromkeys(label for label in labels[cell.column : cell.column + cell.width] if label)
    label = " / ".join(names).rstrip(":")
    return f"{label}: {cell.text}" if label and label != cell.text else cell.text


def _column_labels(header: Sequence[_Row], n_columns: int) -> list[str]:
    """One label a column from the header rows, or none at all: a label that two columns share misleads.

    Where all the header rows together are too long to repeat, as many of the lowest as will do.
    """
    levels: list[list[str]] = [[] for _ in range(n_columns)]
    for row in header:
        for cell in row.filled:
            for column in range(cell.column, min(cell.column + cell.width, n_columns)):
                if cell.text not in levels[column]:
                    levels[column].append(cell.text)
    for depth in range(max(map(len, levels), default=0), 0, -1):
        labels = [", ".join(level[-depth:]) for level in levels]
        named = [label for label in labels if label]
        if len(set(named)) == len(named) and sum(map(len, named)) <= MAX_REPEATED_HEADER_CHARS:
            return labels
    return [""] * n_columns


def _n_header_rows(rows: Sequence[_Row], n_columns: int) -> int:
    """How many rows at the top are header: marked so, in bold, or with nothing in the first column."""
    n_head = 0
    while n_head < len(rows) and rows[n_head].part == "thead":
        n_head += 1
    if n_head == 0:
        strong = [_is_strong(row) and not _spans(row, n_columns) for row in rows]
        # All in bold is no header, only a bold table.
        while n_head < min(MAX_HEADER_ROWS, len(rows)) and strong[n_head] and not all(strong):
            n_head += 1
    if n_head == 0 and rows and _first_column_empty(rows[0]) and len(rows[0].filled) > 1 and not _has_data(rows[0]):
        n_head = 1
    while 0 < n_head < min(MAX_HEADER_ROWS, len(rows) - 1) and _continues_header(
        rows[:n_head], rows[n_head], n_columns
    ):
        n_head += 1
    return n_head if n_head < len(rows) else 0


def _continues_header(header: Sequence[_Row], row: _Row, n_columns: int) -> bool:
    """Whether a row below the header tells apart columns that the header names alike."""
    if not row.filled or _spans(row, n_columns):
        return False
    shared = any(cell.width > 1 for cell in header[-1].filled) and any(cell.column > 0 for cell in row.filled)
    return _first_column_empty(row) or (shared and not _has_data(row))


def _first_column_empty(row: _Row) -> bool:
    return not any(cell.text for cell in row.cells if cell.column == 0)


def _has_data(row: _Row) -> bool:
    return any(_DATA.match(cell.text) for cell in row.filled if cell.column > 0)


def _is_strong(row: _Row) -> bool:
    return len(row.filled) > 0 and all(cell.strong for cell in row.filled)


def _spans(row: _Row, n_columns: int) -> bool:
    """Whether a row is one cell that speaks for the rows below or the whole table."""
    if len(row.filled) != 1:
        return False
    cell = row.filled[0]
    if cell.width >= n_columns:
        return True
    if cell.column > 0:
        return not _DATA.match(cell.text)
    # In a table of two columns a lone plain cell may be a row whose value is missing.
    return cell.strong or cell.text.endswith(":") or n_columns > 2


def _rows(table: etree._Element, narrative: Narrative) -> list[_Row]:
    order = {"thead": 0, "": 1, "tbody": 1, "tfoot": 2}
    found: list[tuple[str, etree._Element]] = []
    for child in table:
        name = local_name(child)
        if name == "tr":
            found.append(("", child))
        elif name in order:
            found.extend((name, row) for row in child if local_name(row) == "tr")
    rows = []
    hanging: dict[int, tuple[int, _Cell]] = {}
    for part, element in sorted(found, key=lambda pair: order[pair[0]]):
        row, hanging = _row(element, part, hanging, narrative)
        rows.append(row)
    return rows


def _row(
    element: etree._Element, part: str, hanging: dict[int, tuple[int, _Cell]], narrative: Narrative
) -> tuple[_Row, dict[int, tuple[int, _Cell]]]:
    """One row on the grid; `hanging` holds, by column, cells of rows above and how many rows they still reach."""
    cells: list[_Cell] = []
    below: dict[int, tuple[int, _Cell]] = {}
    column = 0

    def take_hanging() -> int:
        at = column
        while at in hanging:
            left, cell = hanging[at]
            cells.append(cell)
            if left > 1:
                below[at] = (left - 1, cell)
            at += cell.width
        return at

    for child in element:
        if local_name(child) not in ("td", "th"):
            continue
        column = take_hanging()
        strong = local_name(child) == "th" or _all_strong(child)
        width, height = span(child, "colspan"), span(child, "rowspan")
        cell = _Cell(text=narrative.cell(child), column=column, width=width, strong=strong, element=child)
        cells.append(cell)
        if height > 1:
            below[column] = (height - 1, cell)
        column += width
    column = take_hanging()
    first = next((child for child in element if local_name(child) in ("td", "th")), element)
    ruled = any("botrule" in (cell.get("styleCode") or "").lower() for cell in (element, first))
    return _Row(cells=tuple(cells), part=part, ruled=ruled, changed=is_changed(element)), below


def _all_strong(cell: etree._Element) -> bool:
    paragraphs = [child for child in cell if local_name(child) == "paragraph"]
    return all(is_emphasised(child) for child in paragraphs) if paragraphs else is_emphasised(cell)
