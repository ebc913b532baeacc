"""What can identify a person: the kinds, and a span of text that is one.

The kinds are those of the HIPAA Safe Harbor list (45 CFR 164.514(b)(2)) that a question or a note holds. Years
alone, ages up to 89 and relative times ("two weeks ago") identify nobody and are no kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, Protocol, get_args

from knowledge_base.errors import VademecumError

Kind = Literal[
    "PERSON", "DATE", "PHONE", "EMAIL", "ADDRESS", "MRN", "SSN", "DOB", "AGE_OVER_89", "INSURANCE_ID", "URL", "IP"
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_WORDS: Final = MappingProxyType(
    {
        "PERSON": ("name", "names"),
        "DATE": ("date", "dates"),
        "PHONE": ("phone number", "phone numbers"),
        "EMAIL": ("e-mail address", "e-mail addresses"),
        "ADDRESS": ("address", "addresses"),
        "MRN": ("record number", "record numbers"),
        "SSN": ("social security number", "social security numbers"),
        "DOB": ("date of birth", "dates of birth"),
        "AGE_OVER_89": ("age over 89", "ages over 89"),
        "INSURANCE_ID": ("insurance number", "insurance numbers"),
        "URL": ("web address", "web addresses"),
        "IP": ("IP address", "IP addresses"),
    }
)


class MaskingError(VademecumError):
    """Identifiers could not be looked for, so the text must not go on."""


class Identifier(NamedTuple):
    """A half-open span of a text, in characters, and what kind of identifier it is."""

    start: int
    end: int
    kind: Kind


class FindsIdentifiers(Protocol):
    """What finds identifiers in a text."""

    def find(self, text: str) -> list[Identifier]:
        """The identifiers of a text in order, without overlap.

        Raises:
            MaskingError: they could not be looked for.
        """
        ...


def describe(kinds: Iterable[Kind]) -> str:
    """The kinds and how many of each, in words: "2 names and 1 date"; never the values."""
    counted = Counter(kinds)
    parts = [f"{counted[kind]} {_WORDS[kind][counted[kind] > 1]}" for kind in KINDS if counted[kind]]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def without_overlap(found: Iterable[Identifier]) -> list[Identifier]:
    """Identifiers in order; those that overlap become one, of the kind of the earliest in `found`."""
    kept: list[Identifier] = []
    for one in found:
        touching = [other for other in kept if other.start < one.end and one.start < other.end]
        if touching:
            first = touching[0]
            kept = [other for other in kept if other not in touching]
            one = Identifier(
                min(one.start, *(other.start for other in touching)),
                max(one.end, *(other.end for other in touching)),
                first.kind,
            )
        kept.append(one)
    return sorted(kept)
