"""From the fields of one openFDA record to the sections of a label.

openFDA repeats itself: a field's text holds that of its sub-sections, which are fields too
(`use_in_specific_populations` and `pregnancy`), and its tables once flattened and once as HTML. Here every
text stands once: a field found inside another becomes its sub-section, and a flattened table gives way to
its rows. Knows the openFDA drug-label fields; knows nothing of files.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from ingest.label_text import Block, LabelPart
from ingest.openfda_tables import TABLE_MARK, Table, field_texts, mark_tables, read_tables, table_index
from ingest.run_in_headings import Piece, capitals_end, heading_end, split_numbered, split_questions
from ingest.section_codes import PATIENT_CODES, kind_of, section_code
from knowledge_base.loinc import BOXED_WARNING, NAMES, OPENFDA_FIELDS
from knowledge_base.types import Kind

UNCLASSIFIED_FIELD: Final = "spl_unclassified_section"
MIN_NESTED_CHARS: Final = 20
_HIGHLIGHT_CUE = re.compile(r"see full prescribing information for (?:the )?complete boxed warning", re.IGNORECASE)
_NAMED_WARNING = re.compile(r"warnings?\b\W*\w", re.IGNORECASE)
_SENTENCE = re.compile(r"\.(?:\s|$)")
_BULLET_BREAK = re.compile(r"\s*(?=•)")

# What the heading of a field may read besides the field's own name; OTC headings run straight into the text.
_HEADINGS: Final = MappingProxyType(
    {
        "warnings_and_cautions": r"WARNINGS? (?:AND|&) (?:PRECAUTIONS|CAUTIONS)",
        "use_in_specific_populations": r"USE IN SPECIFIC POPULATIONS",
        "information_for_patients": r"(?:PATIENT COUNSELING INFORMATION|INFORMATION FOR (?:THE )?PATIENTS?)",
        "how_supplied": r"HOW SUPPLIED(?:\s*/\s*STORAGE AND HANDLING)?",
        "general_precautions": r"GENERAL(?: PRECAUTIONS)?",
        "carcinogenesis_and_mutagenesis_and_impairment_of_fertility": (
            r"CARCINOGENESIS,? (?:AND )?MUTAGENESIS,?(?: AND)? IMPAIRMENT OF FERTILITY"
        ),
        "spl_medguide": r"MEDICATION GUIDE",
        "spl_patient_package_insert": r"(?:PATIENT INFORMATION(?: LEAFLET)?|PATIENT PACKAGE INSERT)",
    }
)
_OTC_HEADINGS: Final = MappingProxyType(
    {
        "indications_and_usage": r"Uses?(?=\s)",
        "dosage_and_administration": r"Directions?(?! for)",
        "warnings": r"Warnings?",
        "purpose": r"Purposes?",
        "active_ingredient": r"(?:Drug Facts )?Active ingredients?(?: ?\([^)]{3,60}\))?",
        "inactive_ingredient": r"Inactive ingredients?",
        "questions": r"Questions?(?: or comments?)? ?\?",
        "storage_and_handling": r"Other information",
        "overdosage": r"Overdose warning",
        UNCLASSIFIED_FIELD: r"Other information",
    }
)


def label_parts(record: Mapping[str, object]) -> list[LabelPart]:
    """The sections of a record in the order of a label, sub-sections after their parents."""
    tables = read_tables(record)
    names = (*OPENFDA_FIELDS, UNCLASSIFIED_FIELD)
    fields = {
        name: texts for name in names if (texts := [mark_tables(text, tables) for text in field_texts(record, name)])
    }
    kept = _without_repeats(fields)
    saying = {name for name, _ in kept}
    parents = _parents(kept)
    parts: list[LabelPart] = []
    for key in kept:
        if key not in parents:
            parts.extend(_section(key, kept, parents, (), None, None))
    return _with_tables([*parts, *_empty_sections(record, saying)], tables)


_Key = tuple[str, int]


def _empty_sections(record: Mapping[str, object], saying: Collection[str]) -> Iterator[LabelPart]:
    """A field that is there and says nothing of its own is a section without text; one that is not there is none.

    openFDA never serves null: in re-packed data it stands for what was not asked for.
    """
    for field, code in OPENFDA_FIELDS.items():
        if record.get(field) is not None and field not in saying:
            yield _bare_section(code)


def _bare_section(code: str) -> LabelPart:
    name = NAMES[code]
    return LabelPart(code=code, title=name, path=(name,), heading=name, blocks=(), kind=kind_of(code))


def _without_repeats(fields: Mapping[str, Sequence[str]]) -> dict[_Key, str]:
    """Every text once: of two fields with the same words the one whose heading they begin with, or else the first."""
    homes: dict[str, _Key] = {}
    for name, texts in fields.items():
        for n, text in enumerate(texts):
            if text not in homes or (
                _is_under_own_heading(name, text) and not _is_under_own_heading(homes[text][0], text)
            ):
                homes[text] = (name, n)
    kept = {
        (name, n): text for name, texts in fields.items() for n, text in enumerate(texts) if homes[text] == (name, n)
    }
    # Unclassified sections are sub-sections of the others, once more and without a name.
    named = [text for (name, _), text in kept.items() if name != UNCLASSIFIED_FIELD]
    return {
        key: text
        for key, text in kept.items()
        if key[0] != UNCLASSIFIED_FIELD or (len(text) >= MIN_NESTED_CHARS and not any(text in other for other in named))
    }


def _parents(kept: Mapping[_Key, str]) -> dict[_Key, _Key]:
    """For each text that stands inside others: the shortest of those."""
    parents: dict[_Key, _Key] = {}
    for key, text in kept.items():
        if key[0] in ("boxed_warning", UNCLASSIFIED_FIELD) or len(text) < MIN_NESTED_CHARS:
            continue
        around = [
            (len(other), index, other_key)
            for index, (other_key, other) in enumerate(kept.items())
            if other_key[0] not in (key[0], "boxed_warning", UNCLASSIFIED_FIELD)
            and len(other) > len(text)
            and text in other
        ]
        if around:
            parents[key] = min(around)[2]
    return parents


def _section(
    key: _Key,
    kept: Mapping[_Key, str],
    parents: Mapping[_Key, _Key],
    path: tuple[str, ...],
    ancestor: str | None,
    kind: Kind | None,
) -> Iterator[LabelPart]:
    """A field's own sections, with the fields inside it at the places where their texts stand."""
    field, text = key[0], kept[key]
    number, heading, rest = _leading_heading(field, text)
    own = OPENFDA_FIELDS.get(field)
    name = " ".join(part for part in (number, heading) if part) if number and "." in number and heading else ""
    if own == BOXED_WARNING and heading and _NAMED_WARNING.match(heading):
        name = heading
    title = name or (NAMES[own] if own else heading or "Further information")
    code = section_code(own, title, ancestor, rest)
    if own == BOXED_WARNING != code:
        title = heading or (NAMES[code] if code else "Further information")
    kind = kind_of(code) or kind
    path = (*path, title)
    children = sorted(
        ((at, child) for child, parent in parents.items() if parent == key if (at := rest.find(kept[child])) >= 0),
        key=lambda pair: (pair[0], -len(kept[pair[1]])),
    )
    printed = (f"{number} {heading}" if number else heading) if heading else title
    position = 0
    for at, child in children:
        if at < position:  # two fields share these words; the longer one has them
            continue
        yield from _own_text(
            field, rest[position:at], number, code, title, path, printed if position == 0 else None, kind
        )
        yield from _section(child, kept, parents, path, code, kind)
        position = at + len(kept[child])
    if position < len(rest) or not children:
        yield from _own_text(
            field, rest[position:], number, code, title, path, printed if position == 0 else None, kind
        )


