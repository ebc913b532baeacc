"""HTML pages as documents, and HTML fragments as lines for formats that embed them.

Scripts, styles, forms and navigation are left out; headings make the section path; a table row is one
line. Nothing is fetched and nothing runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml import html as lxml_html

from ingest.decoding import decode_text
from ingest.label_text import BULLET, CELL_SEPARATOR, Block, LabelText, clean
from ingest.safe_xml import local_name
from knowledge_base.errors import IngestError
from knowledge_base.types import DocumentInfo, SourceDocument

_IGNORED: Final = frozenset(
    {"script", "style", "noscript", "template", "nav", "form", "button", "svg", "iframe", "head", "footer", "aside"}
)
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINES: Final = frozenset(
    {"p", "div", "section", "article", "main", "header", "ul", "ol", "li", "table", "blockquote", "pre", "br", "hr"}
    | {"dl", "dt", "dd", "body", "html", "tbody", "thead", "tfoot", "tr", "td", "th", "caption", "figure"}
    | set(_HEADINGS)
)
# Text that a page does not show, by the element's own word; a style sheet is not looked into.
_HIDDEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    r"|(?:font-size|opacity)\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|!|$)"
    r"|(?:left|top|right|text-indent)\s*:\s*-\d{3,})",
    re.IGNORECASE,
)
_DECLARATION = re.compile(r"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!doctype[^>\[]*(?:\[[^\]]*\]\s*)?>)?", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_SNIFFED_BYTES: Final = 4096
_MAX_DEPTH: Final = 200


def read_html(data: bytes, source_path: str, sha256: str) -> SourceDocument:
    """One document of kind `other`.

    Raises:
        IngestError: not text, or no words in it.
    """
    declared = _CHARSET.search(data[:_SNIFFED_BYTES])
    root = parse_fragment(decode_text(data, declared[1].decode("ascii") if declared else None))
    title = clean(root.findtext(".//title") or "") or source_path.rpartition("/")[2]
    rendering = LabelText("")
    path: list[tuple[int, str]] = []
    blocks: list[Block] = []

    def close() -> None:
        if blocks or path:
            titles = tuple(heading for _, heading in path) or (title,)
            heading = titles[-1] if path else None
            rendering.add(list(blocks), code=None, title=titles[-1], path=titles, heading=heading)
            blocks.clear()

    for level, block in _walk(root):
        if level is None:
            blocks.append(block)
            continue
        if blocks or path:
            close()
        path = [*((above, heading) for above, heading in path if above < level), (level, block.text)]
    close()
    if not any(section.end > section.start for section in rendering.sections):
        raise IngestError("HTML without any text")
    info = DocumentInfo(
        id=f"html:{sha256[:16]}", source_path=source_path, format="html", kind="other", title=title, sha256=sha256
    )
    return SourceDocument(info=info, text=rendering.text, sections=rendering.sections)


def html_blocks(fragment: str) -> list[Block]:
    """The lines of a fragment; a line that was all bold is marked as a heading."""
    root = parse_fragment(fragment)
    return [block if level is None else Block(text=block.text, heading=True) for level, block in _walk(root)]


def parse_fragment(text: str) -> etree._Element:
    """The element tree of HTML of any quality.

    Raises:
        IngestError: nothing of it can be parsed.
    """
    try:
        # lxml refuses text that declares an encoding of its own.
        root = lxml_html.document_fromstring(_DECLARATION.sub("", text), ensure_head_body=True)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise IngestError(f"HTML cannot be parsed ({type(error).__name__})") from error
    return root


def _walk(root: etree._Element) -> Iterator[tuple[int | None, Block]]:
    """(heading level or None, line) in the order of the page."""
    yield from _Walker().walk(root)


class _Walker:
    """Gathers running text until an element ends the line."""

    def __init__(self) -> None:
        self._words = ""
        self._prefix = ""

    def walk(self, root: etree._Element) -> Iterator[tuple[int | None, Block]]:
        yield from self._element(root, 0)
        yield from self._flush()

    def _flush(self, level: int | None = None) -> Iterator[tuple[int | None, Block]]:
        text, self._words = clean(self._words), ""
        if text:
            yield level, Block(text=self._prefix + text)
            self._prefix = ""

    def _element(self, element: etree._Element, depth: int) -> Iterator[tuple[int | None, Block]]:
        name = local_name(element)
        if name in _IGNORED or not name or depth > _MAX_DEPTH or _is_hidden(element):
            return
        if name == "tr":
            yield from self._flush()
            yield from self._row(element)
            return
        breaks = name in _LINES
        if breaks:
            yield from self._flush()
        if name == "li":
            self._prefix = BULLET
        self._words += element.text or ""
        for child in element:
            yield from self._element(child, depth + 1)
            self._words += child.tail or ""
        if breaks:
            yield from self._flush(_HEADINGS.index(name) + 1 if name in _HEADINGS else None)
        if name == "li":
            self._prefix = ""

    def _row(self, row: etree._Element) -> Iterator[tuple[int | None, Block]]:
        cells = [
            clean(" ".join(_shown_texts(cell)))
            for cell in row
            if local_name(cell) in ("td", "th") and not _is_hidden(cell)
        ]
        if any(row.iterfind(".//table")) or len(cells) == 1:
            # A layout table: its cells hold running text, lists or tables of their own.
            for cell in row:
                self._words += cell.text or ""
                for child in cell:
                    yield from self._element(child, 0)
                    self._words += child.tail or ""
                yield from self._flush()
        elif any(cells):
            yield None, Block(text=CELL_SEPARATOR.join(cells), row=True)


def _is_hidden(element: etree._Element) -> bool:
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "") is not None


def _shown_texts(element: etree._Element) -> Iterator[str]:
    """The texts of an element and those in it that are shown."""
    if element.text:
        yield element.text
    for child in element:
        name = local_name(child)
        if name and name not in _IGNORED and not _is_hidden(child):
            yield from _shown_texts(child)
        if child.tail:
            yield child.tail
