"""Where a person lives: street lines of several countries, boxes, postcodes, and the place after "lives in"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chatbot.privacy.identifiers import Identifier

_CAP: Final = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w.'’ßẞ-]*"  # noqa: RUF001 - the apostrophes people type
_WORD: Final = r"(?:St\. )?[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’ßẞ-]*"  # noqa: RUF001
_STATES: Final = (
    r"(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]"
    r"|W[AVIY]|PR"
    r"|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho"
    r"|Illinois|Indiana|Iowa"
    r"|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana"
    r"|Nebraska|Nevada"
    r"|New (?:Hampshire|Jersey|Mexico|York)|North (?:Carolina|Dakota)|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island"
    r"|South (?:Carolina|Dakota)|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming)"
)
_ZIP: Final = r"\d{5}(?:-\d{4})?"
_UK: Final = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d{2} ?[A-Z\d]{4}"
_SUFFIX: Final = (
    r"(?:Street|St|Avenue|Ave?|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct|Boulevard|Blvd|Way|Place|Pl|Terrace|Ter|Circle|Cir"
    r"|Parkway|Pkwy"
    r"|Highway|Hwy|Square|Sq|Close|Crescent|Cres|Hill|Trail|Trl|Row|Walk|Mews|Grove|Gardens|Alley|Loop|Pike|Plaza"
    r"|Real|Green|Path|Run)"
)
_FOREIGN: Final = (
    r"(?:calle|camino|avenida|av\.|paseo|plaza|via|viale|piazza|corso|rue|chemin|heol|rua|ul\.|ulica|boulevard|quai"
    r"|place)"
)
_UNIT: Final = r"(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|Box|Bldg|#)"
_WITHIN: Final = rf"(?:,?\s+(?:{_UNIT}\.?\s*#?[\w-]+|#\s?[\w-]+|\d+(?:st|nd|rd|th)\s+Floor))?"
_TOWN: Final = rf"{_WORD}(?:\s{_WORD}){{0,2}}"
_TAIL: Final = (
    rf"(?:(?:,\s*|\s+){_TOWN},?\s+{_STATES}\b(?:\.?,?\s+{_ZIP})?(?:,?\s+USA)?"
    rf"|(?:,\s*{_TOWN}){{0,2}},?\s+(?:{_UK})\b"
    rf"|,\s*{_TOWN}\s+(?:{_UK})\b"
    rf"|, ?\d{{3,5}}(?: \d{{2}})? {_TOWN}"
    rf"|,\s*{_TOWN}(?:,\s*{_TOWN})?(?=[.\n;)]|$))?"
)
_FRONT: Final = rf"(?:(?:{_UNIT}|Plot|House)\.?\s*[\w-]+,\s*|The\s{_CAP}(?:\s{_CAP}){{0,2}},\s*)?"
_STREET: Final = re.compile(
    rf"(?<![\w.-])(?:"
    rf"{_FRONT}\d{{1,5}}\s+(?:County|State)\s+(?:Road|Rd|Highway|Hwy|Route)\s+\d+{_TAIL}"
    rf"|{_FRONT}\d{{1,5}}(?:-\d{{1,4}})?[A-Za-z]?,?\s+(?:(?:[NSEW]{{1,2}}|North|South|East"
    rf"|West)\.?\s+)?(?:{_CAP}\s+){{1,4}}?{_SUFFIX}\b\.?{_WITHIN}{_TAIL}"
    rf"|{_FRONT}\d{{1,5}}[A-Za-z]?,?\s+(?i:{_FOREIGN})\s+(?:d[eu]s?\s+|della?\s+"
    rf"|la\s+)*{_CAP}(?:\s{_CAP}){{0,2}}{_WITHIN}{_TAIL}"
    rf"|(?i:{_FOREIGN})\s+(?:d[eu]s?\s+|della?\s+|la\s+)*{_CAP}(?:\s{_CAP}){{0,2}},?\s+\d{{1,5}}{_WITHIN}{_TAIL}"
    rf"|{_CAP}(?:straße|strasse|str\.|weg|gasse|platz|allee|gata|gatan|vej|veien|laan|straat)\s+\d{{1,4}}[a-z]?{_TAIL}"
    rf"|{_CAP}(?: {_CAP}){{0,3}} \d{{1,4}}[a-z]?, ?(?!(?:19|20)\d\d\b)\d{{3,5}}(?: \d{{2}})? {_TOWN}"
    rf"|P\.?\s?O\.?\s+Box\s+\d+{_TAIL}"
    rf"|(?:RR|Rural Route|HC)\s*\d+,?\s+Box\s+\d+{_TAIL}"
    rf"|(?:Plot|House|Lot)\s+\w+,\s*{_CAP}(?:\s{_CAP}){{0,2}}(?:,\s*{_TOWN})?"
    rf"|(?:(?:The\s)?{_CAP}(?:\s{_CAP}){{0,2}},\s*){{1,3}}{_TOWN}\s+(?:{_UK})\b"
    rf"|{_TOWN},\s*{_STATES}\.?\s+{_ZIP}"
    rf"|\d{{1,5}}\s+(?:\d{{1,5}}\s+)?{_CAP}(?:\s{_CAP}){{0,2}}(?:\s\d{{1,4}})?,?\s+(?:Apt|Suite|Unit)\.?\s\w+"
    rf"(?:[\s,]+{_WORD}(?:\s{_WORD}){{0,2}}){{0,4}}(?:[\s,]+\d{{4,6}})?"
    rf"|(?:Unit|PSC|CMR)\s\d{{1,5}},?\s+Box\s\d{{1,5}}\s+(?:DPO|APO|FPO)\s+A[AEP]\s+\d{{5}}"
    rf")"
)
_CAPITALS: Final = re.compile(
    rf"(?<![\w.-])\d{{1,5}}\s+(?:[NSEW]\s+)?(?:(?!mg\b|ml\b|mcg\b|kg\b|tabs?\b"
    rf"|units?\b)[a-z]+\s+){{1,3}}?{_SUFFIX}\b\.?{_WITHIN}"
    rf"(?:,?\s+[a-z]+(?:\s[a-z]+)?,?\s+{_STATES}\b(?:\s+{_ZIP})?)?",
    re.IGNORECASE,
)
_NO_STREET: Final = re.compile(
    r"\b(?:mg|mcg|ml|kg|g|units?|tablets?|per|with|for|days?|weeks?|hours?|and|the|is|to|on|at|in|of)\b", re.I
)
_LIVES: Final = re.compile(
    rf"\b(?:live[sd]?|living|resid(?:es|ing)|resident|moved(?: here)?|niece|staying|relocated)\s+(?:in|of|from|to"
    rf"|near|at)\s+"
    rf"(?P<place>{_TOWN}(?:,\s*(?:{_STATES}\b|{_TOWN}))?)"
)
_LIVES_LOWER: Final = re.compile(
    rf"\b(?:live|lives|living|reside)\s+in\s+(?P<place>[a-z]+(?:\s[a-z]+)?,?\s+{_STATES})\b", re.IGNORECASE
)
_NAMED_STREET: Final = re.compile(
    rf"\b(?:on|at|in|of|off)\s+(?P<place>{_CAP}(?:\s{_CAP})?\s+(?:Street|Avenue|Road|Lane|Drive|Boulevard))\b"
)
_ZIP_LABELLED: Final = re.compile(
    rf"\b(?:zip|postal|post)\s?(?:code)?(?:\s+is|:)?\s*(?P<place>{_ZIP}|\d{{4,6}}|{_UK})(?!\d)", re.IGNORECASE
)


def find_addresses(text: str) -> Iterator[Identifier]:
    """The addresses of a text; they may overlap."""
    for match in _STREET.finditer(text):
        yield Identifier(match.start(), _trimmed(text, match.start(), match.end()), "ADDRESS")
    for match in _CAPITALS.finditer(text):
        if not _NO_STREET.search(match.group().split(",")[0]):
            yield Identifier(match.start(), match.end(), "ADDRESS")
    for pattern in (_LIVES, _LIVES_LOWER, _NAMED_STREET, _ZIP_LABELLED):
        for match in pattern.finditer(text):
            yield Identifier(match.start("place"), _trimmed(text, match.start("place"), match.end("place")), "ADDRESS")


def _trimmed(text: str, start: int, end: int) -> int:
    """The end without the full stop of the sentence."""
    return end - 1 if text[start:end].endswith(".") and not text[start:end].endswith(("St.", "Ave.", "Rd.")) else end
