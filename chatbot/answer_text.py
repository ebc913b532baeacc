"""The text of an answer as HTML: paragraphs, lists, and its [n] markers as buttons.

Knows a small subset of Markdown (blank lines, `- ` lists, `**bold**`, `#` headings) and nothing
else; whatever is not one of these is text and is escaped. A marker becomes a button only if its
number is one of the response's citations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from markupsafe import Markup, escape

from chatbot.compose import CELL_MARK, LIST_MARK
from chatbot.markup import element, join

_MARKER: Final = re.compile(r"[ \t]*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_BULLET: Final = re.compile(r"^\s*[-•*]\s+")
_HEADING: Final = re.compile(r"^#{1,4}\s+")
_BOLD: Final = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
_QUOTED: Final = re.compile(
    r"(?P<before>[^\u201c]*)\u201c(?P<quote>[^\u201d]*)\u201d(?P<after>[ \t]*(?:\[[\d, ]+\]\s*)+)"
)
_MIN_ROWS: Final = 2
"""Rows of more than one cell that make a table."""
_NO_BREAK: Final = "\u2060"


def render_text(text: str, labels: Mapping[int, str], turn: int) -> Markup:
    """`text` as escaped HTML blocks.

    Args:
        text: what a person reads, with [n] markers.
        labels: for each citation number, the words a screen reader says for its button.
        turn: place of the answer in the conversation; buttons carry it back to the server.
    """
    blocks = (block.strip("\n") for block in re.split(r"\n\s*\n", text) if block.strip())
    return join(_block(block, labels, turn) for block in blocks)


def citation_button(n: int, label: str, turn: int) -> Markup:
    """The numbered button that opens citation `n` in the sources panel."""
    return element(
        "button",
        n,
        type="button",
        class_="vm-cite",
        data_action="source",
        data_turn=turn,
        data_key=f"c{n}",
        aria_label=f"Source {n}: {label}",
    )


def _block(block: str, labels: Mapping[int, str], turn: int) -> Markup:
    """One blank-line-separated block: runs of bullets become lists, the rest paragraphs."""
    parts = []
    for is_list, lines in groupby(block.split("\n"), key=lambda line: bool(_BULLET.match(line))):
        if is_list:
            items = (element("li", _item(_BULLET.sub("", line), labels, turn)) for line in lines)
            parts.append(element("ul", join(items)))
        else:
            parts.append(_paragraph(list(lines), labels, turn))
    return join(parts)


def _item(line: str, labels: Mapping[int, str], turn: int) -> Markup:
    """An item of a list; a quoted table, which is one line in plain text, as a table again."""
    quoted = _QUOTED.fullmatch(line)
    rows = [row.split(CELL_MARK) for row in quoted["quote"].split(LIST_MARK)] if quoted is not None else []
    if quoted is None or sum(len(row) > 1 for row in rows) < _MIN_ROWS:
        return _inline(line, labels, turn)
    table = element("table", *(element("tr", *(element("td", escape(cell)) for cell in row)) for row in rows))
    return join(
        [
            _inline(quoted["before"], labels, turn),
            element("div", table, class_="vm-table"),
            _inline(quoted["after"], labels, turn),
        ]
    )


def _paragraph(lines: list[str], labels: Mapping[int, str], turn: int) -> Markup:
    """Lines of one paragraph; a first line that starts with `#` is a small heading."""
    heading = None
    if _HEADING.match(lines[0]):
        heading, lines = element("h3", _inline(_HEADING.sub("", lines[0]), labels, turn)), lines[1:]
    body = Markup("<br>").join(_inline(line, labels, turn) for line in lines)
    return join([heading, element("p", body) if lines else None])


def _inline(line: str, labels: Mapping[int, str], turn: int) -> Markup:
    """A line with its citation markers as buttons and its bold words as bold."""
    parts: list[Markup] = []
    position = 0
    for marker in _MARKER.finditer(line):
        numbers = [int(number) for number in marker[1].split(",")]
        if not all(number in labels for number in numbers):
            continue
        parts.extend(_bold(line[position : marker.start()]))
        # The marks of one statement stay together and never begin a line.
        buttons = (citation_button(number, labels[number], turn) for number in numbers)
        parts.append(element("span", _NO_BREAK, *buttons, class_="vm-cites"))
        position = marker.end()
    parts.extend(_bold(line[position:]))
    return join(parts)


def _bold(text: str) -> Iterator[Markup]:
    position = 0
    for bold in _BOLD.finditer(text):
        yield escape(text[position : bold.start()])
        yield element("strong", bold[1])
        position = bold.end()
    yield escape(text[position:])
