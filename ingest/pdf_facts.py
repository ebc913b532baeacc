"""What a PDF says about itself: its title, its kind, the medicine it is the label of, its date and set id.

Works on plain values: the metadata title, the first printed lines and the headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from ingest.label_text import clean
from ingest.names import Substance, brand, drug_names, fold, substances
from ingest.pdf_layout import PrintedLine
from knowledge_base.types import DrugName, Kind

_NEVER_A_TITLE = re.compile(
    r"^$|^untitled|^microsoft |^slide \d|^document\d*$|^title$|\.(?:pdf|docx?|indd|qxd|pptx?|xlsx?|rtf|html?)$|^\W*$",
    re.I,
)
_HIGHLIGHTS = re.compile(
    r"highlights do not include all the information needed to use (.+?) (?:safely|see full prescribing)", re.I | re.S
)
_FORM: Final = (
    r"(?:(?:extended|delayed|immediate|modified|sustained)[- ]release |film[- ]coated |chewable |oral |scored )*"
    r"(?:tablets?|capsules?|injection|solution|suspension|cream|ointment|gel|patch|syrup|spray|drops)"
)
_FOR_USE = re.compile(
    rf"^(.{{3,90}}?)\s+{_FORM}\b[^.]{{0,60}}?,?\s*\(?for (?:\w+ ){{0,3}}(?:use|injection|infusion|suspension)\b", re.I
)
_NAME_THEN_FORM = re.compile(rf"^(.{{3,90}}?)[\s,]+(?:USP[\s,]+)?(?:[\d.,]+\s*m?c?g\s+)?{_FORM}\b", re.I)
_DAILYMED_TITLE = re.compile(
    r"^(.{3,60}?)\s*[-\u2013]\s+([a-z][\w ,/-]{3,80}?)\s+(?:tablet|capsule|injection|solution|kit|powder)", re.I
)
_HIGHLIGHTS_START = re.compile(r"^(?:highlights|[-_]{3}|drug facts)", re.I)
_MAX_LABELER: Final = 80
_ACTIVE = re.compile(r"^active ingredients?\b", re.I)
_STRENGTH = re.compile(r"^\W*([A-Za-z][A-Za-z ,-]{2,60}?),?\s+(?:USP,?\s+)?\d[\d.,]*\s*(?:m?c?g|%|units?)", re.I)
_NO_NAME = re.compile(r"\b(?:ingredients?|each|facts|highlights|information|label)\b", re.I)
_APPROVAL = re.compile(r"\s*initial u\.?s\.? approval.*$", re.I | re.S)
_REVISED = re.compile(
    r"\b(?:revised|effective date|last (?:updated|revised)|version [\d.]+,)\s*:?\s*(?:on\s+)?([\w ,/-]{4,20})", re.I
)
_SET_ID = re.compile(r"\bset[ -]?id\W{0,3}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.I)
_VERSION = re.compile(r"\bversion(?: number)?\s*:\s*(\d[\w.]{0,9})", re.I)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LABEL_HEADINGS: Final = (
    re.compile(r"^(?:indications?\b|uses?$)", re.I),
    re.compile(r"^(?:dosage (?:and|&) administration|directions$)", re.I),
    re.compile(r"^contraindications?\b|^do not use$", re.I),
    re.compile(r"^warnings?\b", re.I),
    re.compile(r"^adverse reactions\b", re.I),
    re.compile(r"^drug facts\b", re.I),
    re.compile(r"^(?:active|inactive) ingredients?\b", re.I),
)
_OTHER_LABEL_HEADINGS: Final = (
    re.compile(r"^pregnancy\b", re.I),
    re.compile(r"^(?:lactation|nursing mothers)\b", re.I),
    re.compile(r"^p(?:a)?ediatric use\b", re.I),
    re.compile(r"^geriatric use\b", re.I),
    re.compile(r"^(?:clinical trials|postmarketing) experience\b", re.I),
    re.compile(r"^mechanism of action\b", re.I),
    re.compile(r"^hypersensitivity reactions\b", re.I),
)
_MIN_LABEL_HEADINGS: Final = 3
_MIN_ALL_HEADINGS: Final = 5
_MEDICATION_GUIDE = re.compile(r"^medication guide\b", re.I)
_NUMBERING = re.compile(r"^\d+(?:\.\d+)*\.?\s+")


class Medicine(NamedTuple):
    """The medicine of a label."""

    name: str
    substances: tuple[Substance, ...]
    brands: tuple[str, ...]

    @property
    def ingredients(self) -> tuple[str, ...]:
        """Its ingredients in lower case."""
        return tuple(dict.fromkeys(one.ingredient for one in self.substances))

    @property
    def names(self) -> tuple[DrugName, ...]:
        """Every name the label gives to it."""
        return drug_names(self.substances, generics=(self.name,), brands=self.brands)


def title_of(metadata_title: str, first_page: Sequence[PrintedLine], headings: Sequence[str]) -> str:
    """The metadata's title where it is one, else the largest print of the first page."""
    title = clean(metadata_title)
    is_boilerplate = "highlights do not include" in title.lower()
    if (
        not _NEVER_A_TITLE.search(title)
        and len(title) >= 5
        and not is_boilerplate
        and (" " in title or title.isalpha())
    ):
        return title
    if guide := _guide_title([line.text for line in first_page[:3]]):
        return guide
    largest = max((line.size for line in first_page), default=0.0)
    words = " ".join(line.text for line in first_page if line.size >= 0.88 * largest and len(line.text) > 1)
    if 3 <= len(words) <= 300:
        return clean(words)
    return next(iter(headings), "Untitled document")[:200]


