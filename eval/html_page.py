"""The frame of a page of results and its tables: self-contained, without scripts, readable on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

_STYLE: Final = Markup(
    "body{font:15px/1.45 sans-serif;max-width:78rem;margin:1.5rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:.6rem 0;display:block;overflow-x:auto}"
    "td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top}"
    "th{background:#f0f3f5}.no{color:#a3231d}.quiet{color:#666}svg{margin:.4rem 1rem .4rem 0}"
    "details{margin:.4rem 0}h2{border-top:1px solid #ccc;padding-top:1rem}"
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Should a text ever get through as markup, the browser still loads and runs nothing."""


def page(title: str, parts: Iterable[Markup]) -> str:
    """A whole page."""
    head = Markup(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="{}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>{}</title><style>{}</style></head>'
        "<body><h1>{}</h1>\n"
    ).format(_POLICY, title, _STYLE, title)
    return str(head + Markup("\n").join(parts) + Markup("\n</body></html>\n"))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """A table; cells are escaped."""
    top = Markup("").join(Markup("<th>{}</th>").format(cell) for cell in head)
    body = Markup("\n").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row))
        for row in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table>").format(top, body)


def paragraph(text: str) -> Markup:
    """A paragraph."""
    return Markup("<p>{}</p>").format(text)


def heading(level: int, text: str) -> Markup:
    """A heading of a level."""
    return Markup("<h{0}>{1}</h{0}>").format(level, text)


def folded(summary: str, inside: Markup) -> Markup:
    """Something to be opened with a click."""
    return Markup("<details><summary>{}</summary>{}</details>").format(summary, inside)
