"""The code a section goes by."""

from __future__ import annotations

import pytest

from ingest.section_codes import kind_of, section_code
from knowledge_base import loinc


@pytest.mark.parametrize(
    ("own", "title", "ancestor", "code"),
    [
        (loinc.OVERDOSAGE, "10 OVERDOSAGE", None, loinc.OVERDOSAGE),
        (None, "5.1 Lactic Acidosis", loinc.WARNINGS_AND_PRECAUTIONS, loinc.WARNINGS_AND_PRECAUTIONS),
        (loinc.UNCLASSIFIED, "8.6 Renal Impairment", loinc.SPECIFIC_POPULATIONS, "88828-9"),
        (None, "8.2 Lactation", loinc.SPECIFIC_POPULATIONS, loinc.LACTATION),
        (None, "8.6 Race", loinc.SPECIFIC_POPULATIONS, loinc.SPECIFIC_POPULATIONS),
        (None, "16.2 Storage", loinc.HOW_SUPPLIED, loinc.STORAGE),
        (None, "2.4 Dosage in Renal Impairment", loinc.DOSAGE, loinc.DOSAGE),
        ("34079-4", "8.2 Lactation", loinc.SPECIFIC_POPULATIONS, loinc.LACTATION),
        ("69759-9", "Risk Summary", loinc.PREGNANCY, loinc.PREGNANCY),
        (None, "Drug interactions", None, loinc.INTERACTIONS),
        (None, "Stop use and ask a doctor if", loinc.WARNINGS, loinc.STOP_USE),
        (None, "Distributed by", None, None),
        (loinc.UNCLASSIFIED, "7.1 Warfarin", None, loinc.INTERACTIONS),
        (None, "8.4 Use in Adolescents", loinc.SPECIFIC_POPULATIONS, loinc.PEDIATRIC),
        (None, "12.3 Absorption and Fate", loinc.CLINICAL_PHARMACOLOGY, loinc.PHARMACOKINETICS),
        (None, "7 OTHER MEDICINES", None, loinc.INTERACTIONS),
        (None, "2 Tablets in a Pouch", None, None),
        (None, "5 MG", None, None),
        (None, "2.5 mg", None, None),
        (None, "5.1 Myopathy", loinc.DESCRIPTION, loinc.DESCRIPTION),
        (None, "18.1 Something", None, None),
    ],
)
def test_own_code_then_ancestor_then_heading(own, title, ancestor, code):
    assert section_code(own, title, ancestor) == code


def test_other_information_that_is_about_storing_is_storage():
    assert section_code(None, "Other information", None, "store below 25°C") == loinc.STORAGE
    assert section_code(None, "Other information", None, "each tablet contains sodium") == "60561-8"


@pytest.mark.parametrize(
    ("own", "title", "ancestor", "text", "code"),
    [
        (
            loinc.BOXED_WARNING,
            "WARNING: LIVER",
            None,
            "It can cause fatal liver failure in adults.",
            loinc.BOXED_WARNING,
        ),
        (loinc.BOXED_WARNING, "", None, "", loinc.BOXED_WARNING),
        (loinc.BOXED_WARNING, "Directions", None, "Adults take one tablet; more may be fatal.", loinc.DOSAGE),
        (loinc.BOXED_WARNING, "Boxed warning", None, "Do not use if the safety seal is broken; serious.", None),
        (None, "WARNING: SEAL", None, "The carton is sealed. Serious harm may follow if it is not.", None),
        (None, "Liver", loinc.BOXED_WARNING, "See your doctor.", loinc.BOXED_WARNING),
    ],
)
def test_a_boxed_warning_reads_as_one(own, title, ancestor, text, code):
    assert section_code(own, title, ancestor, text) == code


def test_what_is_written_for_patients():
    assert kind_of(loinc.MEDICATION_GUIDE) == kind_of(loinc.PATIENT_PACKAGE_INSERT) == "patient"
    assert kind_of(loinc.PATIENT_INFORMATION) is None
