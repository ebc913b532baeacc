"""Characters that no reader sees: controls, marks that turn the direction of text, tags, zero-width spaces.

They can hide words from the reader or show them in another order than the program reads them (Unicode Technical
Report 36, section 2.10). The joiners U+200C and U+200D stay: Persian, Indian scripts and emoji are written with them.
"""

from __future__ import annotations

import re
from typing import Final

_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def without_invisible(text: str) -> str:
    """The text without them; tabs and line ends stay."""
    return text if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text)
