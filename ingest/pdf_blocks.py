"""From printed lines in reading order to blocks: headings, paragraphs, list items and table rows.

What a heading is shows only in comparison with the rest of the document: its size beside the size of
the running text, its weight, its typeface, its numbering, and the document's own outline.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from ingest.pdf_layout import Printed, PrintedLine, PrintedRow
from knowledge_base.types import Box

Role = Literal["heading", "paragraph", "item", "row"]

_MARKER = re.compile(
    r"^(?:[•▪●■□◦∙‣❑❏○➢✓✔*·]|\u203a+|[-\u2013\u2014](?=\s)"
    r"|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)](?=\s)|\(\d{1,2}\)(?=\s))",
    re.I,
)
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[A-Z(\"\u201c]")
_SUB_NUMBERED = re.compile(r"^\d{1,2}(?:\.\d{1,2}){1,4}\.?\s+[A-Z]")
_NO_HEADING = re.compile(
    r"^(?:table|figure|box|fig\.|image)\s*\d|^to report suspected|^see (?:full|17|also|section|[\"\u201c])"
    r"|^revised\b|^(?:rx|\W*rx) only|^initial u\.?s|^distributed by|^manufactured|^(?:page )?\d+$",
    re.I,
)
_JOINED = re.compile(r"\b(?:and|or|of|the|with|in|for|to|from)$", re.I)
_ASKS = re.compile(r"^(?:what|who|how|when|why|where|can|should|is|are|do)\b", re.I)
_GLYPH = re.compile(r"^[•▪●■□◦∙‣❑❏○➢✓✔*·\u203a]")
_CLOSED = re.compile(r"[.!?:;]['\"\u201d\u2019)\]]*$")
_TWO_SENTENCES = re.compile(r"[a-z][.!?] +[A-Z].*[:a-z]$")
_MAX_HEADING_CHARS: Final = 200
_MAX_HEADING_LINES: Final = 4
_MAX_PLAIN_HEADING_CHARS: Final = 80
_LARGER: Final = 1.12
_SIZE_STEP: Final = 0.12
_RARE: Final = 0.12
_COMMON: Final = 0.3
_MAX_BOLD_WORDS: Final = 16
_MAX_STOPPED_WORDS: Final = 4
_MIN_CAPITALS: Final = 8
_MIN_WRAPPED: Final = 30
_UNRANKED_DEPTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """Lines that belong together. `rank` orders headings: a smaller one stands above a larger one."""

    role: Role
    lines: tuple[PrintedLine, ...] = ()
    row: PrintedRow | None = None
    rank: tuple[float, int] = (0.0, 0)

    @property
    def page(self) -> int:
        """The page it begins on."""
        return self.row.page if self.row is not None else self.lines[0].page

    @property
    def text(self) -> str:
        """The words of the block as a title or for comparisons."""
        if self.row is not None:
            return " | ".join(" ".join(line.text for line in cell) for cell in self.row.cells)
        return "".join(line.text if line.text.endswith("-") else f"{line.text} " for line in self.lines).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How the running text of a document looks, and which headings its outline names."""

    size: float
    families: frozenset[str]
    rare_styles: frozenset[tuple[float, bool]]
    outline: frozenset[str]


def looks_of(lines: Iterable[PrintedLine], outline: Iterable[str] = ()) -> Looks:
    """The looks of a document, counted by characters."""
    sizes: Counter[float] = Counter()
    families: Counter[str] = Counter()
    styles: Counter[tuple[float, bool]] = Counter()
    for line in lines:
        sizes[_half(line.size)] += len(line.text)
        families[line.family] += len(line.text)
        styles[_style(line)] += len(line.text)
    total = sum(sizes.values()) or 1
    return Looks(
        size=max(sizes, key=lambda size: sizes[size], default=10.0),
        families=frozenset(family for family, n in families.items() if n >= _RARE * total),
        rare_styles=frozenset(style for style, n in styles.items() if n <= _RARE * total),
        outline=frozenset(
            key for title in outline if (key := folded(title)) and not _CLOSED.search(title.rstrip(": "))
        ),
    )


def folded(title: str) -> str:
    """A heading without case, spaces and signs, to be compared."""
    return re.sub(r"[\W_]+", "", title.lower())


def blocks_of(printed: Sequence[Printed], looks: Looks) -> list[TextBlock]:
    """The blocks of a document, in order."""
    leading = _leading(printed)
    groups: list[list[PrintedLine] | PrintedRow] = []
    for item in printed:
        if isinstance(item, PrintedRow):
            groups.append(item)
        elif groups and isinstance(groups[-1], list) and _belongs(groups[-1], item, leading, looks):
            groups[-1].append(item)
        else:
            groups.append([item])
    return [_block(group, looks) for group in groups]


