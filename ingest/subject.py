"""What medicine a label's own text is about, and whether the product data beside the text agree.

The registry's data of a real label may name another medicine than the text, or one of two ingredients. What is
quoted is the text, so the text decides. Knows no format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ingest.label_text import words
from ingest.names import Substance, substances
from knowledge_base.medicine_table import canonical_ingredient, medicine_table

MIN_MENTIONS: Final = 3
"""A name read from a text must come back this often to be believed, and one in use is used as often."""
_OPENING_CHARS: Final = 600
_SUBJECT = re.compile(
    r"(?:^|[.\s])([A-Z][a-z]{3,}(?:-[a-z]+)?(?:(?:,? and |, |/| )[a-z][a-z-]{3,}){0,5}?)"
    r"(?:,? (?:tablets?|capsules?|injection|oral|topical|ophthalmic|solution|suspension|lotion|cream|gel|USP|HFA))*"
    r",? (?:is|are) (?:also )?(?:indicated|used|an?|the|[a-z]+ (?:channel )?(?:blocker|inhibitor|agonist)s?)\b"
)
_ACTIVE = re.compile(r"active ingredients?\s*(?:\([^)]*\))?\s*:?\s*([A-Za-z][A-Za-z ,/-]+?)\s*,?\s*\d", re.IGNORECASE)
_AMOUNT = re.compile(r"([A-Za-z][A-Za-z -]*?)[ ,]*\d[\d.,]*\s*(?:mg|mcg|g|mL|%|units?)(?!\w)")
_WORD = re.compile(r"[a-z][a-z-]{3,}")
_NOT_NAMES: Final = words("this these those there they that therapy treatment patients drug drugs tablets use")


class Subject(NamedTuple):
    """The ingredients a label is filed under, and what is to be told of them."""

    substances: tuple[Substance, ...]
    remarks: tuple[str, ...]


def settle_subject(
    registered: Sequence[Substance], openings: Iterable[str], everything: str, active: Iterable[str] = ()
) -> Subject:
    """What a label is about: what is registered, unless its text leaves no doubt that it is about something else.

    Args:
        registered: the ingredients of the product data; none where there are no such data.
        openings: the texts that begin by naming the medicine: indications, doses.
        everything: the whole text.
        active: the texts of "Active ingredient" sections, read where nothing is registered.
    """
    mentions = Counter(_WORD.findall(everything.lower()))
    named = _named(openings, () if registered else active, mentions)
    if not registered or not named:
        return Subject(tuple(registered) or named, ())
    own = {canonical_ingredient(one.ingredient) for one in registered}
    text = {canonical_ingredient(one.ingredient) for one in named}
    is_used = any(mentions[one.split()[0]] >= MIN_MENTIONS for one in own)
    is_other = text.isdisjoint(own) and not is_used
    if text <= _medicines() and (is_other or text > own):
        remark = (
            f"The product data of this label name {_joined(own)}, its text is about {_joined(text)}. "
            "It is filed under what its text says."
        )
        return Subject(named, (remark,))
    return Subject(tuple(registered), ())


def _named(openings: Iterable[str], active: Iterable[str], mentions: Counter[str]) -> tuple[Substance, ...]:
    for text in active:
        if (match := _ACTIVE.match(text)) and (found := substances(match[1])):
            return _with_others(found, text[match.end(1) :])
    for text in openings:
        for match in _SUBJECT.finditer(text[:_OPENING_CHARS]):
            found = substances(match[1])
            clear = [one for one in found if mentions[one.ingredient.split()[0]] >= MIN_MENTIONS]
            if found and len(clear) == len(found) and found[0].ingredient.split()[0] not in _NOT_NAMES:
                return found
    return ()


def _with_others(first: tuple[Substance, ...], rest: str) -> tuple[Substance, ...]:
    """The ingredients that a list of amounts goes on with; what each is for may stand between them."""
    found = {one.ingredient: one for one in first}
    for match in _AMOUNT.finditer(rest):
        tokens = match[1].split()
        ends = (substances(" ".join(tokens[at:])) for at in range(len(tokens)))
        known = (one for one in ends if len(one) == 1 and canonical_ingredient(one[0].ingredient) in _medicines())
        for one in next(known, ()):
            found.setdefault(one.ingredient, one)
    return tuple(found.values())


def _medicines() -> frozenset[str]:
    return medicine_table().ingredients


def _joined(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))
