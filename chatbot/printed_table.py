"""The tables of a source as they are printed, beside the rows that are quoted.

The stored HTML is read again as a document of unknown origin: what comes out is a table and escaped text.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree, html
from markupsafe import Markup

from chatbot.markup import element, join
from ingest.table_html import table_html
from knowledge_base.types import Table


def render_tables(tables: Iterable[Table]) -> Markup | None:
    """The tables, each folded away under a line that opens it; None if there is none."""
    shown = [Markup(safe) for table in tables if (safe := _safe(table.html)) is not None]  # noqa: S704 - made anew
    if not shown:
        return None
    summary = element("summary", "The table as printed")
    return join(
        element("details", summary, element("div", table, class_="vm-table"), class_="vm-printed") for table in shown
    )


def _safe(stored: str) -> str | None:
    try:
        root = html.fragment_fromstring(stored, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    table = root.find("table")
    return None if table is None else table_html(table)
