"""Boxed warnings as bordered blocks that stand on top of an answer, in the label's words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from chatbot.icons import icon
from chatbot.markup import element, join
from chatbot.types import BoxedWarning

_OPEN_CHARS: Final = 420
"""About five lines: what always stands open of a long warning, so that the answer below stays in view."""
_OPEN_CHARS_OF_SEVERAL: Final = 210
_ENDS: Final = re.compile(r"[.;]\)?\s+|[.;:)]\s*\n+")
"""Ends of sentences; the end of a line alone is none, as a heading would be left without its text."""
_SLACK: Final = 1.3
"""A warning that is only this much longer than what stands open is not cut at all."""


def render_boxed_warnings(warnings: Sequence[BoxedWarning], turn: int) -> Markup:
    """One block for each warning; a long one opens on demand, but its beginning never closes."""
    open_chars = _OPEN_CHARS if len(warnings) == 1 else _OPEN_CHARS_OF_SEVERAL
    return join(_block(warning, place, turn, open_chars) for place, warning in enumerate(warnings))


def split_warning(quote: str, open_chars: int = _OPEN_CHARS) -> tuple[str, str]:
    """The part that always stands open, and the rest; cut between sentences, nothing lost."""
    if len(quote) <= open_chars * _SLACK:
        return quote, ""
    cuts = [cut.end() for cut in _ENDS.finditer(quote) if cut.end() <= open_chars * _SLACK]
    cut = cuts[-1] if cuts and cuts[-1] > open_chars // 3 else quote.find(" ", open_chars)
    return (quote[:cut], quote[cut:]) if cut > 0 else (quote, "")


def _block(warning: BoxedWarning, place: int, turn: int, open_chars: int) -> Markup:
    head, tail = split_warning(warning.quote, open_chars)
    title = element("h2", icon("alert"), element("span", "Boxed warning"), element("b", warning.ingredient))
    more = element("details", element("summary", "Show the whole warning"), _quote(tail)) if tail else None
    show = element(
        "button", icon("book"), "Show it in its source", type="button", class_="vm-link", data_action="source",
        data_turn=turn, data_key=f"w{place}",
    )  # fmt: skip
    label = f"Boxed warning for {warning.ingredient}"
    return element("section", title, _quote(head), more, show, class_="vm-boxed", aria_label=label)


def _quote(text: str) -> Markup:
    return element("blockquote", *(element("p", line) for line in text.split("\n") if line.strip()))
