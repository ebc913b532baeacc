"""A table as HTML for display: made anew from the source's, so that nothing but a table can be in it.

Takes the narrative elements of Structured Product Labeling and their HTML counterparts. Every text is escaped,
no attribute is taken over but the spans of cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType
from typing import Final

from lxml import etree
from markupsafe import escape

from ingest.label_text import clean
from ingest.safe_xml import local_name

MAX_HTML_CHARS: Final = 200_000
"""A larger table is read by its rows; no screen shows it."""
MAX_SPAN: Final = 60
_SPANS: Final = ("colspan", "rowspan")
_FOOTNOTES: Final = frozenset({"footnote", "footnoteRef"})
_TAGS: Final = MappingProxyType(
    {
        name: name
        for name in ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "ul", "li", "p", "sup", "sub")
    }
    | {"paragraph": "p", "list": "ul", "item": "li"}
)
_GRID: Final = frozenset({"table", "thead", "tbody", "tfoot", "tr"})
"""Elements in which text between the others shows nowhere."""
_LEFT_OUT: Final = frozenset({"renderMultiMedia", "script", "style", "col", "colgroup", ""})


def table_html(
    table: etree._Element, mark: Callable[[etree._Element], str] = lambda _: "", notes: Iterable[str] = ()
) -> str | None:
    """The HTML of a table, or None for one that is too large to show.

    Args:
        table: the element, in any namespace.
        mark: the mark that stands for a footnote element.
        notes: the footnotes, each with its mark; they make the table's last rows.
    """
    html = "".join(_element(table, mark))
    width = max((_width(row) for row in table.iterfind(".//{*}tr")), default=1)
    foot = "".join(f'<tr><td colspan="{width}">{escape(note)}</td></tr>' for note in notes)
    if foot:
        html = f"{html.removesuffix('</table>')}<tfoot>{foot}</tfoot></table>"
    return html if len(html) <= MAX_HTML_CHARS else None


def _element(element: etree._Element, mark: Callable[[etree._Element], str]) -> Iterator[str]:
    name = local_name(element)
    if name in _LEFT_OUT:
        return
    if name == "br":
        yield "<br>"
        return
    if name in _FOOTNOTES:
        yield f"<sup>{escape(mark(element))}</sup>"
        return
    tag = _TAGS.get(name)
    if tag == "caption" and (above := element.getparent()) is not None and local_name(above) != "table":
        tag = None  # the bullet of a list item
    if tag is not None:
        yield f"<{tag}{_spans(element) if tag in ('td', 'th') else ''}>"
    is_grid = tag in _GRID
    yield "" if is_grid else _words(element.text)
    for child in element:
        yield from _element(child, mark)
        yield "" if is_grid else _words(child.tail)
    if tag is not None:
        yield f"</{tag}>"


def _spans(cell: etree._Element) -> str:
    found = ((name, span(cell, name)) for name in _SPANS)
    return "".join(f' {name}="{n}"' for name, n in found if n > 1)


def _width(row: etree._Element) -> int:
    return min(MAX_SPAN, sum(span(cell, "colspan") for cell in row if local_name(cell) in ("td", "th")))


def span(cell: etree._Element, name: str) -> int:
    """How many columns or rows a cell takes, from 1 to `MAX_SPAN`."""
    raw = (cell.get(name) or "1").strip()
    return min(max(int(raw), 1), MAX_SPAN) if raw.isdecimal() and len(raw) <= MAX_SPAN else 1


def _words(text: str | None) -> str:
    """Escaped words; white space at the ends is one space, between elements none that shows."""
    if not text or not (words := clean(text)):
        return " " if text else ""
    before, after = (" " if text[at].isspace() else "" for at in (0, -1))
    return f"{before}{escape(words)}{after}"
