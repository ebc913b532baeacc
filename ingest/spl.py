"""Structured Product Labeling: a label in HL7 v3 XML becomes a document of coded sections.

Follows the SPL Implementation Guide with Validation Procedures (FDA). Sections keep the order and the
nesting of the label. The Highlights (`excerpt`) are the label's own summary: they stand in sections of
their own before the full text, under the code of the section they sum up, and never inside it. Recent major
changes are one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from ingest.label_text import Block, LabelPart, LabelText, clean, split_at_headings
from ingest.names import drug_names
from ingest.safe_xml import local_name, parse_xml
from ingest.section_codes import PRODUCT_DATA, kind_of, section_code
from ingest.spl_product import Product, read_product, read_title
from ingest.spl_text import Narrative
from ingest.subject import settle_subject
from knowledge_base.errors import IngestError
from knowledge_base.loinc import BOXED_WARNING, DOSAGE, HIGHLIGHTS, INDICATIONS, NAMES, OTC_ACTIVE, RECENT_CHANGES
from knowledge_base.types import DocumentInfo, Kind, SourceDocument

MAX_DEPTH: Final = 40
_HL7 = "urn:hl7-org:v3"
_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})")
_NO_MEDICINE = re.compile(r"cosmetic|device|bulk ingredient|food", re.IGNORECASE)
_QUESTION = re.compile(r"(?:What|Who|How|When|Why|Where)\b.{5,140}\?$")
_NUMBERING = re.compile(r"^\d+(?:\.\d+)*\.?\s+")
_MIN_STATEMENT_WORDS: Final = 4
"""A heading without a text and of fewer words only names a section; a longer one is all that the section says."""


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
    top = _Above(path=(), code=None, title="", kind=None, depth=0)
    parts = [part for section in _children(root) for part in _parts(section, top)]
    product, remarks = _settled(read_product(root), parts)
    title = read_title(root, product)
    writer = LabelText(title)
    for part in [*_highlights(root), *parts]:
        writer.add_part(part)
    if all(section.start == section.end for section in writer.sections):
        raise IngestError("an SPL document without text: no section has any")
    return SourceDocument(
        info=replace(_info(root, product, title, source_path, sha256), remarks=remarks),
        text=writer.text,
        sections=writer.sections,
        names=()
        if _is_no_medicine(root)
        else drug_names(product.substances, generics=product.generic_names, brands=product.brands, uniis=product.uniis),
        tables=writer.tables,
        changes=writer.changes,
    )


def _settled(product: Product, parts: Sequence[LabelPart]) -> tuple[Product, tuple[str, ...]]:
    """The product under the ingredients that the label's text is about, and what is to be told of them."""
    texts: dict[str | None, list[str]] = {}
    for part in parts:
        texts.setdefault(part.code, []).append(" ".join(block.text for block in part.blocks))
    everything = " ".join(text for found in texts.values() for text in found)
    openings = [text for code in (INDICATIONS, DOSAGE) for text in texts.get(code, ())]
    found, remarks = settle_subject(product.substances, openings, everything, texts.get(OTC_ACTIVE, ()))
    return replace(product, substances=found), remarks


def _refusal(root: etree._Element) -> str | None:
    code = root.find("{*}code")
    kind = "" if code is None else (code.get("displayName") or "")
    if "index" in kind.lower():
        return f"an SPL index file ({kind}), not a label: it has no text to read"
    if "animal" in kind.lower():
        return f"a label of a medicine for animals ({kind}): what it says of doses is not for people"
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
        label_type=product.label_type,
        is_repackaged=product.is_repackaged,
        uniis=tuple(product.uniis),
        ndcs=product.ndcs,
    )


def _is_no_medicine(root: etree._Element) -> bool:
    """Whether nobody who asks about a medicine means the product, so that its names would only be mistaken."""
    code = root.find("{*}code")
    return code is not None and _NO_MEDICINE.search(code.get("displayName") or "") is not None


