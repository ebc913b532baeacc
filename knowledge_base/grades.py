"""How strongly a guideline recommends what a sentence says, in the guideline's own grading.

Read are the usual schemes: GRADE (https://www.gradeworkinggroup.org/: strong or weak, quality of evidence),
VA/DoD ("Strong for"), the CDC's categories (IA to II) and numbered grades (1A to 2C). A grade belongs to the sentence
it stands in or directly behind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Strength = Literal["strong", "weak"]
Direction = Literal["for", "against"]

_GRADE: Final = re.compile(
    r"[(\[]\s*(?:recommendation:\s*)?(?P<grade>"
    r"(?P<strength>strong|weak|conditional)\s+(?:(?P<direction>for|against)\b|recommendation\b)"
    r"(?:\s+(?P<side>for|against)\b)?"
    r"(?:[,;|]?\s*(?:based (?:up)?on\s+)?(?P<evidence>(?:very |moderate to |low to )*(?:high|moderate|low))"
    r"[- ](?:quality|certainty)(?:[- ](?:of[- ])?evidence)?)?"
    r"|category (?P<category>I[ABCD]|II[ABC]?|I)\b"
    r"|grade (?P<letters>[12][ABC+]|[A-D])\b"
    r")[^)\]\n]{0,40}[)\]]",
    re.IGNORECASE,
)
_REACH: Final = 4
"""Characters between the end of a sentence and its grade: a full stop, a space, the end of a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A grade as it is printed, and what of it could be read; `evidence` is its quality ("very low" to "high")."""

    text: str
    strength: Strength | None = None
    direction: Direction | None = None
    evidence: str | None = None
    category: str | None = None


def grade_of(text: str, start: int, end: int) -> Grade | None:
    """The grade of the sentence `text[start:end]`; None where none is printed."""
    found = _GRADE.search(text, start)
    if found is None or found.start() > end + _REACH:
        return None
    strength: Strength | None = None
    if found["strength"]:
        strength = "strong" if found["strength"].lower() == "strong" else "weak"
    side = (found["direction"] or found["side"] or "").lower()
    direction: Direction | None = "against" if side == "against" else "for" if side else None
    category = found["category"] or found["letters"]
    return Grade(
        text=" ".join(found.group()[1:-1].split()),
        strength=strength,
        direction=direction,
        evidence=" ".join(found["evidence"].lower().split()) if found["evidence"] else None,
        category=category.upper() if category else None,
    )
