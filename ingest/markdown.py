"""Markdown with optional YAML front matter; the stored text is the file's own text, untouched.

The front matter names what the text is about (docs/front-matter.md); without it a file is a document
of kind `other` whose title is its first heading. A label-like document (one with ingredients) gets the
LOINC codes its headings stand for. The section "Sources" says where facts come from and is no evidence.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, get_args

import yaml

from ingest.decoding import decode_text
from knowledge_base.errors import IngestError
from knowledge_base.loinc import code_for_heading
from knowledge_base.types import DocumentInfo, DrugName, Kind, Relation, Section, SourceDocument

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*\r?$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*\r?$", re.MULTILINE)
_TABLE_RULE = re.compile(r"^[\s|:-]+$")
_NO_EVIDENCE: Final = frozenset({"sources", "references"})
_RELATIONS: Final[Mapping[str, Relation]] = {
    "ingredients": "ingredient",
    "salts": "salt",
    "brands": "brand",
    "synonyms": "synonym",
    "classes": "class",
}
_TEXT_KEYS: Final = ("title", "kind", "set_id", "version", "issuer")


class _Heading(NamedTuple):
    level: int
    title: str
    start: int
    end: int


def read_markdown(data: bytes, source_path: str, sha256: str) -> SourceDocument:
    """One document.

    Raises:
        IngestError: not text, or front matter that is not what it should be; names the line or field.
    """
    text = decode_text(data)
    match = _FRONT_MATTER.match(text)
    meta = _front_matter(match[1]) if match else {}
    body = match.end() if match else 0
    headings = list(_headings(text, body))
    names = tuple(_names(meta))
    info = _info(meta, headings, source_path, sha256)
    return SourceDocument(info=info, text=text, sections=tuple(_sections(text, body, headings, info)), names=names)


def _front_matter(raw: str) -> dict[str, object]:
    try:
        meta = yaml.safe_load(raw)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark is not None else ""
        raise IngestError(
            f"front matter is not YAML{where}: {getattr(error, 'problem', None) or 'unreadable'}"
        ) from error
    if meta is None:
        return {}
    if not isinstance(meta, dict):
        raise IngestError("front matter must be a list of `name: value` lines")
    for key in _TEXT_KEYS:
        if isinstance(meta.get(key), dict | list):
            raise IngestError(f"front matter: {key} must be one value")
    if meta.get("kind", "other") not in get_args(Kind):
        raise IngestError(f"front matter: kind must be one of {', '.join(get_args(Kind))}, not {meta['kind']}")
    for key in _RELATIONS:
        if not isinstance(meta.get(key) or [], list):
            raise IngestError(f"front matter: {key} must be a list, like [ibuprofen]")
    return meta


def _info(meta: Mapping[str, object], headings: list[_Heading], source_path: str, sha256: str) -> DocumentInfo:
    set_id, version = _text(meta, "set_id"), _text(meta, "version")
    first = headings[0].title if headings else source_path.rpartition("/")[2]
    kind = next(kind for kind in get_args(Kind) if kind == meta.get("kind", "other"))
    return DocumentInfo(
        id=f"markdown:{set_id}@{version or '0'}" if set_id else f"markdown:{sha256[:16]}",
        source_path=source_path,
        format="markdown",
        kind=kind,
        title=_text(meta, "title") or first,
        sha256=sha256,
        set_id=set_id,
        version=version,
        effective_date=_date(meta.get("effective_date")),
        manufacturer=_text(meta, "issuer"),
        ingredients=_lower(meta, "ingredients"),
        brands=tuple(str(brand) for brand in _list(meta, "brands")),
        classes=_lower(meta, "classes"),
    )


def _date(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise IngestError(f"front matter: effective_date must be YYYY-MM-DD, not {value}") from error


def _text(meta: Mapping[str, object], key: str) -> str | None:
    value = meta.get(key)
    return None if value is None else str(value)


def _list(meta: Mapping[str, object], key: str) -> list[object]:
    value = meta.get(key)
    return value if isinstance(value, list) else []


def _lower(meta: Mapping[str, object], key: str) -> tuple[str, ...]:
    return tuple(str(value).lower() for value in _list(meta, key))


def _names(meta: Mapping[str, object]) -> Iterator[DrugName]:
    ingredients = _lower(meta, "ingredients")
    if not ingredients:
        return
    for key, relation in _RELATIONS.items():
        for name in _lower(meta, key):
            stands_for = (name,) if relation == "ingredient" else ingredients
            yield DrugName(name=name, relation=relation, ingredients=stands_for)


def _headings(text: str, body: int) -> Iterator[_Heading]:
    """Headings outside fenced code, with the span of their line."""
    fences = [(fence.start(), fence.end()) for fence in _FENCE.finditer(text, body)]
    for match in _HEADING.finditer(text, body):
        if not any(start <= match.start() < end for start, end in fences):
            yield _Heading(len(match[1]), match[2].strip(), match.start(), match.end())


def _sections(text: str, body: int, headings: list[_Heading], info: DocumentInfo) -> Iterator[Section]:
    first = headings[0].start if headings else len(text)
    yield from _section(text, body, first, info, info.title, (info.title,))
    path: list[_Heading] = []
    ends = [*(heading.start for heading in headings[1:]), len(text)]
    for heading, end in zip(headings, ends, strict=False):
        path = [*(above for above in path if above.level < heading.level), heading]
        # The one heading at the top repeats the title; a path without it is shorter and says as much.
        shown = [above.title for above in path if above.level > 1] or [heading.title]
        if heading.title.lower() in _NO_EVIDENCE:
            continue
        yield from _section(text, heading.end, end, info, heading.title, tuple(shown), heading.level > 1)


def _section(
    text: str, start: int, end: int, info: DocumentInfo, title: str, path: tuple[str, ...], keep_empty: bool = False
) -> Iterator[Section]:
    inner = text[start:end]
    start += len(inner) - len(inner.lstrip())
    end = max(start, end - (len(inner) - len(inner.rstrip())))
    if start < end or keep_empty:
        codes = (code_for_heading(heading) for heading in reversed(path))
        code = next((code for code in codes if code), None) if info.ingredients else None
        rows = tuple(
            (row.start(), row.end()) for row in _TABLE_ROW.finditer(text, start, end) if not _TABLE_RULE.match(row[0])
        )
        yield Section(code=code, title=title, path=path, start=start, end=end, table_rows=rows)
