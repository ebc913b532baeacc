"""What a PDF page carries besides its text: running headers and footers, page numbers, lists of contents.

Works on plain values. Nobody wants a citation of any of these, so they are taken away before reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ingest.pdf_layout import PrintedLine, PrintedPage, PrintedRow, reading_order

_MARGIN: Final = 0.12
_EDGE: Final = 0.05
_PLACE_STEP: Final = 12.0
_MIN_REPEATS: Final = 3
_FEW_PAGES: Final = 4
_MIN_SHARE: Final = 0.2
_PAGE_NUMBER = re.compile(
    r"^(?:page\s*)?[-\u2013|\s]*(?:\d{1,4}|[ivxl]{1,6})[-\u2013|\s]*(?:(?:of|/)\s*\d{1,4})?$", re.I
)
# What is left of the last line of the page before when a page is cut through it: descenders only.
_CLIPPED = re.compile(r"^[gjpqyQ,;()\[\]_|\s]+$")
_CONTENTS_ENTRY = re.compile(r"(?:\.\s*){4,}\s*[\divxl]{1,5}$|\S[\s|]+\d{1,3}$")
_LEADER = re.compile(r"(?:\.\s?){8,}\s*[\divxl, ]*$")
_CONTENTS_TITLE = re.compile(r"^(?:table of )?contents$", re.I)


def without_furniture(pages: Sequence[PrintedPage]) -> list[PrintedPage]:
    """The pages without running lines, page numbers and remains of cut lines; no page is left out."""
    places = Counter(place for page in pages for place in {_place(line, page) for line in page.lines} if place)
    n_needed = max(2 if len(pages) <= _FEW_PAGES else _MIN_REPEATS, min(len(pages), 50) * _MIN_SHARE)
    edges = Counter(place for page in pages for place in {_place(x, page, _EDGE) for x in page.lines} if place)
    running = {place for place, n in places.items() if n >= n_needed}
    # At the very edge three times are enough: the header of a chapter.
    running |= {place for place, n in edges.items() if n >= _MIN_REPEATS}
    kept = []
    for page in pages:
        lines = [line for line in page.lines if _place(line, page) not in running and not _is_number(line, page)]
        kept.append(replace(page, lines=tuple(_unclipped(lines))))
    return kept


def is_contents(page: PrintedPage) -> bool:
    """Whether a page is a list of contents or an index: most of its lines end in a number of a page."""
    if sum(_LEADER.search(line.text) is not None for line in page.lines) >= max(5, 0.5 * len(page.lines)):
        return True
    printed = reading_order(page)
    texts = [_row_text(item) for item in printed]
    if len(texts) < 6:
        return False
    if any(_CONTENTS_TITLE.match(line.text) for line in page.lines):
        numbered = [line for line in page.lines if _CONTENTS_ENTRY.search(line.text) or line.text.isdigit()]
        return len(numbered) >= max(5, 0.25 * len(page.lines))
    entries = [text for text in texts if _CONTENTS_ENTRY.search(text)]
    numbers = [int(found[0]) for text in entries if (found := re.findall(r"\d{1,3}$", text))]
    rising = sum(a <= b for a, b in pairwise(numbers))
    enough = len(entries) >= 0.6 * len(texts)
    return enough and len(numbers) >= 5 and rising >= 0.8 * (len(numbers) - 1)


def _row_text(item: PrintedLine | PrintedRow) -> str:
    return " | ".join(line.text for line in item.lines) if isinstance(item, PrintedRow) else item.text


def _place(line: PrintedLine, page: PrintedPage, margin: float = _MARGIN) -> tuple[str, int] | None:
    """The words of a line in the margin without their digits, and how far from which edge it stands."""
    words = re.sub(r"[\d\W]+", " ", line.text.lower()).strip()
    if not words:
        return None
    from_top, from_bottom = line.box.y0, page.height - line.box.y1
    edge = min(from_top, from_bottom)
    if edge > margin * page.height:
        return None
    return words, round(from_top / _PLACE_STEP) if from_top < from_bottom else -1 - round(from_bottom / _PLACE_STEP)


def _is_number(line: PrintedLine, page: PrintedPage) -> bool:
    edge = min(line.box.y0, page.height - line.box.y1)
    return edge <= 0.08 * page.height and _PAGE_NUMBER.match(line.text) is not None


def _unclipped(lines: Iterable[PrintedLine]) -> list[PrintedLine]:
    lines = list(lines)
    if not lines:
        return lines
    top = min(line.box.y0 for line in lines)
    first = [line for line in lines if line.box.y0 - top < 4]
    if all(_CLIPPED.match(line.text) for line in first):
        return [line for line in lines if line not in first]
    return lines