def _guide_title(lines: Sequence[str]) -> str | None:
    """The words "Medication Guide" with the medicine that follows after "for", in this line or the next."""
    if len(lines) < 3 or not _MEDICATION_GUIDE.match(lines[0]) or not lines[1].lower().startswith("for"):
        return None
    return clean(" ".join(lines if lines[1].lower() == "for" else lines[:2]))


def kind_of_document(title: str, headings: Iterable[str], first_page: Sequence[PrintedLine]) -> Kind:
    """`patient` for a Medication Guide, `label` for what reads like a label, else `guideline`."""
    bare = [_NUMBERING.sub("", heading).strip(" :*") for heading in headings]
    n_label = sum(any(pattern.search(heading) for heading in bare) for pattern in _LABEL_HEADINGS)
    n_other = sum(any(pattern.search(heading) for heading in bare) for pattern in _OTHER_LABEL_HEADINGS)
    if n_label >= _MIN_LABEL_HEADINGS or n_label + n_other >= _MIN_ALL_HEADINGS:
        return "label"
    tops = [title, *(line.text for line in first_page[:6])]
    return "patient" if any(_MEDICATION_GUIDE.search(top) for top in tops) else "guideline"


def medicine_of(metadata_title: str, title: str, first_lines: Sequence[str]) -> Medicine | None:
    """The medicine a label is about, from the sentence or the title every label begins with."""
    return next((found for claim in _claims(metadata_title, title, first_lines) if (found := _medicine(*claim))), None)


def _claims(metadata_title: str, title: str, first_lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What may be (the generic name, the brand) of the medicine, the surest first."""
    metadata = clean(metadata_title)
    for text in (metadata, clean(" ".join(first_lines))):
        if match := _HIGHLIGHTS.search(text):
            yield match[1], ""
    heads = (metadata, title, *first_lines[:12])
    for line in heads:
        if match := _DAILYMED_TITLE.match(line):
            yield match[2], match[1]
    # Drug Facts name the ingredient in the line below "Active ingredient".
    for above, line in pairwise(first_lines[:30]):
        if _ACTIVE.match(above) and (match := _STRENGTH.match(line)):
            yield match[1], ""
    for pattern in (_FOR_USE, _NAME_THEN_FORM):
        yield from ((match[1], "") for line in heads if (match := pattern.match(line)))
    if len(title.split()) <= 3:
        yield title, ""


def manufacturer_of(first_lines: Sequence[str]) -> str | None:
    """The labeler, which DailyMed prints below the line that names the product."""
    for line, below in pairwise(first_lines[:4]):
        if _DAILYMED_TITLE.match(line) and len(below) <= _MAX_LABELER and not _HIGHLIGHTS_START.match(below):
            return below
    return None


def date_of(texts: Iterable[str]) -> str | None:
    """The last date of revision among the lines, ISO 8601; the first of the month where no day is printed."""
    found = [iso for text in texts for match in _REVISED.finditer(text) if (iso := _iso(match[1]))]
    return max(found, default=None)


def set_id_of(text: str) -> tuple[str | None, str | None]:
    """(set id, version) where the document prints them."""
    match = _SET_ID.search(text)
    if match is None:
        return None, None
    version = _VERSION.search(text, match.start(), match.end() + 400)
    return match[1].lower(), version[1] if version else None


def _medicine(raw: str, brand_name: str = "") -> Medicine | None:
    name = re.split(r"\b(?:safely|see full)\b", _APPROVAL.sub("", raw), flags=re.I)[0]
    # "AMOXICILLIN capsules and AMOXICILLIN for oral suspension": one medicine in two forms.
    name = re.sub(
        rf"\b(?:for (?:oral|intravenous|\w+) (?:use|suspension|solution|injection)|USP|{_FORM})\b",
        " ",
        name,
        flags=re.I,
    )
    if _NO_NAME.search(name):
        return None
    found = substances(" ".join(name.split()).strip(" ,.-"))
    if not found or any(len(one.ingredient.split()) > 5 for one in found):
        return None
    named = brand(brand_name, [one.ingredient for one in found]) if brand_name else None
    return Medicine(fold(raw), found, (named,) if named else ())


def _iso(printed: str) -> str | None:
    words = printed.strip().rstrip(".,")
    if match := re.match(r"(\d{1,2})/(?:(\d{1,2})/)?((?:19|20)\d{2})", words):
        return _day(int(match[3]), int(match[1]), int(match[2] or 1))
    if match := re.match(r"([A-Za-z]{3,9})\.?\s+(?:(\d{1,2}),?\s+)?((?:19|20)\d{2})", words):
        month = match[1][:3].lower()
        return _day(int(match[3]), _MONTHS.index(month) + 1, int(match[2] or 1)) if month in _MONTHS else None
    if match := re.match(r"((?:19|20)\d{2})-(\d{2})-(\d{2})", words):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
