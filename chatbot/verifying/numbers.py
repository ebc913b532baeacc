"""Are the numbers of a sentence those of its source, with their units and places, and its doses word for word?

Numbers are never rewritten: "0.5 g" does not bear out "500 mg". A unit may be spelled out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from chatbot.verifying.markers import Marker, moved
from chatbot.verifying.words import Token, Words

_UNITS: Final = {
    **dict.fromkeys(("mg", "milligram", "milligrams"), "mg"),
    **dict.fromkeys(("mcg", "microgram", "micrograms", "ug"), "mcg"),
    **dict.fromkeys(("g", "gram", "grams", "gm"), "g"),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("ml", "milliliter", "milliliters", "millilitre", "millilitres", "cc"), "ml"),
    **dict.fromkeys(("l", "liter", "liters", "litre", "litres"), "l"),
    **dict.fromkeys(("dl", "deciliter"), "dl"),
    **dict.fromkeys(("unit", "units", "iu"), "unit"),
    **dict.fromkeys(("meq",), "meq"),
    **dict.fromkeys(("mmol",), "mmol"),
    **dict.fromkeys(("%", "percent"), "%"),
    **dict.fromkeys(("tablet", "tablets", "caplet", "caplets"), "tablet"),
    **dict.fromkeys(("capsule", "capsules"), "capsule"),
    **dict.fromkeys(("puff", "puffs", "spray", "sprays"), "puff"),
    **dict.fromkeys(("drop", "drops"), "drop"),
    **dict.fromkeys(("second", "seconds"), "second"),
    **dict.fromkeys(("minute", "minutes", "min"), "minute"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), "hour"),
    **dict.fromkeys(("day", "days"), "day"),
    **dict.fromkeys(("week", "weeks"), "week"),
    **dict.fromkeys(("month", "months"), "month"),
    **dict.fromkeys(("year", "years"), "year"),
    **dict.fromkeys(("time", "times"), "times"),
    **dict.fromkeys(("dose", "doses"), "dose"),
    **dict.fromkeys(("degrees", "degree", "c", "f"), "degree"),
    **dict.fromkeys(("mm",), "mm"),
    **dict.fromkeys(("m2",), "m2"),
}
_OF_DOSES: Final = frozenset(
    {"mg", "mcg", "g", "kg", "ml", "l", "unit", "meq", "mmol", "%", "tablet", "capsule", "puff", "drop"}
)
_JOINS: Final = frozenset({"to", "or", "and", ",", "/", "per"})
_RUN: Final = frozenset(
    {
        "to",
        "or",
        "and",
        ",",
        "/",
        "per",
        "a",
        "an",
        "each",
        "every",
        "once",
        "twice",
        "times",
        "daily",
        "weekly",
        "monthly",
        "other",
        "in",
    }
    | {"hour", "day", "week", "month", "minute", "divided", "dose", "single", "orally", "three", "bid", "tid", "as"}
)
"""Words that go on with a dose: "10 mg twice daily", "2 mg/kg every 8 hours"."""
_LOOSE: Final = frozenset({"and", "or", ",", "to", "in", "a", "an", "as", "each", "every", "per", "/", "other"})
_SAME_RHYTHM: Final = {"daily": ("a", "day"), "weekly": ("a", "week"), "monthly": ("a", "month")}
_CODE: Final = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z0-9-]+")
_WIDTH: Final = 3
_MARGIN: Final = 0.34


class _Quantity(NamedTuple):
    number: str
    unit: str
    start: int
    end: int


def numbers_problem(sentence: Words, source: Words) -> str:
    """What is wrong with the sentence's numbers; empty if nothing is."""
    mine, theirs = list(_quantities(sentence)), list(_quantities(source))
    held = Counter((one.number, one.unit) for one in theirs)
    bare = Counter(one.number for one in theirs)
    for (number, unit), n in Counter((one.number, one.unit) for one in mine).items():
        if n > (held[number, unit] if unit else bare[number]):
            return f"{number} {unit} is not in the cited sentence".replace("  ", " ")
    codes = {token.text for token in source.tokens}
    for token in sentence.tokens:
        if _CODE.fullmatch(token.text) and token.text not in codes:
            return f"{token.text} is not in the cited sentence"
    if (one := moved(_as_markers(mine, sentence), _as_markers(theirs, source), _MARGIN)) is not None:
        return f"{one.said} stands in another place in the cited sentence"
    return _dose_problem(sentence, source, mine)


def _quantities(words: Words) -> Iterator[_Quantity]:
    tokens = words.tokens
    for place, token in enumerate(tokens):
        if token.is_number:
            unit, end = _unit_after(tokens, place + 1)
            yield _Quantity(token.stem, unit, place, end)


def _unit_after(tokens: Sequence[Token], place: int) -> tuple[str, int]:
    """The unit of a number and where it ends; "10 to 20 mg" gives both numbers one unit, "mg/kg/day" is one unit."""
    at = place
    while at + 1 < len(tokens) and tokens[at].text in _JOINS and tokens[at + 1].is_number:
        at += 2
    if at >= len(tokens) or tokens[at].text not in _UNITS:
        return "", place
    unit, at = _UNITS[tokens[at].text], at + 1
    while at + 1 < len(tokens) and tokens[at].text in {"/", "per"} and tokens[at + 1].text in _UNITS:
        unit, at = f"{unit}/{_UNITS[tokens[at + 1].text]}", at + 2
    return unit, at


def _as_markers(quantities: Sequence[_Quantity], words: Words) -> list[Marker]:
    return [
        Marker(
            f"{one.number} {one.unit}".strip(),
            f"{one.number} {one.unit}".strip(),
            words.around(one.start, one.end, _WIDTH),
        )
        for one in quantities
    ]


def _dose_problem(sentence: Words, source: Words, mine: Sequence[_Quantity]) -> str:
    """Whether a dose with its rhythm ("500 mg twice a day") stands in the source as a whole."""
    row = f" {' '.join(_plain(source.tokens))} "
    for one in mine:
        if one.unit.split("/")[0] not in _OF_DOSES:
            continue
        end = one.end
        while end < len(sentence.tokens) and (
            _UNITS.get(sentence.tokens[end].text, sentence.tokens[end].text) in _RUN or sentence.tokens[end].is_number
        ):
            end += 1
        run = list(_plain(sentence.tokens[one.start : end]))
        while run and run[-1] in _LOOSE:
            run.pop()
        alone = not {*run[one.end - one.start :]} - _LOOSE - {number for number in run if number[0].isdigit()}
        if f" {' '.join(run)} " not in row and not alone:
            return f"'{' '.join(run)}' does not stand like that in the cited sentence"
    return ""


def _plain(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        text = _UNITS.get(token.text, token.text)
        if text in _SAME_RHYTHM:
            yield from _SAME_RHYTHM[text]
        elif text in {"per", "every", "each", "/"}:
            yield "a"
        elif text == "orally" or text == "oral":
            continue
        else:
            yield token.stem if token.is_number else text
