"""The printed lines of a PDF page in the order they are read: rows, columns, lines across both.

Works on plain values; knows no PDF library, no headings, no medicine. Coordinates are PDF points with
the origin at the top left of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from types import MappingProxyType
from typing import Final

from knowledge_base.types import Box

_MIN_TEXT_CHARS: Final = 30
_FULL_WIDTH: Final = 0.75
"""A line at least this share of the print wide belongs to no column of two."""
_MIN_COLUMN_LINES: Final = 4
_MIN_COLUMN_CHARS: Final = 14
_MIN_COLUMN_WIDTH: Final = 110.0
_GUTTER_STEP: Final = 3.0
_MAX_GUTTER_STEPS: Final = 1000
"""A page as wide as a street is not searched point by point."""
_MAX_HEIGHT_BITS: Final = 20_000
_MAX_COLUMN_SPLITS: Final = 2
_BULLET_REACH: Final = 26.0
_MAX_SCRIPT: Final = 4

RAISED: Final = MappingProxyType(str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻"))
"""Raised digits as characters of their own: "10" and a raised "9" must never be read as 109."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a printed line in one font."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLine:
    """One printed line: its words, where it stands and how it looks. `bullet`: a mark is drawn before it."""

    text: str
    page: int
    box: Box
    size: float
    family: str = ""
    bold: bool = False
    bullet: bool = False
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRow:
    """Cells that stand side by side: a row of a table, ruled or not. Each cell holds its lines."""

    cells: tuple[tuple[PrintedLine, ...], ...]

    @property
    def lines(self) -> tuple[PrintedLine, ...]:
        """All lines of the row."""
        return tuple(line for cell in self.cells for line in cell)

    @property
    def page(self) -> int:
        """The page it is printed on."""
        return self.lines[0].page

    @property
    def box(self) -> Box:
        """The smallest rectangle around its lines."""
        return enclosing(line.box for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTable:
    """A ruled table, which is read row by row."""

    box: Box
    rows: tuple[PrintedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPage:
    """One page as printed: its lines, the drawn bullets and the ruled tables of it."""

    number: int
    width: float
    height: float
    lines: tuple[PrintedLine, ...]
    tables: tuple[PrintedTable, ...] = ()


Item = PrintedLine | PrintedTable
Printed = PrintedLine | PrintedRow


def enclosing(boxes: Iterable[Box]) -> Box:
    """The smallest rectangle around boxes; there must be one at least."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))


def mark_bullets(lines: Iterable[PrintedLine], bullets: Sequence[Box]) -> list[PrintedLine]:
    """The lines, each with the knowledge whether one of the drawn bullets stands just before it."""
    return [replace(line, bullet=True) if any(_leads(b, line.box) for b in bullets) else line for line in lines]


def reading_order(page: PrintedPage) -> list[Printed]:
    """Everything on a page in the order it is read.

    Lines that cross the gutter between two columns are read before what stands below them; between
    two such lines the left column comes before the right one.
    """
    items: list[Item] = [*page.lines, *page.tables]
    return list(_ordered(items, _MAX_COLUMN_SPLITS))


def find_gutter(boxes: Sequence[tuple[Box, int]]) -> float | None:
    """The x of the space between two columns of text, or None on a page with one column.

    Args:
        boxes: the box of each line and its number of characters.
    """
    if len(boxes) < 2 * _MIN_COLUMN_LINES:
        return None
    left_edge, right_edge = min(box.x0 for box, _ in boxes), max(box.x1 for box, _ in boxes)
    step = max(_GUTTER_STEP, (right_edge - left_edge) / _MAX_GUTTER_STEPS)
    best: tuple[int, list[float]] = (0, [])
    x = left_edge + _MIN_COLUMN_WIDTH
    while x <= right_edge - _MIN_COLUMN_WIDTH:
        score = _gutter_score(boxes, x)
        if score > best[0]:
            best = (score, [x])
        elif score == best[0] and score and x - best[1][-1] <= step + 0.01:
            best[1].append(x)
        x += step
    return median(best[1]) if best[1] else None


def _gutter_score(boxes: Sequence[tuple[Box, int]], x: float) -> int:
    """How many lines a gutter at x parts from a neighbour on the other side, less those it would cut."""
    left = [(box, n) for box, n in boxes if box.x1 <= x + 1]
    right = [(box, n) for box, n in boxes if box.x0 >= x - 1]
    n_crossing = len(boxes) - len(left) - len(right)
    if min(len(left), len(right)) < _MIN_COLUMN_LINES or n_crossing > (len(left) + len(right)) / 2:
        return 0
    # Cells of a table are short, lines of a text column are not.
    if min(median(n for _, n in left), median(n for _, n in right)) < _MIN_COLUMN_CHARS:
        return 0
    heights_left, heights_right = _heights(left), _heights(right)
    facing_left = sum(bool(_height(box) & heights_right) for box, _ in left)
    facing_right = sum(bool(_height(box) & heights_left) for box, _ in right)
    if min(facing_left, facing_right) < _MIN_COLUMN_LINES:
        return 0
    return max(0, facing_left + facing_right - 2 * n_crossing)


def _ordered(items: Sequence[Item], splits: int) -> Iterable[Printed]:
    lines = [item for item in items if isinstance(item, PrintedLine)]
    gutter = _gutter_of(lines) if splits else None
    if gutter is None:
        above, below = _parted_below_full_lines(items, lines) if splits else (items, [])
        yield from _rows(above)
        yield from _ordered(below, splits) if below else ()
        return
    crossing = sorted(
        (item for item in items if item.box.x0 < gutter - 1 and item.box.x1 > gutter + 1), key=lambda item: item.box.y0
    )
    bands: list[tuple[list[Item], list[Item]]] = [([], []) for _ in range(len(crossing) + 1)]
    for item in items:
        if item in crossing:
            continue
        band = sum(_middle(other.box) < _middle(item.box) for other in crossing)
        bands[band][item.box.x0 >= gutter - 1].append(item)
    full: list[Item] = []
    for place, (left, right) in enumerate(bands):
        if left or right:
            yield from _rows(full)
            full = []
            title, right = _title_above(left, right)
            yield from _rows(title)
            following = crossing[place] if place < len(crossing) else None
            left, heading = _heading_below(left, right, following)
            yield from _ordered(left, splits - 1)
            yield from _ordered(right, splits - 1)
            full.extend(heading)
        if place < len(crossing):
            full.append(crossing[place])
    yield from _rows(full)


def _gutter_of(lines: Sequence[PrintedLine]) -> float | None:
    # A list item is a line of text however short it is.
    sizes = [max(len(line.text), _MIN_COLUMN_CHARS if _is_item(line) else 0) for line in lines]
    return find_gutter([(line.box, n) for line, n in zip(lines, sizes, strict=True)])


def _parted_below_full_lines(
    items: Sequence[Item], lines: Sequence[PrintedLine]
) -> tuple[Sequence[Item], Sequence[Item]]:
    """What stands below the last line over the whole width, if that alone is in columns: the rest hid their gutter."""
    if not lines:
        return items, []
    left, right = min(line.box.x0 for line in lines), max(line.box.x1 for line in lines)
    full = [line.box.y1 for line in lines if line.box.x1 - line.box.x0 >= _FULL_WIDTH * (right - left)]
    bottom = max(full, default=0.0)
    below = [item for item in items if _middle(item.box) > bottom]
    lines = [item for item in below if isinstance(item, PrintedLine)]
    # Short lines are a list set in columns, which reads as well across.
    is_text = len(below) < len(items) and median([len(line.text) for line in lines] or [0]) >= _MIN_TEXT_CHARS
    is_in_columns = is_text and _gutter_of(lines) is not None
    return ([item for item in items if _middle(item.box) <= bottom], below) if is_in_columns else (items, [])


def _title_above(left: Sequence[Item], right: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """A title in larger print above the right column that stands higher than the left one is read first."""
    sizes = [item.size for item in (*left, *right) if isinstance(item, PrintedLine)]
    top = min((item.box.y0 for item in left), default=0.0)
    larger = 1.15 * median(sizes) if sizes else 0.0
    title: list[Item] = [i for i in right if isinstance(i, PrintedLine) and i.box.y1 <= top and i.size >= larger]
    return title, [item for item in right if item not in title]


def _heading_below(
    left: Sequence[Item], right: Sequence[Item], following: Item | None
) -> tuple[list[Item], list[Item]]:
    """Parts off a heading that stands below both columns and above a line that crosses them: it is read with that."""
    left = sorted(left, key=lambda item: item.box.y0)
    if following is None or not left or not isinstance(left[-1], PrintedLine):
        return left, []
    bottom = max((item.box.y1 for item in right), default=0.0) - 2
    if following.box.y0 - left[-1].box.y1 > left[-1].size:
        return left, []
    tail = [n for n, item in enumerate(left) if item.box.y0 >= bottom]
    first = next((n for n in tail if isinstance(item := left[n], PrintedLine) and item.bold), len(left))
    return left[:first], left[first:]


def _is_item(line: PrintedLine) -> bool:
    return line.bullet or line.text.startswith(("•", "▪", "■", "❑", "○"))


def _rows(items: Sequence[Item]) -> Iterable[Printed]:
    """Items of one column from top to bottom, those on one base line joined or made a row."""
    row: list[PrintedLine] = []
    for item in sorted(items, key=lambda item: (_middle(item.box), item.box.x0)):
        if isinstance(item, PrintedLine) and row and _same_row(row[0].box, item.box):
            row.append(item)
            continue
        yield from _joined_row(row)
        row = []
        if isinstance(item, PrintedLine):
            row = [item]
        else:
            yield from item.rows
    yield from _joined_row(row)


def _joined_row(row: list[PrintedLine]) -> Iterable[Printed]:
    cells: list[PrintedLine] = []
    for line in sorted(row, key=lambda line: line.box.x0):
        if cells and _continues(cells[-1], line):
            cells[-1] = _joined(cells[-1], line)
        else:
            cells.append(line)
    if len(cells) == 1:
        yield cells[0]
    elif cells:
        yield PrintedRow(cells=tuple((cell,) for cell in cells))


def _continues(line: PrintedLine, following: PrintedLine) -> bool:
    gap = following.box.x0 - line.box.x1
    reach = 4.0 if len(line.text) <= 3 else 1.3
    return gap <= reach * max(line.size, following.size, 6.0)


def _joined(line: PrintedLine, following: PrintedLine) -> PrintedLine:
    # A mark that is also printed alone over the beginning of its line is the same mark.
    if following.text.startswith(line.text) and following.box.x0 <= line.box.x0 + 1:
        return following
    if line.text.startswith(following.text) and following.box.x1 <= line.box.x0 + 2 * line.size:
        return line
    inside = following.box.x0 < line.box.x1 - 1
    if inside and len(following.text) <= _MAX_SCRIPT and len(line.pieces) > 1:
        return _with_script(line, following)
    longer = max(line, following, key=lambda one: len(one.text))
    return replace(
        longer,
        text=f"{line.text} {following.text}",
        box=enclosing((line.box, following.box)),
        bold=line.bold and following.bold,
        bullet=line.bullet,
        pieces=(*line.pieces, *following.pieces),
    )


def _with_script(line: PrintedLine, script: PrintedLine) -> PrintedLine:
    """A line with the raised or lowered sign put where it stands in it."""
    at = sum(_middle_x(piece.box) < _middle_x(script.box) for piece in line.pieces)
    before = "".join(piece.text for piece in line.pieces[:at]).rstrip()
    after = "".join(piece.text for piece in line.pieces[at:])
    raised = _middle(script.box) < _middle(line.box)
    text = script.text.translate(RAISED) if raised else script.text
    gap = "" if not after or after[0] in ".,;:)]" else " "
    sign = Piece(text=text, box=script.box)
    return replace(
        line,
        text=f"{before}{text}{gap}{after.lstrip()}".strip(),
        box=enclosing((line.box, script.box)),
        pieces=(*line.pieces[:at], sign, *line.pieces[at:]),
    )


def _same_row(box: Box, other: Box) -> bool:
    overlap = min(box.y1, other.y1) - max(box.y0, other.y0)
    return overlap >= 0.6 * min(box.y1 - box.y0, other.y1 - other.y0)


def _height(box: Box) -> int:
    """The heights a box covers, a bit for every two points: boxes side by side share a bit."""
    low, high = (max(0, min(int(y / 2), _MAX_HEIGHT_BITS)) for y in (box.y0 + 2, box.y1))
    return ((1 << max(1, high - low)) - 1) << low


def _heights(boxes: Iterable[tuple[Box, int]]) -> int:
    covered = 0
    for box, _ in boxes:
        covered |= _height(box)
    return covered


def _middle_x(box: Box) -> float:
    return (box.x0 + box.x1) / 2


def _middle(box: Box) -> float:
    return (box.y0 + box.y1) / 2


def _leads(bullet: Box, line: Box) -> bool:
    return line.y0 <= _middle(bullet) <= line.y1 and -2 <= line.x0 - bullet.x1 <= _BULLET_REACH