def _block(group: list[PrintedLine] | PrintedRow, looks: Looks) -> TextBlock:
    if isinstance(group, PrintedRow):
        # A number and a title across a whole table are the heading of the rows below.
        if len(group.cells) == 1 and _is_title(group.lines) and _is_heading(group.lines, looks):
            return TextBlock(role="heading", lines=group.lines, rank=_rank(group.lines, looks))
        return TextBlock(role="row", row=group)
    lines = tuple(group)
    if _is_heading(lines, looks):
        return TextBlock(role="heading", lines=lines, rank=_rank(lines, looks))
    return TextBlock(role="item" if starts_item(lines[0]) else "paragraph", lines=lines)


def _is_title(lines: Sequence[PrintedLine]) -> bool:
    text = " ".join(line.text for line in lines)
    return _SUB_NUMBERED.match(text) is not None or (_NUMBERED.match(text) is not None and text.isupper())


def starts_item(line: PrintedLine) -> bool:
    """Whether a line begins an item of a list."""
    return line.bullet or _MARKER.match(line.text) is not None


def _belongs(
    group: Sequence[PrintedLine], line: PrintedLine, leading: Mapping[tuple[int, float], float], looks: Looks
) -> bool:
    """Whether a line goes on with the block of the lines before it."""
    last = group[-1]
    if starts_item(line) or abs(line.size - last.size) > 0.12 * looks.size + 0.3:
        return False
    if _is_outlined(last.text, looks) or _is_outlined(line.text, looks):
        return False
    goes_on = not _CLOSED.search(last.text) and line.text[:1].islower()
    # A bold line alone goes on in plain print only where it is long enough to have been wrapped.
    if last.bold != line.bold and not (goes_on and (len(group) > 1 or len(last.text) >= _MIN_WRAPPED)):
        return False
    step = line.box.y0 - last.box.y0
    if line.page != last.page or step <= 0:
        return _goes_on_elsewhere(group, line)
    usual = leading.get((line.page, _half(line.size)), 1.25 * line.size)
    if step > 1.3 * usual + 0.5 or _new_sentence_in_bold(last, line, step > 1.1 * usual):
        return False
    if starts_item(group[0]):
        # Back at the place of the mark without one: the list is over.
        if line.box.x0 < group[0].box.x0 - 6:
            return False
        hangs = len(group) > 1 and group[1].box.x0 > group[0].box.x0 + 4
        return not (hangs and line.box.x0 < group[1].box.x0 - 3 and not group[0].bullet)
    if line.box.x0 < last.box.x0 - 40 or line.box.x0 > last.box.x0 + 60:
        return goes_on or _centred(last.box, line.box)
    if line.family != last.family and len(group) == 1 and line.text[:1].isupper() and last.family not in looks.families:
        return False
    return not (_CLOSED.search(last.text) and line.box.x0 > last.box.x0 + 8 and line.text[:1].isupper())


def _goes_on_elsewhere(group: Sequence[PrintedLine], line: PrintedLine) -> bool:
    """Whether a line at the top of the next column or page goes on with a sentence that is not over yet."""
    last = group[-1]
    if last.bold:
        # A numbered heading may be cut by the end of the page.
        numbered = _NUMBERED.match(group[0].text) is not None and len(group) == 1
        return numbered and line.bold and _JOINED.search(last.text) is not None and line.page == last.page + 1
    if _CLOSED.search(last.text):
        return False
    return line.text[:1].islower() or last.text.endswith(("-", ",")) or not _short(last, group)


def _new_sentence_in_bold(last: PrintedLine, line: PrintedLine, apart: bool) -> bool:
    """Whether two bold lines are two headings, not one: the first asks, or ends and stands apart."""
    if not (last.bold and line.bold and line.text[:1].isupper()):
        return False
    if asks(line.text) and not _ASKS.match(last.text):
        return True
    return last.text.endswith("?") or (apart and last.text.endswith((".", "!", ":")))


def _centred(box: Box, other: Box) -> bool:
    return abs(box.x0 + box.x1 - other.x0 - other.x1) < 24


def _short(line: PrintedLine, group: Sequence[PrintedLine]) -> bool:
    widest = max(other.box.x1 for other in group)
    return len(group) == 1 or line.box.x1 < widest - 0.25 * (widest - line.box.x0)


