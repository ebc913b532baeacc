"""Which LOINC code a label section goes by when its own says nothing, and which sections are for patients.

Knows the codes of FDA Structured Product Labeling and the habits of those who fill them in; no format.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from knowledge_base import loinc
from knowledge_base.boxed_warnings import reads_like_boxed_warning
from knowledge_base.types import Kind

PRODUCT_DATA: Final = "48780-1"
LABOR: Final = "34079-4"
OTHER_SAFETY: Final = "60561-8"

PATIENT_CODES: Final = frozenset({loinc.MEDICATION_GUIDE, loinc.PATIENT_PACKAGE_INSERT, "68498-5", "59845-8"})
NO_EVIDENCE_TITLES: Final = frozenset({"sources", "references"})
"""Where a document of any format says where its facts come from, it states none."""

# Containers whose uncoded sub-sections are better known by their own heading.
_REFINED: Final = MappingProxyType(
    {
        loinc.SPECIFIC_POPULATIONS: frozenset(
            {loinc.PREGNANCY, LABOR, loinc.LACTATION, loinc.NURSING_MOTHERS, loinc.PEDIATRIC, loinc.GERIATRIC}
            | {"77291-3", "88828-9", "88829-7"}
        ),
        loinc.PRECAUTIONS: frozenset(
            {loinc.PREGNANCY, loinc.NURSING_MOTHERS, loinc.LACTATION, loinc.PEDIATRIC, loinc.GERIATRIC}
            | {loinc.INTERACTIONS, loinc.PATIENT_INFORMATION}
        ),
        loinc.CLINICAL_PHARMACOLOGY: frozenset({loinc.MECHANISM, "43681-6", loinc.PHARMACOKINETICS, "49489-8"}),
        loinc.HOW_SUPPLIED: frozenset({loinc.STORAGE}),
    }
)
# Drug Facts headings are fixed by 21 CFR 201.66, so the words alone are enough.
_DRUG_FACTS: Final = (
    (re.compile(r"^do not use\b", re.IGNORECASE), loinc.DO_NOT_USE),
    (re.compile(r"^ask a doctor or pharmacist before use\b", re.IGNORECASE), loinc.ASK_DOCTOR_OR_PHARMACIST),
    (re.compile(r"^ask a doctor before use\b", re.IGNORECASE), loinc.ASK_DOCTOR),
    (re.compile(r"^when using this product\b", re.IGNORECASE), loinc.WHEN_USING),
    (re.compile(r"^stop use\b", re.IGNORECASE), loinc.STOP_USE),
    (re.compile(r"^if pregnant\b", re.IGNORECASE), loinc.PREGNANCY_OTC),
    (re.compile(r"^keep out of reach\b", re.IGNORECASE), loinc.KEEP_OUT_OF_REACH),
)
_PLACE = re.compile(
    r"^\s*(1?\d)(?:\.(\d{1,2}))?\.?\s+(?=[A-Z\d(])(?!(?:MC?G|M?L|KG|G|IU|UNITS?|TABLETS?|CAPSULES?|CT|COUNT)\b)"
)
BY_NUMBER: Final = MappingProxyType(
    {
        "1": loinc.INDICATIONS,
        "2": loinc.DOSAGE,
        "3": "43678-2",
        "4": loinc.CONTRAINDICATIONS,
        "5": loinc.WARNINGS_AND_PRECAUTIONS,
        "6": loinc.ADVERSE_REACTIONS,
        "7": loinc.INTERACTIONS,
        "8": loinc.SPECIFIC_POPULATIONS,
        "8.1": loinc.PREGNANCY,
        "8.4": loinc.PEDIATRIC,
        "8.5": loinc.GERIATRIC,
        "9": "42227-9",
        "10": loinc.OVERDOSAGE,
        "11": loinc.DESCRIPTION,
        "12": loinc.CLINICAL_PHARMACOLOGY,
        "12.1": loinc.MECHANISM,
        "12.2": "43681-6",
        "12.3": loinc.PHARMACOKINETICS,
        "13": "43680-8",
        "14": "34092-7",
        "15": "34093-5",
        "16": loinc.HOW_SUPPLIED,
        "17": loinc.PATIENT_INFORMATION,
    }
)
"""The places that 21 CFR 201.57 fixes; 8.2 and 8.3 changed their meaning in 2015 and are left to their words."""
_PHARMACODYNAMICS = re.compile(r"pharmacodynamic", re.IGNORECASE)
_LACTATION = re.compile(r"lactation|breast-?feeding|nursing", re.IGNORECASE)
_STORE = re.compile(r"\bstor(?:e|age)\b|\bkeep (?:at|in)\b", re.IGNORECASE)
_OTHER_INFORMATION = re.compile(r"^other inform", re.IGNORECASE)


def section_code(own: str | None, title: str, ancestor: str | None, text: str = "") -> str | None:
    """The code a section goes by.

    Args:
        own: the code the source gives it, if any.
        title: its heading.
        ancestor: what this function returned for its parent.
        text: the section's own text, asked only whether "Other information" is about storage and whether what is
            coded as a boxed warning is one; of such a section that of its sub-sections too.
    """
    code = _code(own, title, ancestor, text)
    if code == loinc.BOXED_WARNING != ancestor and text and not reads_like_boxed_warning(title, text):
        code = _code(None, title, ancestor, text)
        return None if code == loinc.BOXED_WARNING else code
    return code


def _code(own: str | None, title: str, ancestor: str | None, text: str) -> str | None:
    if own is not None and own in loinc.NAMES:
        return _corrected(own, title)
    by_words = next((code for pattern, code in _DRUG_FACTS if pattern.search(title)), None)
    if by_words is not None and ancestor in (None, loinc.WARNINGS):
        return by_words
    if ancestor is None:
        if _OTHER_INFORMATION.search(title):
            return loinc.STORAGE if _STORE.search(text) else OTHER_SAFETY
        return loinc.code_for_heading(title) or _code_for_number(title)
    if ancestor == loinc.CLINICAL_PHARMACOLOGY and _PHARMACODYNAMICS.search(title):
        return "43681-6"
    by_title = (loinc.code_for_heading(title), _code_for_number(title))
    refined = _REFINED.get(ancestor, frozenset())
    return next((code for code in by_title if code in refined), ancestor)


def _code_for_number(title: str) -> str | None:
    """The code of the place that a heading's number names: "7.1 Warfarin" stands among the interactions.

    A number may be an amount ("2 Tablets"): that of a whole section is believed in a heading in capitals only.
    """
    match = _PLACE.match(title)
    if match is None or (match[2] is None and not title.isupper()):
        return None
    return BY_NUMBER.get(f"{match[1]}.{match[2]}") or BY_NUMBER.get(match[1])


def kind_of(code: str | None) -> Kind | None:
    """`patient` for the parts of a label written to be handed to the patient."""
    return "patient" if code in PATIENT_CODES else None


def _corrected(own: str, title: str) -> str:
    # Many labels still code 8.2 Lactation as "Labor and delivery", whose place 8.2 was until 2015.
    if own == LABOR and _LACTATION.search(title):
        return loinc.LACTATION
    if own == loinc.DESCRIPTION and title.strip().lower() in ("purpose", "purposes"):
        return loinc.OTC_PURPOSE
    return own
