"""A quote in its surroundings: a window of the source text, its table rows as a table, the quote marked.

Works on text and offsets alone; every character of the window appears once, escaped, in its order
(only the ` | ` between cells gives way to the cells themselves).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from markupsafe import Markup, escape

from chatbot.markup import element, join

CONTEXT_CHARS: Final = 700
_CELL: Final = " | "
_BREAK: Final = re.compile(r"(?<=[.!?])\s|\n")
_SPACE: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A window of a document's text and the quote in it; all offsets are into the document's text."""

    text: str
    start: int
    quote_start: int
    quote_end: int
    cut_before: bool = False
    cut_after: bool = False


def excerpt_around(
    text: str, start: int, end: int, quote: tuple[int, int], bounds: tuple[int, int], context_chars: int = CONTEXT_CHARS
) -> Excerpt:
    """The passage `text[start:end]` with up to `context_chars` on both sides, inside `bounds`.

    The window is widened to hold the quote, and begins and ends at a sentence or line where there is one.
    """
    first, last = min(start, quote[0]), max(end, quote[1])
    low, high = min(first, bounds[0]), max(last, bounds[1])
    window_start, window_end = low, high
    if first - context_chars > low:
        window_start = _forward_to_break(text, first - context_chars, first)
    if last + context_chars < high:
        window_end = _back_to_break(text, last, last + context_chars)
    return Excerpt(
        text=text[window_start:window_end],
        start=window_start,
        quote_start=quote[0],
        quote_end=quote[1],
        cut_before=window_start > low,
        cut_after=window_end < high,
    )


def render_excerpt(excerpt: Excerpt) -> Markup:
    """The excerpt as HTML: lines as paragraphs, rows of cells as a table, the quote in `<mark>`."""
    parts: list[Markup] = []
    for is_row, lines in groupby(_lines(excerpt), key=lambda line: _CELL in line[1]):
        if is_row:
            rows = (element("tr", *_cells(start, line, excerpt)) for start, line in lines)
            parts.append(element("div", element("table", *rows), class_="vm-table"))
        else:
            parts.extend(element("p", _marked(start, line, excerpt)) for start, line in lines if line.strip())
    gap = element("p", "…", class_="vm-cut", aria_label="text left out")
    return join([gap if excerpt.cut_before else None, *parts, gap if excerpt.cut_after else None])


def _lines(excerpt: Excerpt) -> Iterator[tuple[int, str]]:
    """Each line of the window with its offset in the document."""
    position = excerpt.start
    for line in excerpt.text.split("\n"):
        yield position, line
        position += len(line) + 1


def _cells(start: int, line: str, excerpt: Excerpt) -> Iterator[Markup]:
    for cell in line.split(_CELL):
        yield element("td", _marked(start, cell, excerpt))
        start += len(cell) + len(_CELL)


def _marked(start: int, text: str, excerpt: Excerpt) -> Markup:
    """`text`, which begins at `start` in the document, with its part of the quote marked."""
    low = min(max(excerpt.quote_start - start, 0), len(text))
    high = min(max(excerpt.quote_end - start, low), len(text))
    if not text[low:high].strip():
        return escape(text)
    return join([text[:low], element("mark", text[low:high]), text[high:]])


def _forward_to_break(text: str, start: int, stop: int) -> int:
    """The first sentence or line start in `text[start:stop]`, else the first word's, else `start`."""
    found = _BREAK.search(text, start, stop) or _SPACE.search(text, start, stop)
    return found.end() if found else start


def _back_to_break(text: str, start: int, stop: int) -> int:
    """The last sentence or line end in `text[start:stop]`, else the last word's, else `stop`."""
    ends = [found.start() for found in _BREAK.finditer(text, start, stop)]
    if ends:
        return ends[-1]
    space = text.rfind(" ", start, stop)
    return space if space > start else stop