def _attribute(root: etree._Element, name: str, attribute: str) -> str | None:
    element = root.find(f"{{*}}{name}")
    value = "" if element is None else (element.get(attribute) or "").strip()
    return value.lower() if name == "setId" and value else value or None


def _children(element: etree._Element) -> list[etree._Element]:
    """The sections directly below the body or a section."""
    prefix = "{*}component/{*}structuredBody/" if local_name(element) == "document" else ""
    return element.findall(f"{prefix}{{*}}component/{{*}}section")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Above:
    """What a section has from those around it: their headings, the nearest code, title and kind."""

    path: tuple[str, ...]
    code: str | None
    title: str
    kind: Kind | None
    depth: int


def _parts(section: etree._Element, above: _Above) -> Iterator[LabelPart]:
    """A section and everything below it, in the order of the label."""
    own = _own_code(section)
    if own == PRODUCT_DATA or above.depth > MAX_DEPTH:
        return
    blocks = _body(section)
    heading = _title(section)
    children = _children(section)
    if not heading and blocks and blocks[0].heading and (len(blocks) > 1 or children):
        heading, blocks = blocks[0].text, blocks[1:]
    title = heading or NAMES.get(own or "", "") or above.title
    code = section_code(own, title, above.code, _words(section) if own == BOXED_WARNING else _opening(blocks))
    if own == BOXED_WARNING != code:
        title = heading or above.title
    title = title or NAMES.get(code or "", "") or "Untitled section"
    kind = kind_of(code) or above.kind
    path = above.path if title == above.title and above.path else (*above.path, title)
    if own is None and not blocks and not children and len(heading.split()) >= _MIN_STATEMENT_WORDS:
        # "4.2 Hypersensitivity to any component": the heading is the whole statement.
        heading, blocks = "", [Block(text=heading)]
    if blocks or (heading and own != RECENT_CHANGES) or (children and own in NAMES):
        yield from _pieces(
            LabelPart(code=code, title=title, path=path, heading=heading, blocks=tuple(blocks), kind=kind)
        )
    below = _Above(path=path, code=code, title=title, kind=kind, depth=above.depth + 1)
    for child in children:
        yield from _parts(child, below)


def _pieces(part: LabelPart) -> Iterator[LabelPart]:
    """A section parted at the headings in its text."""
    # A boxed warning is one statement however many lines of it are bold.
    pieces: list[tuple[str | None, list[Block]]] = [(None, list(part.blocks))]
    if part.kind == "patient":
        asked = [replace(block, heading=block.heading or bool(_QUESTION.match(block.text))) for block in part.blocks]
        pieces = split_at_headings(asked)
    elif part.code != BOXED_WARNING:
        pieces = split_at_headings(part.blocks)
    question: tuple[str, ...] = ()
    for n, (sub, lines) in enumerate(pieces):
        title = _joined(sub) if sub else part.title
        # "Common side effects include:" belongs to the question of the Medication Guide above it.
        asked_above = question if title.endswith(":") else ()
        question = (title,) if title.endswith("?") else question
        yield replace(
            part,
            title=title,
            path=(*part.path, *asked_above, title) if sub else part.path,
            heading="\n".join(line for line in (part.heading if n == 0 else None, sub) if line) or None,
            blocks=tuple(lines),
        )


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
        if own is None or own == PRODUCT_DATA or not texts:
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


def _words(section: etree._Element) -> str:
    """The whole text of a section and those inside it with their headings, on one line."""
    texts = (text for found in section.iter("{*}title", "{*}text") for text in found.itertext())
    return " ".join(" ".join(map(str, texts)).split())


def _opening(blocks: Sequence[Block]) -> str:
    return " ".join(block.text for block in blocks[:20])


def _title(section: etree._Element) -> str:
    element = section.find("{*}title")
    return "" if element is None else clean(" ".join(Narrative().title(element).split()))


def _body(section: etree._Element) -> list[Block]:
    text = section.find("{*}text")
    return [] if text is None else Narrative().blocks(text)
