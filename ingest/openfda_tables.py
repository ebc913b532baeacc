"""The tables of one openFDA record: openFDA gives each twice, flattened in the text and as HTML.

Knows the `*_table` fields and where a flattened table stands in a text; the rows are `spl_tables`'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from ingest.label_text import Block, clean
from ingest.spl_tables import table_blocks
from ingest.spl_text import Narrative

MIN_TABLE_CHARS: Final = 20
"""A shorter table could be found in a text by chance."""

# Stands for a table while the text around it is cut; no source text keeps private-use characters.
_TABLE_BASE: Final = 0xE000
_MAX_TABLES: Final = 0x1000
TABLE_MARK = re.compile(r"[\ue000-\uefff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: the field it belongs to, its words without spaces, its lines."""

    field: str
    squeezed: str
    blocks: tuple[Block, ...]


def field_texts(record: Mapping[str, object], name: str) -> list[str]:
    """A field's texts, each once, cleaned; openFDA gives a list, re-packed data may give one string or null."""
    raw = record.get(name)
    values = raw if isinstance(raw, list) else [raw]
    return list(dict.fromkeys(words for value in values if isinstance(value, str) and (words := clean(value))))


def read_tables(record: Mapping[str, object]) -> list[Table]:
    """The HTML tables of all `*_table` fields, each once."""
    found: dict[str, Table] = {}
    for name, raw in record.items():
        if not name.endswith("_table") or not isinstance(raw, list | str):
            continue
        for html in raw if isinstance(raw, list) else [raw]:
            root = _parse_table(html) if isinstance(html, str) else None
            for element in [] if root is None else root.iterfind("table"):
                squeezed = "".join(clean("".join(str(text) for text in element.itertext())).split())
                if squeezed and squeezed not in found and len(found) < _MAX_TABLES:
                    blocks = tuple(table_blocks(element, Narrative()))
                    found[squeezed] = Table(field=name.removesuffix("_table"), squeezed=squeezed, blocks=blocks)
    # The longest first: a table inside another's text must not break it up.
    return sorted(found.values(), key=lambda table: -len(table.squeezed))


def mark_tables(text: str, tables: Sequence[Table]) -> str:
    """The text with every flattened table in it replaced by the table's mark."""
    for index, table in enumerate(tables):
        if len(table.squeezed) < MIN_TABLE_CHARS:
            continue
        at = "".join(text.split()).find(table.squeezed)
        if at >= 0:
            begin, end = _unsqueezed(text, at), _unsqueezed(text, at + len(table.squeezed) - 1) + 1
            text = f"{text[:begin].rstrip()} {chr(_TABLE_BASE + index)} {text[end:].lstrip()}".strip()
    return text


def table_index(mark: str) -> int:
    """Which of the tables a mark stands for."""
    return ord(mark) - _TABLE_BASE


def _parse_table(html: str) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, recover=True)
    if "<!" in html:
        return None
    try:
        root = etree.fromstring(f"<tables>{html}</tables>", parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _unsqueezed(text: str, at: int) -> int:
    """Where the `at`-th character that is no space stands in a text."""
    passed = 0
    for word in re.finditer(r"\S+", text):
        if passed + word.end() - word.start() > at:
            return word.start() + at - passed
        passed += word.end() - word.start()
    return len(text)