def _own_text(
    field: str,
    text: str,
    number: str | None,
    code: str | None,
    title: str,
    path: tuple[str, ...],
    printed: str | None,
    kind: Kind | None,
) -> Iterator[LabelPart]:
    """The sections of one stretch of a field's own text: before, between or after the fields inside it."""
    text = text.strip()
    if not text and printed is None:
        return
    if code == BOXED_WARNING:
        pieces = _boxed_pieces(text)
    elif code in PATIENT_CODES:
        pieces = split_questions(text)
    elif number is not None and "." not in number:
        pieces = split_numbered(text, number)
    else:
        pieces = [Piece(number=None, heading=None, text=text)]
    for n, piece in enumerate(pieces):
        above = [line for line in (printed if n == 0 else None, piece.title) if line]
        own_path = (*path, piece.title) if piece.title else path
        yield LabelPart(
            code=section_code(None, piece.title, code, piece.text) if piece.title else code,
            title=piece.title or title,
            path=own_path,
            heading="\n".join(above) or None,
            blocks=_lines(piece.text),
            kind=kind,
        )


def _is_under_own_heading(field: str, text: str) -> bool:
    heading = _OTC_HEADINGS.get(field)
    return heading is not None and re.match(heading, text) is not None


def _leading_heading(field: str, text: str) -> tuple[str | None, str | None, str]:
    """(section number, heading, text after them) of a field's text; None where it has none."""
    match = re.match(r"(\d{1,2}(?:\.\d{1,2})?)\.?\s+(?=\D)", text)
    number = match[1] if match else None
    body = text[match.end() :] if match else text
    pattern = _HEADINGS.get(field) or re.escape(field.replace("_", " ")).replace(r"\ and\ ", r"\ (?:and|&)\ ")
    otc = _OTC_HEADINGS.get(field)
    # Drug Facts texts go on in lower case after their heading; elsewhere that means it is a sentence.
    known = re.match(rf"(?i:{otc})\s*:?(?=[\s•]|$)", body) if otc else None
    known = known or re.match(rf"(?i:{pattern})\b\s*:?(?=\s+[A-Z\d•(\[\u201c\ue000-\uefff]|\s*$)", body)
    if known:
        return number, known[0].strip(" :"), body[known.end() :].strip()
    end = heading_end(body) if number else 0
    if field == "boxed_warning" and not number:
        end = capitals_end(body)
        # A warning may be written in capitals from its first word to its last.
        end = 0 if _SENTENCE.search(body[:end]) else end
    heading = body[:end].strip() or None
    if number and heading is None:
        return None, None, text
    return number, _once(heading), body[end:].strip()


