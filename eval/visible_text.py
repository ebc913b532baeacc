"""How much of what a reader of a label sees ends up in its passages, and whether any of it stands there twice.

Reads the XML by itself, not through the reader that is judged. Texts are compared by their letters and digits
alone, in Unicode's NFKC form and lower case, so that spaces, bullets and raised figures make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from lxml import etree

from knowledge_base import loinc
from knowledge_base.types import Passage

_WORD: Final = re.compile(r"[^\W_]+")
_MIN_LINE_CHARS: Final = 40
"""A shorter line comes back by chance: "None." under two headings is no repetition."""


class Run(NamedTuple):
    """A stretch of text without markup inside, and whether it stands in the Highlights, a heading or the body."""

    place: str
    text: str


class Coverage(NamedTuple):
    """Characters seen, those of them in a passage or its headings, those in a passage's own text, those said again."""

    visible: int
    kept: int
    kept_in_text: int
    repeated: int

    @property
    def share(self) -> float:
        """The kept share, from 0 to 1."""
        return self.kept / self.visible if self.visible else 1.0


def squeezed(text: str) -> str:
    """Letters and digits alone."""
    return "".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def visible_runs(root: etree._Element) -> Iterator[Run]:
    """What a label shows: headings and texts of its sections, its Highlights; not the registry's product data."""
    for section in root.iterfind("{*}component/{*}structuredBody//{*}section"):
        for part, place in (
            ("{*}title", "heading"),
            ("{*}text", "text"),
            ("{*}excerpt/{*}highlight/{*}text", "highlight"),
        ):
            for element in section.iterfind(part):
                yield from (Run(place, str(text)) for text in element.itertext() if text.strip())


def coverage(runs: Sequence[Run], passages: Sequence[Passage]) -> Coverage:
    """How the visible runs of one label fare in its passages."""
    text = squeezed("\n".join(passage.text for passage in passages))
    paths = dict.fromkeys(passage.section_path for passage in passages)
    headings = "|".join(squeezed(heading) for path in paths for heading in path)
    wanted = Counter(squeezed(run.text) for run in runs)
    visible = sum(len(run) * n for run, n in wanted.items())
    in_text = _covered(wanted, text)
    body = squeezed("".join(run.text for run in runs if run.place != "highlight"))
    return Coverage(visible, _covered(wanted, f"{text}|{headings}"), in_text, _repeated(body, passages))


def _covered(wanted: Counter[str], text: str) -> int:
    return sum(len(run) * min(n, text.count(run)) for run, n in wanted.items() if run)


def _repeated(body: str, passages: Iterable[Passage]) -> int:
    """Characters of the lines that passages of the body hold more often than the label does; rows repeat headers."""
    lines = Counter(
        squeezed(line)
        for passage in passages
        if not loinc.is_highlights(passage.section_path)
        for line in passage.text.split("\n")
        if " | " not in line
    )
    long = ((line, n) for line, n in lines.items() if len(line) >= _MIN_LINE_CHARS)
    return sum(len(line) * max(0, n - max(1, body.count(line))) for line, n in long)


class Rows(NamedTuple):
    """Rows of tables with at least two filled cells, and those of them that are one line of the text."""

    in_file: int
    kept: int


def table_rows(root: etree._Element, lines: Iterable[str]) -> Rows:
    """Whether every row of a label's tables can be read in one line.

    Args:
        root: the label.
        lines: its table rows as text.
    """
    whole = [squeezed(line) for line in lines]
    in_file = kept = 0
    for row in root.iterfind("{*}component/{*}structuredBody//{*}section/{*}text//{*}tr"):
        # A mark of a footnote stands for its note, which follows the table.
        cells = [squeezed("".join(_without_notes(cell))) for cell in row if isinstance(cell.tag, str)]
        filled = [cell for cell in cells if cell]
        if len(filled) > 1 and row.find(".//{*}tr") is None:
            in_file += 1
            kept += any(all(cell in line for cell in filled) for line in whole)
    return Rows(in_file, kept)


def _without_notes(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and not child.tag.endswith("footnote"):
            yield from _without_notes(child)
        yield child.tail or ""
