"""Identifiers with a shape or a label: e-mail, web and IP addresses, phone, record, insurance and social numbers, ages.

A number counts by its shape where the shape is unlike any dose, and by the words before it otherwise.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import Final

from chatbot.privacy.identifiers import Identifier, Kind

_ID: Final = r"#?(?-i:[A-Z]{0,8})[- ]?\d[\dA-Z]*(?:-[\dA-Z]+| \d[\dA-Z]*)*"
"""Letters, then digits in groups; a group after a space begins with a digit, so the next word stays out."""
_IS: Final = r"\b(?:,?\s*(?:is|are|was|no\.?|num(?:ber)?|nr\.?|#|:|=|\bid\b|on file)){0,4}\s*[#:]?\s*"

_EMAIL: Final = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}(?:@|\s?[(\[]at[)\]]\s?)[\w-]+(?:\.[\w-]+)*\.[A-Z]{2,}"
    r"|(?<![\w.+-])[\w.+-]{1,64} at [\w-]{1,64} dot (?:com|org|net|edu|gov)\b",
    re.IGNORECASE,
)
_URL: Final = re.compile(
    r"\b(?:https?://|www\.)[^\s<>()\[\]\"']+[^\s<>()\[\]\"'.,;:!?]"
    r"|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,8}(?:com|org|net|edu|gov|info|health|io|example|co\.uk|de"
    r"|fr)/[^\s<>()\[\]\"']*[^\s<>()\[\]\"'.,;:!?]",
    re.IGNORECASE,
)
_IP: Final = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:]|\.\d)", re.IGNORECASE
)
_SECTION: Final = re.compile(r"(?:section|sect\.?|§|version|firmware|v\.?)\s*$", re.IGNORECASE)
_SSN: Final = re.compile(
    r"(?<![\d-])(?P<a>\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4})(?![\d-])"
    r"|(?:ssn|social security|soc\.? sec\.?)(?:\s+(?:number|no\.?|on file|#|is|ends? in|ending|in|last (?:4"
    r"|four)))*\s*[#:]?\s*"
    r"(?P<b>\d{9}|\d{4}|[x*]{3}-[x*]{2}-\d{4})(?!\d)"
    r"|last (?:four|4)(?: digits)?(?: of)?(?: (?:the|my|his|her|their))?(?: (?:ssn|social(?: security)?(?: number)?))?"
    r"(?: is| are)?\s*:?\s*(?P<c>\d{4})(?!\d)",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(
    r"(?<![\w.-])(?:\+?1[\s.-]?)?(?:\(\d{3}\)\s?|\d{3}[\s./-])\d{3}[\s.-]\d{4}(?!\d)(?:\s*(?:ext\.?|extension"
    r"|x)\s*\d{1,6})?"
    r"|(?<![\w.])\+\d{1,3}(?:[\s./-]?\(?\d{1,5}\)?){2,6}(?!\d)"
    r"|(?<![\w.,/-])0\d(?:[ .]\d{2}){4}(?!\d)"
    r"|(?<![\w.,/-])0\d{2,4}[\s/-]\d{3,4}(?:[\s-]\d{2,4}){0,2}(?![\d/-])"
    r"|(?<![\w.,/-])0\d{2,4}[\s/-]\d{6,8}(?![\d/-])",
    re.IGNORECASE,
)
_PHONE_LABELLED: Final = re.compile(
    r"\b(?:tel(?:ephone|\.)?|t[eé]l[eé]fono|t[eé]l\.?|phone|ph|cell|mobile|fax|call(?: me)?(?: back)?|callback"
    r"|text(?: me)?"
    r"|reach(?:ed)?(?: \w+)? (?:at|on)|ring|my number|informed by phone"
    r"|desk|office|direct(?: line)?|whatsapp|sms|answering|messages)\b"
    r"(?:\s*(?:number|no\.?|num|is|at|on|to|#|:|=|back)){0,3}\s*[(:#]?\s*(?P<n>\+?\(?\d[\d\s().-]{5,16}\d)(?!\d)"
    r"|\b(?:pager|beeper|bleep|ext(?:ension)?\.?|page)\s*(?:at|on|no\.?|number|#|:)?\s*(?P<x>x?\d[\d-]{2,9})(?!\w)",
    re.IGNORECASE,
)
_NOT_PHONE: Final = re.compile(
    r"(?:ndc|lot|rx(?: number| no\.?)?|loinc|nct|section|isbn|udi|form)[\s:#]*$", re.IGNORECASE
)
_PUBLIC: Final = frozenset({"8002221222", "8003321088", "8002738255"})
"""Poison Control, the FDA's reporting line and the old crisis line: everybody's numbers."""
_MRN: Final = re.compile(
    r"\b(?:mrn|m\.r\.n|(?:medical )?record|chart|hospital(?= n)|nhs|chi|(?:patient|pt|temp|study)'?s? id|id(?= n)"
    r"|id band|"
    rf"acct|account|encounter|hosp(?=\.? n)|case(?= n)|unit(?= n))(?!\s+\d+\s*(?:mg|ml)){_IS}(?P<id>{_ID})",
    re.IGNORECASE,
)
_INSURANCE: Final = re.compile(
    r"\b(?:member(?:ship)?|subscriber|policy|group|insurance|insured|medicare|medicaid|humana|aetna|cigna|uhc"
    r"|united ?healthcare|"
    r"kaiser|anthem|bcbs|blue ?cross|tricare|beneficiary|payer|plan|card)"
    r"(?:[\s,]+(?:member(?:ship)?|subscriber|policy|card|plan|has|a|an|new|different))*"
    rf"{_IS}(?P<id>(?:uhc |bcbs )?{_ID})"
    r"|(?<![\w-])(?P<mbi>[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2})(?![\w-])",
    re.IGNORECASE,
)
_LABELLED: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = ((_MRN, "MRN"), (_INSURANCE, "INSURANCE_ID"))
_MIN_ID_DIGITS: Final = 4
"""Fewer are a room, a dose or "plan B 10"."""
_OLD: Final = r"(?:9\d|1[01]\d)"
_TENS: Final = (
    r"ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|(?:one|a) hundred(?:[ -]and)?(?:[ -](?:one|two|three))?"
)
_AGE: Final = re.compile(
    rf"(?<![\w.,/%-])(?P<a>{_OLD}|{_TENS})(?=\s*-?\s*(?:years?|yrs?|y/o|yo|y\.o\.?|year-old)\b(?!\s+(?:ago"
    rf"|of (?:follow|treat|experience))))"
    rf"|\b(?:aged?|turn(?:s|ed|ing)|died at|alive at|lived to|until|is now|dob/age)(?:\s+(?:of|is"
    rf"|:))?\s*:?\s*(?P<b>{_OLD}|{_TENS})"
    r"(?![\w/%]|\.\d|\s*(?:mg|mcg|ml|kg|lb|units?|%|days?|weeks?|months?|hours?|min))"
    rf"|(?<![\w.,/%-])(?P<c>{_OLD})(?=\s?-?[MF]\b)"
    rf"|\b(?:i am|i'm|im|he is|she is|he's|she's|hes|shes|mother is|father is|mom is|dad is|grandma is"
    rf"|grandpa is)\s+(?P<d>{_OLD}|{_TENS})"
    r"(?=\s*(?:[,.!?;]|$|and\b|now\b|with\b|years?\b))",
    re.IGNORECASE,
)
_AGE_BESIDE: Final = re.compile(rf",\s?(?:age\s)?(?P<n>{_OLD})(?=[,;.)]|\s*$|\s?[MF]\b)")
_RECORD_BESIDE: Final = re.compile(r"\s?\(#?(?P<n>\d{2,4}-\d{2,4}-\d{2,4}|\d{5,9})\)")
_BEFORE: Final = 24
"""Characters before a number in which its label would stand."""
_MIN_DIGITS: Final = 3
"""The shortest extension."""


def find_numbers(text: str) -> Iterator[Identifier]:
    """The identifiers with a shape or a label, surest kind first; they may overlap."""
    yield from _matches(_EMAIL, text, "EMAIL")
    yield from _matches(_URL, text, "URL")
    yield from _addresses_of_machines(text)
    for pattern, kind in _LABELLED:
        for found in _groups(pattern, text, kind):
            if sum(character.isdigit() for character in text[found.start : found.end]) >= _MIN_ID_DIGITS:
                yield found
    yield from _groups(_SSN, text, "SSN")
    for found in _groups(_PHONE_LABELLED, text, "PHONE"):
        number = text[found.start : found.end]
        if sum(character.isdigit() for character in number) >= _MIN_DIGITS and not is_other_number(
            text, found.start, number
        ):
            yield found
    for found in _matches(_PHONE, text, "PHONE"):
        if not is_other_number(text, found.start, text[found.start : found.end]):
            yield found
    yield from _groups(_AGE, text, "AGE_OVER_89")


def is_other_number(text: str, start: int, number: str) -> bool:
    """Whether what looks like a phone number is everybody's (Poison Control), or another number by its label."""
    if re.sub(r"\D", "", number).removeprefix("1") in _PUBLIC:
        return True
    return _NOT_PHONE.search(text[max(0, start - _BEFORE) : start]) is not None


