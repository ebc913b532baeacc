"""Numbers with their units, in a form in which equal amounts are equal.

"1,000 mg", "1000 mg" and "1 g" are one amount, and so are "2 days" and "48 hours". A range gives both
of its ends ("20 to 25 C": 20 C and 25 C), a list each of its members. Numbers without a unit (section
numbers, telephone numbers) are no quantities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

# Pattern, canonical unit, factor. Longer units first: "mg/kg" is not "mg".
_UNITS: Final = (
    (r"(?i:ml\s*/\s*min(?:ute)?|ml per minute)(?:\s*/?\s*(?:per\s+)?1\.73\s*m\s*[2²])?", "mL/min", Fraction(1)),
    (r"(?i:mg\s*/\s*dl)", "mg/dL", Fraction(1)),
    (r"(?i:mmol\s*/\s*l(?:iter)?)", "mmol/L", Fraction(1)),
    (r"(?i:mcg\s*/\s*ml)", "mcg/mL", Fraction(1)),
    (r"(?i:mg\s*/\s*ml)", "mg/mL", Fraction(1)),
    (r"(?i:(?:mcg|micrograms?|µg|μg)(?:\s*/\s*|\s+per\s+)(?:kg|kilogram))", "mg/kg", Fraction(1, 1000)),
    (r"(?i:(?:mg|milligrams?)(?:\s*/\s*|\s+per\s+)(?:kg|kilogram))", "mg/kg", Fraction(1)),
    (r"(?i:(?:g|grams?)(?:\s*/\s*|\s+per\s+)(?:kg|kilogram))", "mg/kg", Fraction(1000)),
    (r"(?i:(?:mcg|micrograms?|µg|μg)(?:\s*/\s*|\s+per\s+)(?:m\s?[2²]))", "mg/m2", Fraction(1, 1000)),
    (r"(?i:(?:mg|milligrams?)(?:\s*/\s*|\s+per\s+)(?:m\s?[2²]))", "mg/m2", Fraction(1)),
    (r"(?i:(?:g|grams?)(?:\s*/\s*|\s+per\s+)(?:m\s?[2²]))", "mg/m2", Fraction(1000)),
    (r"(?i:units?(?:\s*/\s*|\s+per\s+)kg)", "unit/kg", Fraction(1)),
    (r"(?i:units?(?:\s*/\s*|\s+per\s+)ml)", "unit/mL", Fraction(1)),
    (r"(?i:mcg|micrograms?|µg|μg)", "mg", Fraction(1, 1000)),
    (r"(?i:mg|milligrams?)", "mg", Fraction(1)),
    (r"(?i:kg|kilograms?)", "kg", Fraction(1)),
    (r"(?i:g|grams?)", "mg", Fraction(1000)),
    (r"(?i:ml|milliliters?)", "mL", Fraction(1)),
    (r"(?i:l|liters?)", "mL", Fraction(1000)),
    (r"(?i:units?|iu)", "unit", Fraction(1)),
    (r"(?i:meq)", "mEq", Fraction(1)),
    (r"(?i:mm\s*hg)", "mmHg", Fraction(1)),
    (r"(?i:%|percent)", "%", Fraction(1)),
    (r"(?i:minutes?|mins?)", "hour", Fraction(1, 60)),
    (r"(?i:hours?|hrs?)", "hour", Fraction(1)),
    (r"(?i:days?)", "hour", Fraction(24)),
    (r"(?i:weeks?)", "hour", Fraction(24 * 7)),
    (r"(?i:months?)", "month", Fraction(1)),
    (r"(?i:years?)", "month", Fraction(12)),
    (r"(?i:tablets?|capsules?|caplets?|gelcaps?)", "tablet", Fraction(1)),
    (r"(?i:beats)", "beat", Fraction(1)),
    (r"(?i:fold|times the)", "fold", Fraction(1)),
    (r"C", "C", Fraction(1)),
    (r"F", "F", Fraction(1)),
)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_AND = r"\s*(?:,\s*(?:and|or)\b|\bto\b|\band\b|\bor\b|[-\u2010-\u2015,/])\s*"
_BELOW = r"(?:less than |more than |below |[<>≤≥]\s*)?"
# "on day 1, 600 mg": the day's number is no member of the list.
_START = r"(?<![\w.])(?<!(?i:day) )(?<!(?i:week) )(?<!(?i:type) )"
_QUANTITY = re.compile(
    rf"{_START}(?P<numbers>(?:{_NUMBER})(?:{_AND}{_BELOW}(?:{_NUMBER}))*)"
    rf"\s*-?\s*(?:{'|'.join(f'(?P<u{n}>{unit[0]})' for n, unit in enumerate(_UNITS))})(?![A-Za-z])"
)
_NUMBERS: Final = re.compile(_NUMBER)
_WORDS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORD = re.compile(
    rf"\b(?P<word>{'|'.join(_WORDS)})(?=[ -](?:hours?|days?|weeks?|months?|years?|tablets?|capsules?)\b)", re.IGNORECASE
)
_AGE = re.compile(
    r"\b(age[sd]?\s+(?:of\s+)?(?:greater than or equal to|greater than|over|under)?\s*\(?[<>≤≥]?\s*)(\d+)\b"
    r"(?!\s*(?:to|and|or|-|\u2013)?\s*\d|\s*(?:years|months|weeks|days))",
    re.IGNORECASE,
)
_DEGREES = str.maketrans("", "", "°º˚")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """An amount: `value` in the canonical `unit`; how and where it was written does not count."""

    value: Fraction
    unit: str
    text: str = field(compare=False, default="")
    start: int = field(compare=False, default=0)
    end: int = field(compare=False, default=0)


def quantities(text: str) -> list[Quantity]:
    """Every number with a unit in a text, in order, numbers in words too; offsets are not those of the text."""
    plain = text.translate(_DEGREES)
    plain = _WORD.sub(lambda found: str(_WORDS.index(found["word"].lower()) + 1), plain)
    return list(written_quantities(_AGE.sub(r"\1\2 years", plain)))


def written_quantities(text: str) -> Iterator[Quantity]:
    """Every number in figures with its unit behind it; of a range or list each, with the offsets of the whole."""
    for found in _QUANTITY.finditer(text):
        _, unit, factor = _UNITS[int(str(found.lastgroup)[1:])]
        written = text[found.end("numbers") : found.end()].strip(" -")
        for number in _NUMBERS.findall(found["numbers"]):
            value = Fraction(number.replace(",", "")) * factor
            yield Quantity(value=value, unit=unit, text=f"{number} {written}", start=found.start(), end=found.end())
