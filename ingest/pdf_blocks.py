"""From printed lines in reading order to blocks: headings, paragraphs, list items and table rows.

What a heading is shows only in comparison with the rest of the document: its size beside the size of
the running text, its weight, its typeface, its numbering, and the document's own outline.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ingest.pdf_layout import Printed, PrintedLine, PrintedRow

Role = Literal["heading", "paragraph", "item", "row"]

_MARKER = re.compile(
    r"^(?:[•▪●■□◦∙‣❑❏○➢✓✔*·]|›+|[-\u2013\u2014](?=\s)|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)](?=\s)|\(\d{1,2}\)(?=\s))",
    re.I,
)
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[A-Z(\"“]")
_CAPTION = re.compile(r"^(?:table|figure|box|fig\.)\s*\d", re.I)
_CLOSED = re.compile(r"[.!?:;]['\"”’)\]]*$")
_MAX_HEADING_CHARS: Final = 200
_MAX_HEADING_LINES: Final = 4
_MAX_PLAIN_HEADING_CHARS: Final = 80
_LARGER: Final = 1.12
_RARE: Final = 0.12
_UNRANKED_DEPTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """Lines that belong together. `rank` orders headings: a smaller one stands above a larger one."""

    role: Role
    lines: tuple[PrintedLine, ...] = ()
    row: PrintedRow | None = None
    rank: tuple[float, int] = (0.0, 0)

    @property
    def text(self) -> str:
        """The words of the block, for comparisons."""
        return " ".join(line.text for line in self.lines)


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
        return TextBlock(role="row", row=group)
    lines = tuple(group)
    if _is_heading(lines, looks):
        return TextBlock(role="heading", lines=lines, rank=_rank(lines, looks))
    return TextBlock(role="item" if starts_item(lines[0]) else "paragraph", lines=lines)


def starts_item(line: PrintedLine) -> bool:
    """Whether a line begins an item of a list."""
    return line.bullet or _MARKER.match(line.text) is not None


def _belongs(
    group: Sequence[PrintedLine], line: PrintedLine, leading: dict[tuple[int, float], float], looks: Looks
) -> bool:
    """Whether a line goes on with the block of the lines before it."""
    last = group[-1]
    if starts_item(line) or abs(line.size - last.size) > 0.12 * looks.size + 0.3:
        return False
    open_end = not _CLOSED.search(last.text)
    small = line.text[:1].islower()
    if folded(last.text) in looks.outline or folded(line.text) in looks.outline:
        return False
    if (
        last.bold != line.bold
        and not (open_end and small and not last.bold)
        and not (open_end and small and len(group) > 1)
    ):
        return False
    step = line.box.y0 - last.box.y0
    if line.page != last.page or step <= 0:
        # A new column or page: only a sentence that is not over yet goes on.
        return open_end and (small or last.text.endswith(("-", ",")) or not _short(last, group)) and not last.bold
    usual = leading.get((line.page, _half(line.size)), 1.25 * line.size)
    if step > 1.3 * usual + 0.5:
        return False
    if starts_item(group[0]):
        # Back at the place of the mark without one: the list is over.
        hangs = len(group) > 1 and group[1].box.x0 > group[0].box.x0 + 4
        return not (hangs and line.box.x0 < group[1].box.x0 - 3 and not group[0].bullet)
    if line.box.x0 < last.box.x0 - 40 or line.box.x0 > last.box.x0 + 60:
        return not line.bold and open_end and small
    if line.family != last.family and len(group) == 1 and line.text[:1].isupper() and last.family not in looks.families:
        return False
    return not (_CLOSED.search(last.text) and line.box.x0 > last.box.x0 + 8 and line.text[:1].isupper())


def _short(line: PrintedLine, group: Sequence[PrintedLine]) -> bool:
    widest = max(other.box.x1 for other in group)
    return len(group) == 1 or line.box.x1 < widest - 0.25 * (widest - line.box.x0)


def _leading(printed: Sequence[Printed]) -> dict[tuple[int, float], float]:
    """The usual step from line to line, for each page and size of print."""
    steps: dict[tuple[int, float], Counter[float]] = {}
    for last, line in zip(printed, printed[1:], strict=False):
        if isinstance(last, PrintedLine) and isinstance(line, PrintedLine) and last.page == line.page:
            step = line.box.y0 - last.box.y0
            if 0.8 * line.size < step < 2.2 * line.size and abs(last.size - line.size) < 0.6:
                steps.setdefault((line.page, _half(line.size)), Counter())[_half(step)] += 1
    # Among equally usual steps the smaller one is the one inside paragraphs.
    return {key: max(counts, key=lambda step: (counts[step], -step)) for key, counts in steps.items()}


def _is_heading(lines: Sequence[PrintedLine], looks: Looks) -> bool:
    text = " ".join(line.text for line in lines)
    n_letters = sum(character.isalpha() for character in text)
    if n_letters < 3 or n_letters < 0.5 * len(text.replace(" ", "")) or len(text) > _MAX_HEADING_CHARS:
        return False
    if len(lines) > _MAX_HEADING_LINES or any(line.bullet for line in lines) or _CAPTION.match(text):
        return False
    if folded(text) in looks.outline:
        return True
    numbered = _NUMBERED.match(text) is not None
    if text[0].islower() or text.endswith((",", ";", "-")) or (text.endswith(".") and not text.isupper()):
        return False
    if starts_item(lines[0]) and not numbered and not lines[0].size > _LARGER * looks.size:
        return False
    size, bold = _style(lines[0])
    if size >= _LARGER * looks.size:
        return (size, bold) in looks.rare_styles
    if all(line.bold for line in lines):
        return size >= 0.75 * looks.size
    other_face = lines[0].family not in looks.families and size >= 0.95 * looks.size
    return other_face and len(text) <= _MAX_PLAIN_HEADING_CHARS and not _CLOSED.search(text)


def _rank(lines: Sequence[PrintedLine], looks: Looks) -> tuple[float, int]:
    """Larger print stands above smaller, then bold, then numbering and capitals decide."""
    text = " ".join(line.text for line in lines)
    size = max(_half(line.size) for line in lines)
    if match := _NUMBERED.match(text):
        depth = 1 + match[1].count(".")
    elif text.upper() == text:
        depth = 1
    else:
        depth = _UNRANKED_DEPTH - 1 if lines[0].bold else _UNRANKED_DEPTH
    # Sizes a little apart are meant to be one size.
    return (-round(size / max(looks.size, 1.0) / 0.08) * 0.08, depth)


def _style(line: PrintedLine) -> tuple[float, bool]:
    return _half(line.size), line.bold


def _half(value: float) -> float:
    return round(value * 2) / 2