def _leading(printed: Sequence[Printed]) -> dict[tuple[int, float], float]:
    """The usual step from line to line, for each page and size of print."""
    steps: dict[tuple[int, float], Counter[float]] = {}
    for last, line in pairwise(printed):
        if isinstance(last, PrintedLine) and isinstance(line, PrintedLine) and last.page == line.page:
            step = line.box.y0 - last.box.y0
            if 0.8 * line.size < step < 2.2 * line.size and abs(last.size - line.size) < 0.6:
                steps.setdefault((line.page, _half(line.size)), Counter())[_half(step)] += 1
    # The smallest common step is the one inside paragraphs.
    return {
        key: min(step for step in counts if counts[step] >= _COMMON * max(counts.values()))
        for key, counts in steps.items()
    }


def _is_heading(lines: Sequence[PrintedLine], looks: Looks) -> bool:
    text = " ".join(line.text for line in lines)
    n_letters = sum(character.isalpha() for character in text)
    if n_letters < 3 or n_letters < 0.5 * len(text.replace(" ", "")) or len(text) > _MAX_HEADING_CHARS:
        return False
    if len(lines) > _MAX_HEADING_LINES or any(line.bullet for line in lines) or _NO_HEADING.match(text):
        return False
    if _is_outlined(text, looks):
        return True
    if _is_remainder(text):
        return False
    if text[0].islower() or text.endswith((",", ";", "-")) or _is_sentence(text):
        return False
    if _GLYPH.match(text):
        return False
    numbered = _NUMBERED.match(text) is not None
    size, bold = _style(lines[0])
    larger = size >= _LARGER * looks.size
    if starts_item(lines[0]) and not numbered and not larger:
        return False
    return (larger and (size, bold) in looks.rare_styles) or (not larger and _stands_out(lines, text, numbered, looks))


def _is_sentence(text: str) -> bool:
    """Whether words end as a sentence does; "WARNINGS." in capitals may still be a heading."""
    return text.endswith(".") and (not text.isupper() or len(text.split()) > _MAX_STOPPED_WORDS)


def _is_outlined(text: str, looks: Looks) -> bool:
    return folded(text) in looks.outline and not _is_remainder(text)


def _is_remainder(text: str) -> bool:
    """Whether words only end a sentence, as "WARNINGS)." ends a reference to the section of that name."""
    return text[:1].islower() or (text.count(")") > text.count("(") and _MARKER.match(text) is None)


def asks(text: str) -> bool:
    """Whether a heading is one of the questions that are the frame of patient information."""
    return _ASKS.match(text) is not None and text.endswith("?")


def _stands_out(lines: Sequence[PrintedLine], text: str, numbered: bool, looks: Looks) -> bool:
    """Whether lines no larger than the running text are a heading by weight, capitals, number or typeface."""
    size, n_words = _half(lines[0].size), len(text.split())
    if all(line.bold for line in lines):
        wordy = n_words > _MAX_BOLD_WORDS and not text.endswith("?")
        return size >= 0.75 * looks.size and (numbered or not wordy) and not _TWO_SENTENCES.search(text)
    if size < 0.95 * looks.size:
        return False
    if text.isupper() and sum(map(str.isalpha, text)) >= _MIN_CAPITALS and n_words > 1:
        return True
    if len(lines) == 1 and asks(text):
        return True
    if len(text) > _MAX_PLAIN_HEADING_CHARS or _CLOSED.search(text):
        return False
    return _SUB_NUMBERED.match(text) is not None or (
        lines[0].family not in looks.families and not starts_item(lines[0])
    )


def _rank(lines: Sequence[PrintedLine], looks: Looks) -> tuple[float, int]:
    """Larger print stands above smaller; numbering, capitals and weight decide among equals."""
    text = " ".join(line.text for line in lines)
    size = max(_half(line.size) for line in lines)
    if match := _NUMBERED.match(text):
        depth = 1 + match[1].count(".")
    elif text.upper() == text:
        depth = 1
    elif lines[0].bold:
        # "Do not take it if you:" leads in to a list under the heading before it.
        depth = _UNRANKED_DEPTH - 1 if text.endswith(":") else _UNRANKED_DEPTH - 2
    else:
        depth = _UNRANKED_DEPTH
    # Sizes a little apart are meant to be one size.
    return (-round(size / max(looks.size, 1.0) / _SIZE_STEP) * _SIZE_STEP, depth)


def _style(line: PrintedLine) -> tuple[float, bool]:
    return _half(line.size), line.bold


def _half(value: float) -> float:
    return round(value * 2) / 2
