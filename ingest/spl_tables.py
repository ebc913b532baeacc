"""Tables of Structured Product Labeling as lines that can be read alone.

Every row is one line. Where the table has a header, each cell carries its column's header
("Starting dose: 50 mg"), and a row under a group heading carries that too ("Adults — MDD | ..."):
a dose quoted without its column or its group would mislead. Cells that span rows are repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from ingest.label_text import CELL_SEPARATOR, Block
from ingest.safe_xml import local_name
from ingest.spl_text import Narrative, is_emphasised

MAX_REPEATED_HEADER_CHARS: Final = 320
MAX_GROUP_CHARS: Final = 120
MAX_HEADER_ROWS: Final = 3
MAX_SPAN: Final = 60


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

    @property
    def filled(self) -> list[_Cell]:
        return [cell for cell in self.cells if cell.text]


def table_blocks(table: etree._Element, narrative: Narrative) -> Iterator[Block]:
    """The lines of a table: caption, header, rows, footnotes."""
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
    yield from narrative.footnotes()


def _grid(rows: Sequence[_Row], n_columns: int, narrative: Narrative) -> Iterator[Block]:
    body = list(rows)
    # A first row across the whole width is a caption in disguise.
    while body and _spans(body[0], n_columns) and body[0].part != "tfoot":
        yield from _spanning(body.pop(0), narrative)
    n_header = _n_header_rows(body, n_columns)
    header, body = body[:n_header], body[n_header:]
    labels = _labels(header, n_columns)
    repeated = labels if sum(len(label) for label in labels) <= MAX_REPEATED_HEADER_CHARS else [""] * n_columns
    for row in header:
        if row.filled:
            yield Block(text=CELL_SEPARATOR.join(cell.text for cell in row.filled), row=True)
    group = ""
    for row in body:
        if not row.filled:
            continue
        if row.part == "tfoot" or _spans(row, n_columns):
            short = len(row.filled[0].text) <= MAX_GROUP_CHARS and not row.filled[0].text.endswith((".", "?"))
            is_group = row.part != "tfoot" and short and row.filled[0].text[0] not in "*†‡§¶#("
            group = row.filled[0].text.rstrip(":") if is_group else group
            yield from [Block(text=row.filled[0].text, row=True)] if is_group else _spanning(row, narrative)
            continue
        line = CELL_SEPARATOR.join(_labelled(cell, repeated) for cell in row.filled)
        yield Block(text=f"{group} — {line}" if group else line, row=True)


def _spanning(row: _Row, narrative: Narrative) -> Iterator[Block]:
    for cell in row.filled:
        yield from narrative.blocks(cell.element)


def _labelled(cell: _Cell, labels: Sequence[str]) -> str:
    names = dict.fromkeys(label for label in labels[cell.column : cell.column + cell.width] if label)
    label = " / ".join(names).rstrip(":")
    return f"{label}: {cell.text}" if label and label != cell.text else cell.text


def _labels(header: Sequence[_Row], n_columns: int) -> list[str]:
    labels: list[dict[str, None]] = [{} for _ in range(n_columns)]
    for row in header:
        for cell in row.filled:
            for column in range(cell.column, min(cell.column + cell.width, n_columns)):
                labels[column].setdefault(cell.text)
    return [", ".join(label) for label in labels]


def _n_header_rows(rows: Sequence[_Row], n_columns: int) -> int:
    n_head = 0
    while n_head < len(rows) and rows[n_head].part == "thead":
        n_head += 1
    if n_head or len(rows) < 2:
        return n_head if n_head < len(rows) else 0
    strong = [_is_strong(row) and not _spans(row, n_columns) for row in rows]
    while n_head < min(MAX_HEADER_ROWS, len(rows)) and strong[n_head]:
        n_head += 1
    # All in bold is no header, only a bold table.
    return n_head if not all(strong) else 0


def _is_strong(row: _Row) -> bool:
    return len(row.filled) > 0 and all(cell.strong for cell in row.filled)


def _spans(row: _Row, n_columns: int) -> bool:
    """Whether a row is one cell across the table, or one strong cell with nothing beside it."""
    if len(row.filled) != 1:
        return False
    cell = row.filled[0]
    return cell.width >= n_columns or (cell.strong and cell.column == 0)


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
        width, height = _span(child, "colspan"), _span(child, "rowspan")
        cell = _Cell(text=narrative.cell(child), column=column, width=width, strong=strong, element=child)
        cells.append(cell)
        if height > 1:
            below[column] = (height - 1, cell)
        column += width
    column = take_hanging()
    return _Row(cells=tuple(cells), part=part), below


def _all_strong(cell: etree._Element) -> bool:
    paragraphs = [child for child in cell if local_name(child) == "paragraph"]
    return all(is_emphasised(child) for child in paragraphs) if paragraphs else is_emphasised(cell)


def _span(cell: etree._Element, name: str) -> int:
    raw = (cell.get(name) or "1").strip()
    return min(max(int(raw), 1), MAX_SPAN) if raw.isdecimal() else 1
