"""The narrative block of Structured Product Labeling (HL7 v3 `text`) as lines.

Knows paragraphs, lists, emphasis, footnotes, superscripts; tables are `spl_tables`. Namespace-blind,
because openFDA serves the same tables without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from lxml import etree

from ingest.label_text import BULLET, SUB_BULLET, Block, clean
from ingest.safe_xml import local_name

MAX_HEADING_CHARS: Final = 150
# Stands for <br/>; no XML document can hold it, and the source's own newlines are only spaces.
_BREAK: Final = "\x1e"
_EMPHASIS = re.compile(r"bold|underline|italics", re.IGNORECASE)
_FOOTNOTE_MARKS: Final = ("*", "†", "‡", "§", "¶", "#")
# Emphasised all the same: the ends of sentences, the names of pictures, references to other places.
_NO_HEADING = re.compile(r"[.,;]$|^(?:figure|table|see|note)\b", re.IGNORECASE)
_TYPED_BULLET = re.compile(r"^o (?=[a-z])")
_BULLET_CAPTION = re.compile(r"^[•·o○▪■□\u2013\u2014*-]?$")
_SUPERSCRIPT: Final = str.maketrans("0123456789+-\u2212\u2013", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
# After a unit or a power of ten, and before an isotope's symbol, a raised number is part of the quantity.
_POWER_CONTEXT = re.compile(
    r"(?:(?<![A-Za-z])(?:[cmdkµ]?m|s|sec|h|hr|min|kg|L|10|Ca|Mg|Na|K|Fe|Zn)|^|[\s(/\u00d7\[-])$"
)
_ORDERED: Final = ("arabic", "littlealpha", "bigalpha", "littleroman", "bigroman")
_BLOCKS: Final = frozenset({"paragraph", "list", "table", "text"})
_CHANGED: Final = "xmChange"
"""Style code of what changed since the last version (SPL Implementation Guide)."""


class Narrative:
    """Renders one section's `text`; keeps the footnotes' numbering, which runs through the section."""

    def __init__(self) -> None:
        # By identifier, or by the element itself, which a table reads twice where a cell spans it.
        self._marks: dict[str | etree._Element, str] = {}
        self._referred: set[str | etree._Element] = set()
        """Marks of footnotes that are referred to before they stand."""
        self._notes: list[str] = []
        self._holding = False

    def cell(self, cell: etree._Element) -> str:
        """A table cell as one line; its footnotes wait until `footnotes` is asked for them."""
        held, self._holding = self._holding, True
        words = " ".join(block.text for block in self.blocks(cell))
        self._holding = held
        return words

    def title(self, element: etree._Element) -> str:
        """A heading as one line, footnote marks left out with their notes."""
        words = clean(self.inline(element).replace(_BREAK, " "))
        self._notes.clear()
        return words.strip("•*†‡ ")

    def footnotes(self) -> list[Block]:
        """The footnotes met since the last call, one line each; none while a cell is being read."""
        if self._holding:
            return []
        notes, self._notes = self._notes, []
        return [Block(text=note) for note in notes]

    def blocks(self, text: etree._Element) -> list[Block]:
        """The lines of a `text` element, footnotes after the block they belong to."""
        found: list[Block] = []
        loose = text.text or ""
        for child in text:
            name = local_name(child)
            if name in _BLOCKS:
                found.extend(self._lines(loose))
                loose = ""
                found.extend(self._block(child, name))
            elif name:
                loose += self._inline_element(child, loose)
            loose += child.tail or ""
        found.extend(self._lines(loose))
        found.extend(self.footnotes())
        return found

    def _block(self, element: etree._Element, name: str) -> Iterator[Block]:
        if name == "paragraph" or name == "text":
            if any(local_name(child) in _BLOCKS for child in element):
                yield from self.blocks(element)
            else:
                yield from self._lines(
                    self.inline(element), heading=is_emphasised(element), changed=is_changed(element)
                )
        elif name == "list":
            yield from self._list(element, depth=0)
        else:
            from ingest.spl_tables import table_blocks  # the two call each other: lists stand in cells

            yield from table_blocks(element, self)
        yield from self.footnotes()

    def _lines(self, raw: str, *, heading: bool = False, changed: bool = False) -> Iterator[Block]:
        lines: list[str] = []
        for part in raw.split(_BREAK):
            # Lists typed by hand between breaks: the letter o stands for the second bullet.
            line = _TYPED_BULLET.sub(SUB_BULLET, clean(part))
            # A forced break in mid-sentence is typography, not structure.
            if lines and line and line[0].islower() and lines[-1][-1] not in ".:;!?":
                lines[-1] = f"{lines[-1]} {line}"
            elif line:
                lines.append(line)
        whole = " ".join(lines)
        if heading and whole and len(whole) <= MAX_HEADING_CHARS and not _NO_HEADING.search(whole):
            yield Block(text=whole, heading=True, changed=changed)
            return
        for line in lines:
            yield Block(text=line, changed=changed)

    def _list(self, element: etree._Element, depth: int) -> Iterator[Block]:
        ordered = (element.get("listType") or "").lower() == "ordered"
        style = (element.get("styleCode") or "arabic").lower()
        for n, item in enumerate((child for child in element if local_name(child) == "item"), start=1):
            marker = f"{_ordinal(n, style)}. " if ordered else (BULLET if depth == 0 else SUB_BULLET)
            yield from self._item(item, marker, depth)

    def _item(self, item: etree._Element, marker: str, depth: int) -> Iterator[Block]:
        caption = next((child for child in item if local_name(child) == "caption"), None)
        if caption is not None:
            words = clean(self.inline(caption))
            if not _BULLET_CAPTION.match(words):
                marker = f"{words} "
        lines: list[Block] = []
        loose = item.text or ""
        changed = any(is_changed(child) for child in item if local_name(child) not in ("list", "table"))

        def flush(raw: str) -> None:
            lines.extend(self._lines(raw, changed=changed))

        for child in item:
            name = local_name(child)
            if name == "list":
                flush(loose)
                loose = ""
                lines.extend(self._list(child, depth + 1))
            elif name == "table":
                flush(loose)
                loose = ""
                lines.extend(self._block(child, name))
            elif name == "paragraph":
                flush(loose)
                loose = ""
                flush(self.inline(child))
            elif name and name != "caption":
                loose += self._inline_element(child, loose)
            loose += child.tail or ""
        flush(loose)
        for n, block in enumerate(lines):
            starts_item = n == 0 and not block.row and not block.text.startswith((BULLET, SUB_BULLET))
            text = block.text.removeprefix("• ").removeprefix("•") if starts_item else block.text
            yield replace(block, text=marker + text if starts_item else text, heading=False)

    def inline(self, element: etree._Element) -> str:
        """The text of an element with line breaks as newlines, marks for footnotes, sup and sub resolved."""
        text = element.text or ""
        for child in element:
            text += self._inline_element(child, text) + (child.tail or "")
        return text

    def _inline_element(self, element: etree._Element, before: str) -> str:
        name = local_name(element)
        if name == "br":
            return _BREAK
        if name == "sup":
            return _superscript(self.inline(element), before)
        if name == "footnote":
            key = element.get("ID") or element
            is_new = key not in self._marks or key in self._referred
            self._referred.discard(key)
            mark = self._mark(key)
            note = clean(self.inline(element).replace(_BREAK, " ")) if is_new else ""
            if note:
                self._notes.append(f"{mark} {note}")
            return mark
        if name == "footnoteRef":
            key = element.get("IDREF") or element
            if key not in self._marks:
                self._referred.add(key)
            return self._mark(key)
        if name in ("renderMultiMedia", "", "col", "colgroup"):
            return ""
        if name in _BLOCKS or name == "item":
            return f" {self.inline(element)} "
        return self.inline(element)

    def mark(self, element: etree._Element) -> str:
        """The mark of a footnote, or of a reference to one, that was read before."""
        return self._marks.get(element.get("ID") or element.get("IDREF") or element, "")

    def _mark(self, key: str | etree._Element) -> str:
        if key not in self._marks:
            n = len(self._marks)
            self._marks[key] = _FOOTNOTE_MARKS[n % len(_FOOTNOTE_MARKS)] * (n // len(_FOOTNOTE_MARKS) + 1)
        return self._marks[key]


def is_changed(element: etree._Element) -> bool:
    """Whether an element is marked as changed since the last version, or something inside it is."""
    return any(_CHANGED in (one.get("styleCode") or "") for one in element.iter("*"))


def is_emphasised(element: etree._Element) -> bool:
    """Whether all of an element's words are bold, underlined or in italics."""
    if clean(element.text or ""):
        return False
    seen = False
    for child in element:
        if clean(child.tail or ""):
            return False
        words = clean("".join(str(text) for text in child.itertext()))
        # Marks of footnotes hang on a heading without being part of its type.
        if not words or local_name(child) in ("footnote", "footnoteRef", "sup"):
            continue
        if local_name(child) != "content":
            return False
        if not _EMPHASIS.search(child.get("styleCode") or "") and not is_emphasised(child):
            return False
        seen = True
    return seen


def _superscript(raw: str, before: str) -> str:
    words = clean(raw)
    if re.fullmatch(r"[+\-\u2212\u2013]?\d{1,3}[+\-\u2212\u2013]?", words):
        return words.translate(_SUPERSCRIPT) if _POWER_CONTEXT.search(before[-8:]) else f"({words})"
    if re.fullmatch(r"[a-i](?:[\s,]*[a-i*†‡])*", words):
        return f"({words})"
    return words


def _ordinal(n: int, style: str) -> str:
    if style in ("littlealpha", "bigalpha") and n <= 26:
        letter = chr(ord("a") + n - 1)
        return letter if style == "littlealpha" else letter.upper()
    if style in ("littleroman", "bigroman") and n <= 20:
        roman = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[n % 10]
        roman = "x" * (n // 10) + roman
        return roman if style == "littleroman" else roman.upper()
    return str(n)
