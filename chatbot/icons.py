"""The few line drawings of the interface, as inline SVG; decoration only, hidden from screen readers."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from markupsafe import Markup

from chatbot.markup import element

# Paths of a 24 x 24 drawing; circles and rectangles are written as paths too.
_PATHS: Final = MappingProxyType(
    {
        "alert": "M12 3 2.5 20h19zM12 10v4.5M12 17.4v.1",
        "back": "M19 12H5m6-6-6 6 6 6",
        "book": "M4 5.5A2.5 2.5 0 0 1 6.5 3H20v18H6.5A2.5 2.5 0 0 1 4 18.5zM4 18.5A2.5 2.5 0 0 1 6.5 16H20",
        "copy": "M9 11a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2zM5 15H4V4h11v1",
        "dark": "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
        "enlarge": "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
        "info": "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0zM12 11v5.5M12 7.6v.1",
        "page": "M6 3h8l5 5v13H6zM14 3v5h5",
        "phone": "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A15 15 0 0 1 3 6a2 2 0 0 1 2-2z",
        "plus": "M12 5v14M5 12h14",
        "search": "M4.5 11a6.5 6.5 0 1 0 13 0 6.5 6.5 0 1 0-13 0zM16 16l4.5 4.5",
    }
)


def icon(name: str) -> Markup:
    """The drawing called `name`, one em high, in the colour of the text around it.

    Raises:
        KeyError: there is no such drawing.
    """
    return Markup(
        '<svg class="vm-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>'
    ).format(element("path", d=_PATHS[name]))
