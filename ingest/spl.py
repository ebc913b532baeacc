"""Structured Product Labeling: a label in HL7 v3 XML becomes a document of coded sections.

Follows the SPL Implementation Guide with Validation Procedures (FDA). Sections keep the order and the
nesting of the label. The Highlights (`excerpt`) are the label's own summary: they stand in sections of
their own before the full text, under the code of the section they sum up, and never inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from lxml import etree

from ingest.label_text import Block, LabelPart, LabelText, clean, split_at_headings
from ingest.names import drug_names
from ingest.safe_xml import local_name, parse_xml
from ingest.section_codes import RECENT_CHANGES, SKIPPED_CODES, kind_of, section_code
from ingest.spl_product import Product, read_product, read_title
from ingest.spl_text import Narrative
from knowledge_base.errors import IngestError
from knowledge_base.loinc import BOXED_WARNING, HIGHLIGHTS, NAMES
from knowledge_base.types import DocumentInfo, Kind, SourceDocument

MAX_DEPTH: Final = 40
_HL7 = "urn:hl7-org:v3"
_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})")
_QUESTION = re.compile(r"(?:What|Who|How|When|Why|Where)\b.{5,140}\?$")
_NUMBERING = re.compile(r"^\d+(?:\.\d+)*\.?\s+")
# Boxed: the full text follows at once. Recent changes: dates of edits, nothing about the medicine.
_NO_HIGHLIGHT: Final = frozenset({BOXED_WARNING, RECENT_CHANGES})


def is_spl(data: bytes) -> bool:
    """Whether the bytes look like an HL7 v3 document, label or index; the first 4 kB decide."""
    head = data[:4096]
    text = head.decode("utf-16", "ignore") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head.decode("utf-8", "ignore")
    return _HL7 in text and re.search(r"<(?:\w+:)?document[\s>]", text) is not None


def read_spl(data: bytes, source_path: str, sha256: str) -> SourceDocument:
    """Read one label.

    Raises:
        IngestError: not XML, not an SPL label, or a label without text.
    """
    root = parse_xml(data)
    if root.tag != f"{{{_HL7}}}document":
        raise IngestError(f"XML, but not an SPL label: its root is <{local_name(root)}>")
    refusal = _refusal(root)
    if refusal is not None:
        raise IngestError(refusal)
    product = read_product(root)
    title = read_title(root, product)
    writer = LabelText(title)
    parts = [part for section in _children(root) for part in _parts(section, (), None, "", None, 0)]
    for part in [*_highlights(root), *parts]:
        writer.add_part(part)
    if all(section.start == section.end for section in writer.sections):
        raise IngestError("an SPL document without text: no section has any")
    return SourceDocument(
        info=_info(root, product, title, source_path, sha256),
        text=writer.text,
        sections=writer.sections,
        names=drug_names(product.substances, generics=product.generic_names, brands=product.brands),
    )


def _refusal(root: etree._Element) -> str | None:
    code = root.find("{*}code")
    kind = "" if code is None else (code.get("displayName") or "")
    if "index" in kind.lower():
        return f"an SPL index file ({kind}), not a label: it has no text to read"
    if root.find("{*}component/{*}structuredBody") is None:
        return f"an SPL file without a body{f' ({kind})' if kind else ''}: not a label"
    return None


def _info(root: etree._Element, product: Product, title: str, source_path: str, sha256: str) -> DocumentInfo:
    set_id, version = _attribute(root, "setId", "root"), _attribute(root, "versionNumber", "value")
    date = _DATE.match(_attribute(root, "effectiveTime", "value") or "")
    return DocumentInfo(
        id=f"spl:{set_id}@{version or '0'}" if set_id else f"spl:{sha256[:16]}",
        source_path=source_path,
        format="spl",
        kind="label",
        title=title,
        sha256=sha256,
        set_id=set_id,
        version=version,
        effective_date="-".join(date.groups()) if date else None,
        manufacturer=product.manufacturer,
        ingredients=tuple(one.ingredient for one in product.substances),
        brands=product.brands,
    )


def _attribute(root: etree._Element, name: str, attribute: str) -> str | None:
    element = root.find(f"{{*}}{name}")
    value = "" if element is None else (element.get(attribute) or "").strip()
    return value.lower() if name == "setId" and value else value or None


def _children(element: etree._Element) -> list[etree._Element]:
    """The sections directly below the body or a section."""
    prefix = "{*}component/{*}structuredBody/" if local_name(element) == "document" else ""
    return element.findall(f"{prefix}{{*}}component/{{*}}section")


def _parts(
    section: etree._Element,
    path: tuple[str, ...],
    ancestor: str | None,
    parent_title: str,
    kind: Kind | None,
    depth: int,
) -> Iterator[LabelPart]:
    """A section and everything below it, in the order of the label."""
    own = _own_code(section)
    if own in SKIPPED_CODES or depth > MAX_DEPTH:
        return
    blocks = _body(section)
    heading = _title(section)
    children = _children(section)
    if not heading and blocks and blocks[0].heading and (len(blocks) > 1 or children):
        heading, blocks = blocks[0].text, blocks[1:]
    title = heading or NAMES.get(own or "", "") or parent_title
    code = section_code(own, title, ancestor, " ".join(block.text for block in blocks[:20]))
    title = title or NAMES.get(code or "", "") or "Untitled section"
    kind = kind_of(code) or kind
    own_path = path if title == parent_title and path else (*path, title)
    if blocks or heading or (children and own in NAMES):
        # A boxed warning is one statement however many lines of it are bold.
        if kind == "patient":
            blocks = [replace(block, heading=block.heading or bool(_QUESTION.match(block.text))) for block in blocks]
        pieces = [(None, blocks)] if code == BOXED_WARNING else split_at_headings(blocks)
        question: tuple[str, ...] = ()
        for n, (sub, lines) in enumerate(pieces):
            sub_title = _joined(sub) if sub else title
            # "Common side effects include:" belongs to the question of the Medication Guide above it.
            above = question if sub_title.endswith(":") else ()
            question = (sub_title,) if sub_title.endswith("?") else question
            yield LabelPart(
                code=code,
                title=sub_title,
                path=(*own_path, *above, sub_title) if sub else own_path,
                heading="\n".join(line for line in (heading if n == 0 else None, sub) if line) or None,
                blocks=tuple(lines),
                kind=kind,
            )
    for child in children:
        yield from _parts(child, own_path, code, title, kind, depth + 1)


def _joined(headings: str) -> str:
    """Headings one under the other as one title; a question stands for all of them."""
    lines = headings.split("\n")
    if lines[-1].endswith("?"):
        return lines[-1]
    above = [line if line.endswith((":", "?")) else f"{line}:" for line in lines[:-1]]
    return " ".join([*above, lines[-1]])


def _highlights(root: etree._Element) -> Iterator[LabelPart]:
    """The label's own summary, section by section."""
    for section in _children(root):
        own = _own_code(section)
        texts = section.findall("{*}excerpt/{*}highlight/{*}text")
        if own is None or own in _NO_HIGHLIGHT or own in SKIPPED_CODES or not texts:
            continue
        narrative = Narrative()
        blocks = tuple(block for text in texts for block in narrative.blocks(text))
        name = NAMES.get(own) or _NUMBERING.sub("", _title(section))
        if blocks and name:
            yield LabelPart(
                code=own,
                title=f"Highlights: {name}",
                path=(HIGHLIGHTS, name),
                heading=f"Highlights: {name}",
                blocks=blocks,
                kind=None,
            )


def _own_code(section: etree._Element) -> str | None:
    element = section.find("{*}code")
    own = None if element is None else element.get("code")
    return own if own in NAMES else None


def _title(section: etree._Element) -> str:
    element = section.find("{*}title")
    return "" if element is None else clean(" ".join(Narrative().title(element).split()))


def _body(section: etree._Element) -> list[Block]:
    text = section.find("{*}text")
    return [] if text is None else Narrative().blocks(text)
