"""Markdown with optional front matter; the stored text is the file's own text, untouched.

Without front matter a file is a document of kind `other` whose title is its first heading. A label-like
document (one with ingredients) gets the LOINC codes its headings stand for. The section "Sources" says
where facts come from and is no evidence. Headings, fences and tables follow CommonMark and GFM.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from ingest.decoding import decode_text
from ingest.front_matter import LISTS, FrontMatter, read_front_matter
from ingest.section_codes import NO_EVIDENCE_TITLES
from knowledge_base.loinc import code_for_heading
from knowledge_base.types import DocumentInfo, DrugName, Relation, Section, SourceDocument

# What no reader of the page sees is no text of it.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINE = re.compile(r"[^\n]+")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(={3,}|-{3,})[ \t]*")
_NO_PARAGRAPH = re.compile(r"\s*(?:[-*+>|]|\d+[.)]\s|#)|[\s|:-]*$| {4}|\t")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_FRAMED = re.compile(r"[ \t]*\|.*\|[ \t]*")
_RELATIONS: Final = MappingProxyType[str, Relation](
    {"ingredients": "ingredient", "salts": "salt", "brands": "brand", "synonyms": "synonym", "classes": "class"}
)


class _Heading(NamedTuple):
    level: int
    title: str
    start: int
    end: int


class _Outline(NamedTuple):
    headings: list[_Heading]
    rows: list[tuple[int, int]]


def read_markdown(data: bytes, source_path: str, sha256: str) -> SourceDocument:
    """One document.

    Raises:
        IngestError: not text, or front matter that is not what it should be; names the line.
    """
    text = _COMMENT.sub("", decode_text(data))
    front = read_front_matter(text)
    outline = _outline(text, front.body)
    info = _info(front, outline.headings, source_path, sha256)
    sections = tuple(_sections(text, front.body, outline, info))
    return SourceDocument(info=info, text=text, sections=sections, names=tuple(_names(front.lists)))


def _info(front: FrontMatter, headings: Sequence[_Heading], source_path: str, sha256: str) -> DocumentInfo:
    texts, lists = front.texts, front.lists
    set_id, version = texts.get("set_id") or None, texts.get("version") or None
    first = headings[0].title if headings else source_path.rpartition("/")[2]
    return DocumentInfo(
        id=f"markdown:{set_id}@{version or '0'}" if set_id else f"markdown:{sha256[:16]}",
        source_path=source_path,
        format="markdown",
        kind=front.kind,
        title=texts.get("title") or first,
        sha256=sha256,
        set_id=set_id,
        version=version,
        effective_date=texts.get("effective_date"),
        manufacturer=texts.get("issuer"),
        ingredients=_lower(lists, "ingredients"),
        brands=lists.get("brands", ()),
        classes=_lower(lists, "classes"),
    )


def _lower(lists: Mapping[str, tuple[str, ...]], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.lower() for name in lists.get(key, ())))


def _names(lists: Mapping[str, tuple[str, ...]]) -> Iterator[DrugName]:
    ingredients = _lower(lists, "ingredients")
    for key in LISTS if ingredients else ():
        for name in _lower(lists, key):
            stands_for = (name,) if key == "ingredients" else ingredients
            yield DrugName(name=name, relation=_RELATIONS[key], ingredients=stands_for)


def _open_lines(text: str, body: int) -> Iterator[re.Match[str]]:
    """The lines with something on them that stand outside fenced code."""
    fence = ""
    for line in _LINE.finditer(text, body):
        mark = _FENCE.fullmatch(line[0])
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not mark[2].strip():
            fence = ""
        elif not fence:
            yield line


def _outline(text: str, body: int) -> _Outline:
    """Headings and table rows, in one pass over the lines."""
    outline = _Outline([], [])
    before: re.Match[str] | None = None
    alone = in_table = False
    for line in _open_lines(text, body):
        words = line[0]
        adjacent = before is not None and before.end() + 1 == line.start()
        in_table = in_table and adjacent
        if (heading := _HEADING.fullmatch(words)) and heading[2].strip():
            outline.headings.append(_Heading(len(heading[1]), heading[2].strip(), line.start(), line.end()))
            before = None
        elif before is not None and adjacent and alone and (under := _UNDERLINE.fullmatch(words)):
            level = 1 if under[1].startswith("=") else 2
            outline.headings.append(_Heading(level, before[0].strip(), before.start(), line.end()))
            before = None
        else:
            in_table = _take_row(outline.rows, line, before if adjacent else None, in_table)
            # Only a paragraph of one line can be underlined: two lines above a rule are a paragraph and a rule.
            alone = not adjacent and not _NO_PARAGRAPH.match(words)
            before = line
    return outline


def _take_row(rows: list[tuple[int, int]], line: re.Match[str], before: re.Match[str] | None, in_table: bool) -> bool:
    """Add the line if it is a table row, and the one before it if this is the rule under a header; goes on?"""
    if _TABLE_RULE.fullmatch(line[0]) and "|" in line[0] and before is not None:
        if not in_table and not _FRAMED.fullmatch(before[0]):
            rows.append(before.span())
        return True
    if _FRAMED.fullmatch(line[0]) or (in_table and "|" in line[0]):
        rows.append(line.span())
    return in_table


def _sections(text: str, body: int, outline: _Outline, info: DocumentInfo) -> Iterator[Section]:
    headings = outline.headings
    first = headings[0].start if headings else len(text)
    yield from _section(text, (body, first), outline.rows, info, (info.title,), keep_empty=False)
    has_one_top = sum(heading.level == 1 for heading in headings) == 1
    path: list[_Heading] = []
    ends = [*(heading.start for heading in headings[1:]), len(text)]
    for heading, end in zip(headings, ends, strict=False):
        path = [*(above for above in path if above.level < heading.level), heading]
        # The one heading at the top repeats the title; a path without it is shorter and says as much.
        shown = [above.title for above in path if above.level > 1 or not has_one_top] or [heading.title]
        if heading.title.lower() in NO_EVIDENCE_TITLES:
            continue
        yield from _section(text, (heading.end, end), outline.rows, info, tuple(shown), keep_empty=heading.level > 1)


def _section(
    text: str,
    span: tuple[int, int],
    rows: Sequence[tuple[int, int]],
    info: DocumentInfo,
    path: tuple[str, ...],
    *,
    keep_empty: bool,
) -> Iterator[Section]:
    inner = text[slice(*span)]
    start = span[0] + len(inner) - len(inner.lstrip())
    end = max(start, span[1] - (len(inner) - len(inner.rstrip())))
    if start < end or keep_empty:
        codes = (code_for_heading(heading) for heading in reversed(path))
        code = next((code for code in codes if code), None) if info.ingredients else None
        within = rows[bisect_left(rows, span) : bisect_left(rows, (end, 0))]
        table_rows = tuple((max(first, start), last) for first, last in within)
        yield Section(code=code, title=path[-1], path=path, start=start, end=end, table_rows=table_rows)
