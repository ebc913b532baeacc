"""Guideline summaries of the National Guideline Clearinghouse (AHRQ, 1998 to 2018), XML.

A summary is `Version` > `Section` > `Field` > `FieldValue/@Value`, the value being escaped HTML. Fields
that say how the summary was made (funding, disclaimers, search methods) are no evidence and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from lxml import etree

from ingest.html import html_blocks
from ingest.label_text import Block, LabelText, clean, split_at_headings
from ingest.safe_xml import local_name, parse_xml
from knowledge_base.errors import IngestError
from knowledge_base.types import DocumentInfo, SourceDocument

_KEPT: Final = (
    "Major Recommendations",
    "Clinical Algorithm(s)",
    "Disease/Condition(s)",
    "Intended Users",
    "Guideline Objective(s)",
    "Target Population",
    "Interventions and Practices Considered",
    "Major Outcomes Considered",
    "Rating Scheme for the Strength of the Evidence",
    "Rating Scheme for the Strength of the Recommendations",
    "Potential Benefits",
    "Potential Harms",
    "Contraindications",
    "Qualifying Statements",
    "Description of Implementation Strategy",
)
_TITLE: Final = "Guideline Title"
_RELEASED: Final = "Date Released"
_DEVELOPER: Final = "Guideline Developer(s)"
_BOLD_LINE = re.compile(
    r"<p[^>]*>\s*(?:<[^>]+>\s*)*<(?:strong|b)\b[^>]*>((?:(?!</p>).)*)</(?:strong|b)>\s*(?:</[^>]+>\s*)*</p>",
    re.IGNORECASE | re.DOTALL,
)
_DATE = re.compile(r"\b((?:19|20)\d\d)\b(?: ([A-Z][a-z]{2})[a-z]*)?(?: (\d{1,2})\b)?")
_SHORT_HEADING_CHARS: Final = 150


def is_ngc(data: bytes) -> bool:
    """Whether the bytes look like such a summary; the first 4 kB decide."""
    head = data[:4096]
    return b"<Version" in head and b"<FieldValue" in data[:65536]


def read_ngc(data: bytes, source_path: str, sha256: str) -> SourceDocument:
    """One guideline.

    Raises:
        IngestError: damaged XML, or no recommendations in it.
    """
    root = parse_xml(data)
    fields: dict[str, str] = {}
    for field in root.iter("Field"):
        fields.setdefault(field.get("Name") or "", _value(field))
    title = " ".join(block.text for block in _blocks(fields.get(_TITLE, ""))).rstrip(".") or source_path
    rendering = LabelText(title)
    for name in _KEPT:
        blocks = _blocks(fields.get(name, ""))
        if not blocks:
            continue
        for heading, part in split_at_headings(blocks):
            sub = heading.replace("\n", ": ") if heading else None
            path = (name, sub) if sub else (name,)
            rendering.add(part, code=None, title=sub or name, path=path, heading=sub or name)
    if not rendering.sections:
        raise IngestError("an NGC summary without recommendations")
    developer = "; ".join(block.text for block in _blocks(fields.get(_DEVELOPER, "")))
    info = DocumentInfo(
        id=f"ngc:{sha256[:16]}",
        source_path=source_path,
        format="ngc",
        kind="guideline",
        title=title,
        sha256=sha256,
        effective_date=_date(" ".join(block.text for block in _blocks(fields.get(_RELEASED, "")))),
        manufacturer=developer or None,
    )
    return SourceDocument(info=info, text=rendering.text, sections=rendering.sections)


def _value(field: etree._Element) -> str:
    return "\n".join(child.get("Value") or "" for child in field if local_name(child) == "FieldValue")


def _blocks(value: str) -> list[Block]:
    if not value.strip():
        return []
    # A paragraph that is all bold is how these summaries write a sub-heading.
    return list(_merged(html_blocks(_BOLD_LINE.sub(r"<h6>\1</h6>", value))))


def _merged(blocks: list[Block]) -> Iterator[Block]:
    for block in blocks:
        text = clean(block.text)
        heading = block.heading and len(text) <= _SHORT_HEADING_CHARS
        yield Block(text=text, row=block.row, heading=heading)


def _date(text: str) -> str | None:
    """The latest date named: "1999 Nov (revised 2014 Dec)" is of 2014."""
    return max((_iso(*match.groups()) for match in _DATE.finditer(text)), default=None)


def _iso(year: str, month: str | None, day: str | None) -> str:
    try:
        return datetime.strptime(f"{year} {(month or 'Jan')[:3]} {day or 1}", "%Y %b %d").date().isoformat()  # noqa: DTZ007
    except ValueError:
        return f"{year}-01-01"
