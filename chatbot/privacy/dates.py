"""Days of the calendar: dates of events, and dates of birth by the words before them.

A year alone, a month alone, a weekday alone, a clock time and a relative time are no dates here. Knows no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from chatbot.privacy.identifiers import Identifier

_MONTH: Final = (
    r"(?:jan(?:uary|v\.?)?|feb(?:ruary|r\.?)?|mar(?:ch|z)?|apr(?:il)?|may|jun[ei]?|jul[yi]?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|okt(?:ober)?|dez(?:ember)?|januar|februar|m[aä]rz|mai|enero|febrero|marzo|abril"
    r"|mayo|junio"
    r"|julio|agosto|septiembre|octubre|noviembre|diciembre|janvier|f[eé]vrier|mars|avril|juin|juillet|ao[uû]t|septembre"
    r"|octobre|novembre|d[eé]cembre)\.?"
)
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_ORDINAL: Final = rf"{_DAY}(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:19|20)\d{2}"
_WEEKDAY: Final = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_UNITS: Final = (
    r"(?!\s*(?:mg|mcg|g|ml|kg|units?|tablets?|pills?|times|doses?|days?|weeks?|months?|years?|hours?|puffs?|%)\b)"
)
_DATE: Final = re.compile(
    rf"(?<![\w/.-]){_WEEKDAY}(?:"
    rf"{_YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.]{_DAY}(?!\d)"
    rf"|(?:0?[1-9]|[12]\d|3[01])(?P<s>[-/.])(?:0?[1-9]|[12]\d|3[01])(?P=s)(?:{_YEAR}|\d{{2}})(?![\w/-]|\.\d)"
    rf"|{_DAY}[-/ ]?{_MONTH}[-/ ]?(?:{_YEAR}|\d{{2}})(?!\d)"
    rf"|(?:the\s+)?{_ORDINAL}\.?\s+(?:of\s+|de\s+)?{_MONTH}(?:,?\s+(?:de(?:l)?\s+)?{_YEAR})?(?![\w])"
    rf"|{_MONTH}\s+{_ORDINAL}(?!\d|[./:]\d|-\d)(?:,?\s+{_YEAR}(?!\d))?{_UNITS}"
    rf"|{_MONTH}\s*[-/,]?\s*{_YEAR}(?!\d)"
    rf")",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(
    rf"(?<![\w/.-])(?P<day>(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)[a-z]*\.?,?\s+)?"
    rf"(?:0?[1-9]|1[0-2])/{_DAY}(?![\w/%]|\.\d){_UNITS}(?!\s*(?:pain|strength|tab|scale|mm|point|vision|in\b))",
    re.IGNORECASE,
)
_SHORT_AFTER: Final = re.compile(
    r"(?:\b(?:on|since|seen|admitted|admit|discharged|dos|visit|until|till|by|from|dated?|next|last|check|held"
    r"|stopped|started|due"
    r"|clinic|appt|appointment|f/u|through|thru|to|ORIF|surgery|op|collected|drawn|born|dob|between|and|for"
    r"|was)\s*:?\s*\(?"
    r"|\((?:on )?|\d/\d{1,2}\s*[-–]\s*)$",  # noqa: RUF001
    re.IGNORECASE,
)
_NOT_SHORT_AFTER: Final = re.compile(
    r"\b(?:pain|strength|bp|apgar|mmse|moca|score|scale|gcs|iop|vision|legs?|arms?|power|od|os|epworth|is|was"
    r"|phq)\s*(?:is|was|of|:)?\s*$",
    re.IGNORECASE,
)
_BIRTH: Final = re.compile(
    r"(?:\bd\.?o\.?b\.?|\bdate of birth|\bborn(?: on| at)?|\bbirth ?-?da(?:y|te)|\bgeb(?:oren|\.)?(?: am)?"
    r"|\bn[ée]e?(?: le)?"
    r"|\bnac[ií](?:d[oa])?(?: el)?|fecha de nacimiento|geburtsdatum|date de naissance)(?:\s+(?:is|was|on|el|le|am"
    r"|date))?\s*[:=]?\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_BIRTH_AFTER: Final = re.compile(r"^\s*\(?(?:dob|d\.o\.b\.?|date of birth)\b", re.IGNORECASE)
_YEAR_OF: Final = re.compile(r"(?:19|20)\d{2}")
_BEFORE: Final = 40
"""Characters before a date in which the words that explain it stand."""
_GROWN_UP: Final = 2012
_BESIDE_NAME: Final = re.compile(r"\s?[,/(]\s?\(?|\s")


def find_dates(text: str) -> list[Identifier]:
    """The dates of a text; `DOB` where the words say so."""
    found = [match.span() for match in _DATE.finditer(text)]
    for match in _SHORT.finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        if match["day"] or (_SHORT_AFTER.search(before) and not _NOT_SHORT_AFTER.search(before)):
            found.append(match.span())
    return [Identifier(start, end, "DOB" if _is_birth(text, start, end) else "DATE") for start, end in sorted(found)]


def births_beside(names: Sequence[Identifier], dates: Sequence[Identifier], text: str) -> Iterator[Identifier]:
    """The dates that stand right after a name with the year of someone grown up: "Anna Kovács (29.07.1990)"."""
    ends = {name.end for name in names}
    for date in dates:
        year = _YEAR_OF.search(text, date.start, date.end)
        if year is None or int(year.group()) > _GROWN_UP:
            continue
        if any(_BESIDE_NAME.fullmatch(text, date.start - n, date.start) and date.start - n in ends for n in (1, 2, 3)):
            yield date._replace(kind="DOB")


def _is_birth(text: str, start: int, end: int) -> bool:
    return bool(_BIRTH.search(text[max(0, start - _BEFORE) : start]) or _BIRTH_AFTER.search(text[end : end + 20]))