def ages_beside(names: Sequence[Identifier], text: str) -> Iterator[Identifier]:
    """Ages over 89 that stand right after a name: "Ottoline Grey, 95, dialysis"."""
    yield from _beside(names, _AGE_BESIDE, text, "AGE_OVER_89")


def records_beside(names: Sequence[Identifier], text: str) -> Iterator[Identifier]:
    """Record numbers in brackets after a name: "COLE, JOSIAH (55-018-227)"."""
    yield from _beside(names, _RECORD_BESIDE, text, "MRN")


def _beside(names: Sequence[Identifier], pattern: re.Pattern[str], text: str, kind: Kind) -> Iterator[Identifier]:
    for name in names:
        if match := pattern.match(text, name.end):
            yield Identifier(match.start("n"), match.end("n"), kind)


def _matches(pattern: re.Pattern[str], text: str, kind: Kind) -> Iterator[Identifier]:
    for match in pattern.finditer(text):
        yield Identifier(match.start(), match.end(), kind)


def _groups(pattern: re.Pattern[str], text: str, kind: Kind) -> Iterator[Identifier]:
    """The named group that matched, not the words that lead to it."""
    for match in pattern.finditer(text):
        name = match.lastgroup
        if name is not None:
            yield Identifier(match.start(name), match.end(name), kind)


def _addresses_of_machines(text: str) -> Iterator[Identifier]:
    for match in _IP.finditer(text):
        try:
            ipaddress.ip_address(match.group())
        except ValueError:
            continue
        if not _SECTION.search(text[max(0, match.start() - _BEFORE) : match.start()]) and match.group() != "::":
            yield Identifier(match.start(), match.end(), "IP")
