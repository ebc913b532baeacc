"""From the blocks of a PDF to its sections: the nesting of headings, and the habits of drug labels.

A label's Highlights become sections of their own under "Highlights of prescribing information"; its list
of contents, pictures of the carton and product data are left out, as the SPL reader does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from ingest.pdf_blocks import TextBlock, asks, folded
from ingest.pdf_text import Part
from ingest.section_codes import kind_of, section_code
from knowledge_base import loinc

STANDING_HEADINGS: Final = (
    "HIGHLIGHTS OF PRESCRIBING INFORMATION",
    "FULL PRESCRIBING INFORMATION",
    "FULL PRESCRIBING INFORMATION: CONTENTS*",
    "Medication Guide",
    "Patient Information",
    "Patient Package Insert",
    "Instructions for Use",
    "Boxed Warning",
)
"""Headings every label has by the same words: they are headings however they are printed."""

PATIENT_INFORMATION: Final = "Patient Information"
"""Stands above the questions of patient information whose own heading is not printed."""

_HIGHLIGHTS_KEY, _FULL, _CONTENTS = (folded(heading) for heading in STANDING_HEADINGS[:3])
_PATIENT_PARTS: Final = MappingProxyType(
    {
        "medicationguide": loinc.MEDICATION_GUIDE,
        "patientinformation": "68498-5",
        "patientpackageinsert": loinc.PATIENT_PACKAGE_INSERT,
        "instructionsforuse": "59845-8",
    }
)
# The numbers of sections are fixed by 21 CFR 201.57: they hold where a label left out the heading above.
_BY_NUMBER: Final = MappingProxyType(
    {
        1: loinc.INDICATIONS,
        2: loinc.DOSAGE,
        3: "43678-2",
        4: loinc.CONTRAINDICATIONS,
        5: loinc.WARNINGS_AND_PRECAUTIONS,
        6: loinc.ADVERSE_REACTIONS,
        7: loinc.INTERACTIONS,
        8: loinc.SPECIFIC_POPULATIONS,
        9: "42227-9",
        10: loinc.OVERDOSAGE,
        11: loinc.DESCRIPTION,
        12: loinc.CLINICAL_PHARMACOLOGY,
        13: "43680-8",
        14: "34092-7",
        16: loinc.HOW_SUPPLIED,
        17: loinc.PATIENT_INFORMATION,
    }
)
_NUMBER = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=[A-Z(])")
_SUB_NUMBER = re.compile(r"^(\d{1,2})\.\d")
_BOXED = re.compile(r"^(?:boxed warning|warnings?:)", re.I)
_LEFT_OUT = re.compile(r"display panel|^(?:package|product|carton|container) label", re.I)
_PACKAGING = re.compile(r"^tamper[- ](?:evident|resistant)", re.I)
_MAX_CARTON_CHARS: Final = 600
_PRODUCT_DATA = re.compile(
    r"^product (?:information|type)\b|human (?:prescription|otc) drug label|item code \(source\)", re.I
)
_NO_HIGHLIGHT: Final = frozenset({loinc.BOXED_WARNING, loinc.RECENT_CHANGES})
# The parts of "Drug Facts" that begin as bold words of a sentence (21 CFR 201.66).
_RUN_IN = re.compile(
    r"^(Do not use|Ask a doctor or pharmacist before use|Ask a doctor before use|When using this product"
    r"|Stop use and ask a doctor|If pregnant or breast-?feeding|Keep out of reach of children)\b"
)
_DRUG_FACTS: Final = (
    ("activeingredient", loinc.OTC_ACTIVE),
    ("inactiveingredient", "51727-6"),
    ("purpose", loinc.OTC_PURPOSE),
    ("questions", "53413-1"),
)
_OTC_CODES: Final = frozenset(code for _, code in _DRUG_FACTS)
_RUN_IN_RANK: Final = (0.0, 30)
_MAX_TITLE: Final = 200
_TITLE_PARTS: Final = 3
_MAX_COVER: Final = 900
_TOP: Final = (0.0, 2)


def without_product_data(blocks: Sequence[TextBlock]) -> list[TextBlock]:
    """The blocks before the registry data that end a label's rendering, the product's name above them included."""
    end = next((n for n, block in enumerate(blocks) if n > len(blocks) // 4 and _PRODUCT_DATA.search(block.text)), None)
    if end is None:
        return list(blocks)
    while end and (blocks[end - 1].role == "heading" or len(blocks[end - 1].text) < 60):
        if blocks[end - 1].text.endswith("."):
            break
        end -= 1
    return list(blocks[:end])


def nested(blocks: Sequence[TextBlock], title: str, *, label: bool) -> list[Part]:
    """The sections in order, each under the headings above it.

    Args:
        blocks: the document's blocks.
        title: names what stands before the first heading; a heading that only repeats it is above nothing.
        label: a drug label, whose numbers of sections count and whose sizes of print do not.
    """
    parts: list[Part] = []
    above: list[tuple[tuple[float, int], str]] = []
    heading: TextBlock | None = None
    body: list[TextBlock] = []

    def finish() -> None:
        if heading is not None or body:
            path = tuple(name for _, name in above) or (title,)
            parts.append(Part(title=path[-1], path=path, heading=heading, blocks=tuple(body)))

    # A first page of few words is a cover: its print is large and heads nothing.
    cover = sum(len(block.text) for block in blocks if block.page == 1) < _MAX_COVER
    drug_facts = label and any(folded(block.text).startswith("drugfacts") for block in blocks)
    for block in blocks:
        if block.role != "heading":
            if drug_facts and block.role == "paragraph" and (match := _RUN_IN.match(block.text)):
                finish()
                heading, body = None, []
                above = [*(entry for entry in above if entry[0] < _RUN_IN_RANK), (_RUN_IN_RANK, match[1])]
            body.append(block)
            continue
        finish()
        heading, body = block, []
        page = block.lines[0].page
        if page > 1 and cover:
            above, cover = [], False
        if len(parts) <= _TITLE_PARTS and folded(block.text) in folded(title):
            above = []
            continue
        if label and (match := _SUB_NUMBER.match(block.text)):
            # "1.1" without its "1" belongs to nothing that has no number.
            above = [entry for entry in above if entry[1].startswith(match[1])]
        if label and asks(block.text) and not any(folded(name) in _PATIENT_PARTS for _, name in above):
            above = [(_TOP, PATIENT_INFORMATION)]
        rank = _label_rank(block) if label else block.rank
        above = [entry for entry in above if entry[0] < rank]
        above.append((rank, block.text[:_MAX_TITLE].strip(" :") or block.text))
    finish()
    return parts


def of_label(parts: Sequence[Part], title: str) -> list[Part]:
    """A label's sections with their codes, without contents and cartons, the Highlights put in their place.

    Args:
        parts: what `nested` made of the label.
        title: the title given there, which has no code.
    """
    return list(_coded(list(_kept(parts)), title))


def _kept(parts: Sequence[Part]) -> Iterator[tuple[Part, bool]]:
    """The sections that are evidence, each with whether it belongs to the Highlights."""
    has_full = any(folded(part.title) == _FULL for part in parts)
    in_highlights = in_contents = left_out = False
    seen: set[str] = set()
    for whole in parts:
        path = tuple(name for name in whole.path if folded(name) != _FULL)
        part, key = replace(whole, path=path or whole.path), folded(whole.title)
        in_highlights = has_full and (in_highlights or key == _HIGHLIGHTS_KEY)
        in_contents = has_full and (in_contents or key == _CONTENTS)
        left_out = left_out or _LEFT_OUT.search(part.title) is not None
        if key == _FULL:
            in_highlights = in_contents = left_out = False
            if not part.blocks:
                continue
        if key in _PATIENT_PARTS and len(part.path) == 1:
            left_out = False
        # "Dispense with Medication Guide" on every carton that is pictured.
        is_carton = key in seen and key in _PATIENT_PARTS and _n_chars(part) < _MAX_CARTON_CHARS
        seen.add(key)
        if not (in_contents or left_out or is_carton or key == _HIGHLIGHTS_KEY or _PACKAGING.search(part.title)):
            yield part, in_highlights


def _n_chars(part: Part) -> int:
    return sum(len(block.text) for block in part.blocks)


def _coded(kept: Sequence[tuple[Part, bool]], untitled: str) -> Iterator[Part]:
    codes: dict[tuple[str, ...], str | None] = {}
    for part, in_highlights in kept:
        bare = _NUMBER.sub("", part.title)
        if in_highlights:
            code = section_code(None, bare, None)
            if code is not None and code not in _NO_HIGHLIGHT and part.blocks:
                name = loinc.NAMES.get(code, bare)
                yield replace(part, title=f"Highlights: {name}", path=(loinc.HIGHLIGHTS, name), code=code)
            continue
        code = _code(part, bare, codes) if part.path[-1] != untitled else None
        codes[part.path] = code
        yield replace(part, code=code, kind=kind_of(code))


def _code(part: Part, bare: str, codes: Mapping[tuple[str, ...], str | None]) -> str | None:
    ancestors = (part.path[:n] for n in range(len(part.path) - 1, 0, -1))
    ancestor = next((codes[path] for path in ancestors if codes.get(path)), _PATIENT_PARTS.get(folded(part.path[0])))
    if ancestor is None and (match := _SUB_NUMBER.match(part.title)):
        ancestor = _BY_NUMBER.get(int(match[1]))
    key = folded(bare)
    own = _PATIENT_PARTS.get(key) or next((code for start, code in _DRUG_FACTS if key.startswith(start)), None)
    if len(part.path) > 1 and own not in _OTC_CODES:
        own = None
    text = " ".join(block.text for block in part.blocks)[:2000]
    return section_code(own, bare, ancestor, text)


def _label_rank(block: TextBlock) -> tuple[float, int]:
    """In a label size says little: the numbers of sections and the headings every label has decide."""
    key = folded(block.text)
    if _RUN_IN.match(block.text):
        return _RUN_IN_RANK
    if key in (_HIGHLIGHTS_KEY, _FULL, _CONTENTS):
        return (0.0, 0)
    if match := _NUMBER.match(block.text):
        return (0.0, _TOP[1] + match[1].count("."))
    if key in _PATIENT_PARTS or _BOXED.match(block.text) or _LEFT_OUT.search(block.text):
        return _TOP
    if block.text.isupper() and loinc.code_for_heading(block.text):
        return _TOP
    return (0.0, 10 + block.rank[1])
