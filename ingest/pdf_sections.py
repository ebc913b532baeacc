"""From the blocks of a PDF to its sections: the nesting of headings, and the habits of drug labels.

A label's Highlights become sections of their own under "Highlights of prescribing information"; its list
of contents, pictures of the carton and product data are left out, as the SPL reader does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ingest.pdf_blocks import TextBlock, folded
from ingest.pdf_text import Part
from ingest.section_codes import kind_of, section_code
from knowledge_base.loinc import BOXED_WARNING, NAMES, code_for_heading

HIGHLIGHTS: Final = "Highlights of prescribing information"
_NUMBERING = re.compile(r"^\d+(?:\.\d+)*\.?\s+")
_LABEL_TOP = re.compile(
    r"^(?:boxed warning|warnings?:.+|medication guide|patient (?:information|package insert)|instructions for use"
    r"|(?:package )?label(?:\.|ing)?.*|principal display.*|.*display panel.*|package label.*)$",
    re.I,
)
_LEFT_OUT = re.compile(r"display panel|^package label|^product label|^full prescribing information: contents", re.I)
_FULL: Final = "fullprescribinginformation"
_CONTENTS: Final = "fullprescribinginformationcontents"
_HIGHLIGHTS_KEY: Final = "highlightsofprescribinginformation"
_NO_HIGHLIGHT: Final = frozenset({BOXED_WARNING, "43683-2"})
_MAX_TITLE: Final = 200


def nested(blocks: Sequence[TextBlock], title: str, *, label: bool) -> list[Part]:
    """The sections in order, each under the headings above it.

    Args:
        blocks: the document's blocks.
        title: names what stands before the first heading.
        label: a drug label: numbered headings count whatever their size.
    """
    parts: list[Part] = []
    above: list[tuple[tuple[float, int], str]] = []
    heading: TextBlock | None = None
    body: list[TextBlock] = []

    def finish() -> None:
        if heading is not None or body:
            path = tuple(name for _, name in above) or (title,)
            parts.append(Part(title=path[-1], path=path, heading=heading, blocks=tuple(body)))

    for block in blocks:
        if block.role != "heading":
            body.append(block)
            continue
        finish()
        heading, body = block, []
        rank = _label_rank(block) if label else block.rank
        above = [entry for entry in above if entry[0] < rank]
        above.append((rank, block.text[:_MAX_TITLE].strip(" :") or block.text))
    finish()
    return parts


def of_label(parts: Sequence[Part], ingredient_title: str) -> list[Part]:
    """A label's sections with their codes, without contents and cartons, the Highlights put in their place."""
    return list(_coded(list(_kept(parts)), ingredient_title))


def _kept(parts: Sequence[Part]) -> Iterator[tuple[Part, bool]]:
    """The sections that are evidence, each with whether it belongs to the Highlights."""
    has_full = any(folded(part.title) == _FULL for part in parts)
    in_highlights = in_contents = left_out = False
    for whole in parts:
        path = tuple(name for name in whole.path if folded(name) != _FULL)
        part, key = replace(whole, path=path or whole.path), folded(whole.title)
        if key == _HIGHLIGHTS_KEY:
            in_highlights = has_full
        if key == _CONTENTS:
            in_contents = has_full
        if key == _FULL:
            in_highlights = in_contents = left_out = False
            if not part.blocks:
                continue
        if len(part.path) == 1 or _LEFT_OUT.search(part.title):
            left_out = _LEFT_OUT.search(part.title) is not None
        if in_contents or left_out or (in_highlights and key == _HIGHLIGHTS_KEY):
            continue
        yield part, in_highlights


def _coded(kept: Sequence[tuple[Part, bool]], title: str) -> Iterator[Part]:
    codes: dict[tuple[str, ...], str | None] = {}
    for part, in_highlights in kept:
        bare = _NUMBERING.sub("", part.title)
        if in_highlights:
            code = section_code(None, bare, None)
            if code in _NO_HIGHLIGHT or code is None:
                continue
            name = NAMES.get(code, bare)
            yield replace(part, title=f"Highlights: {name}", path=(HIGHLIGHTS, name), code=code)
            continue
        ancestor = next(
            (codes[part.path[:n]] for n in range(len(part.path) - 1, 0, -1) if part.path[:n] in codes), None
        )
        text = " ".join(block.text for block in part.blocks)[:2000]
        code = section_code(None, bare, ancestor, text) if part.heading is not None else None
        codes[part.path] = code
        yield replace(part, code=code, kind=kind_of(code))


def _label_rank(block: TextBlock) -> tuple[float, int]:
    """In a label size says little: the numbers of sections and the headings every label has decide."""
    text = block.text
    if folded(text) in (_HIGHLIGHTS_KEY, _FULL, _CONTENTS):
        return (0.0, 0)
    bare = _NUMBERING.sub("", text)
    if match := re.match(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s", text):
        return (0.0, 2 + match[1].count("."))
    if _LABEL_TOP.match(text) or (bare.upper() == bare and code_for_heading(bare)):
        return (0.0, 2)
    return (0.0, 10 + block.rank[1])
