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
_LONG_CHARS: Final = 550


def render_boxed_warnings(warnings: Sequence[BoxedWarning], turn: int) -> Markup:
    """One block for each warning; a long one opens on demand, but its beginning never closes."""
    return join(_block(warning, place, turn) for place, warning in enumerate(warnings))


def split_warning(quote: str) -> tuple[str, str]:
    """The part that always stands open, and the rest; cut between sentences or lines, nothing lost."""
    if len(quote) <= _LONG_CHARS:
        return quote, ""
    cuts = [cut.end() for cut in re.finditer(r"[.:;]\s+|\n+", quote) if cut.end() <= _OPEN_CHARS]
    cut = cuts[-1] if cuts and cuts[-1] > _OPEN_CHARS // 3 else quote.find(" ", _OPEN_CHARS)
    return (quote[:cut], quote[cut:]) if cut > 0 else (quote, "")


def _block(warning: BoxedWarning, place: int, turn: int) -> Markup:
    head, tail = split_warning(warning.quote)
    title = element("h2", icon("alert"), element("span", "Boxed warning"), element("b", warning.ingredient))
    more = element("details", element("summary", "Show the whole warning"), _quote(tail)) if tail else None
    show = element(
        "button", icon("book"), "Show it in the label", type="button", class_="vm-link", data_action="source",
        data_turn=turn, data_key=f"w{place}",
    )  # fmt: skip
    label = f"Boxed warning for {warning.ingredient}"
    return element("section", title, _quote(head), more, show, class_="vm-boxed", aria_label=label)


def _quote(text: str) -> Markup:
    return element("blockquote", *(element("p", line) for line in text.split("\n") if line.strip()))