def _once(heading: str | None) -> str | None:
    """A heading said twice in a row is one heading."""
    words = (heading or "").split()
    half = len(words) // 2
    return " ".join(words[:half]) if half and words[:half] == words[half:] else heading


def _boxed_pieces(text: str) -> list[Piece]:
    """The boxed warning, and after it the shorter wording that the Highlights give it."""
    cue = _HIGHLIGHT_CUE.search(text)
    at = text.rfind("WARNING", 0, cue.start()) if cue else -1
    if cue is None or at < 200:
        return [Piece(number=None, heading=None, text=text)]
    return [
        Piece(number=None, heading=None, text=text[:at].strip()),
        Piece(number=None, heading="Highlights", text=text[at:].strip()),
    ]


def _lines(text: str) -> tuple[Block, ...]:
    lines = (line.strip() for part in TABLE_MARK.split(text) for line in _BULLET_BREAK.split(part))
    marks = iter(TABLE_MARK.findall(text))
    if not TABLE_MARK.search(text):
        return tuple(Block(text=line) for line in lines if line and line != "•")
    blocks: list[Block] = []
    for part in TABLE_MARK.split(text):
        blocks.extend(Block(text=line) for line in map(str.strip, _BULLET_BREAK.split(part)) if line and line != "•")
        if (mark := next(marks, None)) is not None:
            blocks.append(Block(text=mark))
    return tuple(blocks)


def _with_tables(parts: Sequence[LabelPart], tables: Sequence[Table]) -> list[LabelPart]:
    """The parts with the marks filled in; a table whose place was not found follows its field's text."""
    placed: set[int] = set()
    filled = []
    for part in parts:
        blocks: list[Block] = []
        for block in part.blocks:
            if TABLE_MARK.fullmatch(block.text):
                index = table_index(block.text)
                # The same table in two texts of a record is printed with the first.
                blocks.extend(tables[index].blocks if index not in placed else ())
                placed.add(index)
            else:
                blocks.append(block)
        filled.append(replace(part, blocks=tuple(blocks)))
    for index, table in enumerate(tables):
        if index not in placed:
            code = OPENFDA_FIELDS.get(table.field)
            homes = [n for n, part in enumerate(filled) if part.code == code]
            if homes:
                home = filled[homes[-1]]
                filled[homes[-1]] = replace(home, blocks=(*home.blocks, *table.blocks))
            elif code is not None:
                # The field itself is missing: its table is all there is of it.
                filled.append(replace(_bare_section(code), blocks=table.blocks))
    return filled
