"""The parts of a question that asks two things of one medicine: "what is it for, and why is it risky in pregnancy".

Each part has a question word of its own, so each can be looked up by itself. Knows no medicine.
"""

from __future__ import annotations

import re
from typing import Final

_ASKS: Final = r"(?:what|why|how|when|which|who|where|is|are|should|can|could|does|do|will)"
_BETWEEN: Final = re.compile(rf"\?\s+(?=\S)|,?\s+and\s+(?={_ASKS}\b)|[;.]\s+(?:also,?\s+)?(?={_ASKS}\b)", re.IGNORECASE)
_BEGINS: Final = re.compile(rf"\W*(?:and\s+|also,?\s+)?{_ASKS}\b", re.IGNORECASE)
_MIN_WORDS: Final = 4
"""A shorter part ("and why?") says nothing by itself."""
_MAX_PARTS: Final = 3


def parts_of(question: str) -> tuple[str, ...]:
    """The parts in their order; none where a question asks one thing, or more than a few."""
    parts = [part.strip(" ,.?") for part in _BETWEEN.split(question)]
    if not 2 <= len(parts) <= _MAX_PARTS:
        return ()
    if any(len(part.split()) < _MIN_WORDS or _BEGINS.match(part) is None for part in parts):
        return ()
    return tuple(parts)
