"""Ruled tables of a PDF page: from the drawn lines to rows of cells.

Works on plain values. A grid needs two columns and two rows at least: a frame around a paragraph is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ingest.pdf_layout import PrintedLine, PrintedRow, PrintedTable, enclosing
from knowledge_base.types import Box

RULE_WIDTH: Final = 4.0
"""A drawn rectangle thinner than this is a rule."""

_TOUCH: Final = 4.0
_MIN_RULE: Final = 8.0
_MAX_RULES: Final = 4000
_MIN_STRIPE: Final = 150.0
_MAX_STRIPE: Final = 160.0
_MIN_SPACE: Final = 8.0
_MIN_ROW_GAP: Final = 1.0
_CUT_SLACK: Final = 2.0


def rules_of(drawn: Iterable[Box]) -> list[Box]:
    """Those of the drawn boxes that are horizontal or vertical rules."""
    return [
        box
        for box in drawn
        if min(box.x1 - box.x0, box.y1 - box.y0) <= RULE_WIDTH and max(box.x1 - box.x0, box.y1 - box.y0) >= _MIN_RULE
    ]


def crossing(line: PrintedLine, rules: Iterable[Box]) -> list[float]:
    """Where upright rules run through a line: it holds the text of several cells."""
    y = _middle_y(line.box)
    return [
        _middle_x(rule)
        for rule in rules
        if rule.y1 - rule.y0 > rule.x1 - rule.x0 and rule.y0 <= y <= rule.y1 and _runs_over(line, _middle_x(rule))
    ]


def _runs_over(line: PrintedLine, x: float) -> bool:
    return line.box.x0 + _CUT_SLACK < x < line.box.x1 - _CUT_SLACK


def find_tables(
    rules: Sequence[Box], lines: Sequence[PrintedLine], shades: Sequence[Box] = ()
) -> tuple[list[PrintedTable], list[PrintedLine]]:
    """The tables among the lines, and the lines outside of them.

    Args:
        rules: thin boxes, horizontal or vertical.
        lines: the printed lines of the page.
        shades: filled boxes: rows are often told apart by them instead of rules.
    """
    tables, outside = _gridded(rules, lines) if 5 <= len(rules) <= _MAX_RULES else ([], list(lines))
    segmented, outside = _segmented(rules, outside)
    striped, outside = _striped([*rules, *shades], outside)
    return tables + segmented + striped, outside


def _gridded(rules: Sequence[Box], lines: Sequence[PrintedLine]) -> tuple[list[PrintedTable], list[PrintedLine]]:
    """Tables whose rules make a grid."""
    outside = list(lines)
    tables: list[PrintedTable] = []
    for group in _connected(rules):
        inside: list[PrintedLine] = []
        rest: list[PrintedLine] = []
        frame = enclosing(group)
        for line in outside:
            (inside if _within(line.box, frame) else rest).append(line)
        rows = _table_rows(group, inside) if inside else []
        if rows:
            tables.append(PrintedTable(box=frame, rows=tuple(rows)))
            outside = rest
    return tables, outside


def _segmented(rules: Sequence[Box], lines: Sequence[PrintedLine]) -> tuple[list[PrintedTable], list[PrintedLine]]:
    """Tables with a rule above and below only, drawn column by column: where the pieces meet the columns do."""
    outside, tables = list(lines), []
    across = [box for box in rules if box.x1 - box.x0 > box.y1 - box.y0]
    borders = []
    for y in _places(_middle_y(box) for box in across):
        pieces = [box for box in across if abs(_middle_y(box) - y) <= _TOUCH]
        borders.append((y, _places(x for box in pieces for x in (box.x0, box.x1)), len(pieces)))
    for (top, xs, n_above), (bottom, below, n_below) in pairwise(borders):
        same = len(xs) == len(below) and all(abs(a - b) <= _TOUCH for a, b in zip(xs, below, strict=True))
        if not same or min(n_above, n_below) < 2 or len(xs) < 3:
            continue
        inside = [line for line in outside if _within(line.box, Box(xs[0], top, xs[-1], bottom), 0.0)]
        rows = _by_gaps(inside, xs)
        if len(rows) > 1:
            tables.append(PrintedTable(box=Box(xs[0], top, xs[-1], bottom), rows=tuple(rows)))
            taken = {id(line) for line in inside}
            outside = [line for line in outside if id(line) not in taken]
    return tables, outside


def _by_gaps(lines: Sequence[PrintedLine], xs: Sequence[float]) -> list[PrintedRow]:
    """Rows of known columns, parted where a blank runs through all columns; a row has two cells or goes on."""
    rows: list[dict[int, list[PrintedLine]]] = []
    reach = float("-inf")
    for line in sorted(lines, key=lambda line: line.box.y0):
        column = sum(x <= _middle_x(line.box) for x in xs)
        if line.box.y0 - reach > _MIN_ROW_GAP:
            rows.append({})
        rows[-1].setdefault(column, []).append(line)
        reach = max(reach, line.box.y1)
    whole: list[dict[int, list[PrintedLine]]] = []
    for row in rows:
        if whole and len(row) < 2:
            for column, cell in row.items():
                whole[-1].setdefault(column, []).extend(cell)
        else:
            whole.append(row)
    return [PrintedRow(cells=tuple(tuple(row[column]) for column in sorted(row))) for row in whole]


def _striped(drawn: Sequence[Box], lines: Sequence[PrintedLine]) -> tuple[list[PrintedTable], list[PrintedLine]]:
    """Tables whose rows are parted by rules or shades of one width, and whose columns by space alone."""
    edges: dict[tuple[int, int], list[float]] = {}
    for box in drawn:
        if box.x1 - box.x0 >= _MIN_STRIPE:
            edges.setdefault((round(box.x0 / 3), round(box.x1 / 3)), []).extend((box.y0, box.y1))
    outside, tables = list(lines), []
    for (left, right), ys in edges.items():
        run: list[PrintedRow] = []
        for top, bottom in pairwise(_places(ys)):
            frame = Box(3.0 * left, top, 3.0 * right, bottom)
            inside = [line for line in outside if _within(line.box, frame, 0.0)]
            cells = _by_space(inside) if bottom - top <= _MAX_STRIPE else []
            if len(cells) > 1:
                run.append(PrintedRow(cells=tuple(cells)))
                continue
            tables.extend(_as_table(run))
            run = []
        tables.extend(_as_table(run))
        taken = {id(line) for table in tables for row in table.rows for line in row.lines}
        outside = [line for line in outside if id(line) not in taken]
    return tables, outside


def _as_table(run: list[PrintedRow]) -> list[PrintedTable]:
    return [PrintedTable(box=enclosing(row.box for row in run), rows=tuple(run))] if len(run) > 1 else []


def _by_space(lines: Sequence[PrintedLine]) -> list[tuple[PrintedLine, ...]]:
    """Lines of one row, parted where no line of the row stands."""
    cells: list[list[PrintedLine]] = []
    reach = float("-inf")
    for line in sorted(lines, key=lambda line: line.box.x0):
        if line.box.x0 - reach >= _MIN_SPACE:
            cells.append([])
        cells[-1].append(line)
        reach = max(reach, line.box.x1)
    return [tuple(sorted(cell, key=_place_in_cell)) for cell in cells]


def _table_rows(group: Sequence[Box], lines: Sequence[PrintedLine]) -> list[PrintedRow]:
    """The rows of one grid, or nothing if the rules make none."""
    across = [box for box in group if box.x1 - box.x0 > box.y1 - box.y0]
    upright = [box for box in group if box.x1 - box.x0 <= box.y1 - box.y0]
    # A grid may be open above or below: it ends where its upright rules do.
    ends = [min((box.y0 for box in upright), default=0.0), max((box.y1 for box in upright), default=0.0)]
    ys = _places([*(_middle_y(box) for box in across), *ends])
    xs = _places(_middle_x(box) for box in upright)
    if len(ys) < 3 or len(xs) < 3:
        return []
    cells: dict[tuple[int, float], list[PrintedLine]] = {}
    for line in lines:
        for part in _cut(line, _borders(upright, xs, _middle_y(line.box))):
            middle = _middle_y(part.box)
            band = max((n for n, y in enumerate(ys[:-1]) if y <= middle), default=0)
            left = max((x for x in _borders(upright, xs, middle) if x <= _middle_x(part.box)), default=xs[0])
            # A cell over several rows is read with the first of them.
            while band and not _ruled_above(across, ys[band], part.box):
                band -= 1
            cells.setdefault((band, left), []).append(part)
    rows = []
    for band in sorted({band for band, _ in cells}):
        ordered = [cells[key] for key in sorted(key for key in cells if key[0] == band)]
        rows.append(PrintedRow(cells=tuple(tuple(sorted(cell, key=_place_in_cell)) for cell in ordered)))
    return rows if any(len(row.cells) > 1 for row in rows) else []


def _place_in_cell(line: PrintedLine) -> tuple[int, float]:
    return round(_middle_y(line.box) / 3), line.box.x0


def _borders(upright: Sequence[Box], xs: Sequence[float], y: float) -> list[float]:
    """The places of the vertical rules that pass the height y."""
    passing = [box for box in upright if box.y0 - _TOUCH <= y <= box.y1 + _TOUCH]
    return [x for x in xs if any(abs(_middle_x(box) - x) <= _TOUCH for box in passing)]


def _ruled_above(across: Sequence[Box], y: float, box: Box) -> bool:
    x = _middle_x(box)
    return any(abs(_middle_y(rule) - y) <= _TOUCH and rule.x0 - _TOUCH <= x <= rule.x1 + _TOUCH for rule in across)


def _cut(line: PrintedLine, borders: Sequence[float]) -> list[PrintedLine]:
    """A line that runs over a border between cells, cut there where its pieces allow it."""
    crossed = [x for x in borders if _runs_over(line, x)]
    if not crossed or len(line.pieces) < 2:
        return [line]
    parts: dict[int, list[int]] = {}
    column = 0
    for n, piece in enumerate(line.pieces):
        mark = piece.text.strip()
        # A footnote's letter belongs to the word before it, wherever it hangs over.
        if not (n and len(mark) == 1 and mark.islower()):
            column = sum(x < _middle_x(piece.box) for x in crossed)
        parts.setdefault(column, []).append(n)
    cut = []
    for numbers in parts.values():
        pieces = tuple(line.pieces[n] for n in numbers)
        text = " ".join("".join(piece.text for piece in pieces).split())
        if text:
            cut.append(replace(line, text=text, box=enclosing(piece.box for piece in pieces), pieces=pieces))
    return cut or [line]


def _connected(rules: Sequence[Box]) -> list[list[Box]]:
    """Groups of rules that touch each other."""
    groups: list[tuple[Box, list[Box]]] = []
    for rule in sorted(rules, key=lambda box: box.y0):
        touching = [group for group in groups if any(_touch(rule, other) for other in group[1])]
        members = [rule, *(box for group in touching for box in group[1])]
        groups = [group for group in groups if group not in touching]
        groups.append((enclosing(members), members))
    return [members for _, members in groups if len(members) >= 5]


def _touch(box: Box, other: Box) -> bool:
    return (
        box.x0 <= other.x1 + _TOUCH
        and other.x0 <= box.x1 + _TOUCH
        and box.y0 <= other.y1 + _TOUCH
        and other.y0 <= box.y1 + _TOUCH
    )


def _within(box: Box, frame: Box, slack: float = 2.0) -> bool:
    x, y = _middle_x(box), _middle_y(box)
    return frame.x0 - 2 <= x <= frame.x1 + 2 and frame.y0 - slack <= y < frame.y1 + slack


def _places(values: Iterable[float]) -> list[float]:
    """Values in order, near ones taken for one."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _TOUCH:
            places.append(value)
    return places


def _middle_x(box: Box) -> float:
    return (box.x0 + box.x1) / 2


def _middle_y(box: Box) -> float:
    return (box.y0 + box.y1) / 2
