"""LOINC codes of label sections: their names, and the code that a heading's words stand for.

Source: the LOINC document-section codes of FDA Structured Product Labeling. Readers whose format
carries codes use those; readers of Markdown, PDF and uncoded sections ask `code_for_heading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

HIGHLIGHTS: Final = "Highlights of prescribing information"
RECENT_CHANGES: Final = "43683-2"
"""The heading under which readers file a label's own summary; it has no code of its own."""
UNCLASSIFIED: Final = "42229-5"
BOXED_WARNING: Final = "34066-1"
INDICATIONS: Final = "34067-9"
DOSAGE: Final = "34068-7"
CONTRAINDICATIONS: Final = "34070-3"
WARNINGS: Final = "34071-1"
WARNINGS_AND_PRECAUTIONS: Final = "43685-7"
PRECAUTIONS: Final = "42232-9"
INTERACTIONS: Final = "34073-7"
ADVERSE_REACTIONS: Final = "34084-4"
SPECIFIC_POPULATIONS: Final = "43684-0"
PREGNANCY: Final = "42228-7"
LACTATION: Final = "77290-5"
NURSING_MOTHERS: Final = "34080-2"
PEDIATRIC: Final = "34081-0"
GERIATRIC: Final = "34082-8"
OVERDOSAGE: Final = "34088-5"
DESCRIPTION: Final = "34089-3"
CLINICAL_PHARMACOLOGY: Final = "34090-1"
MECHANISM: Final = "43679-0"
PHARMACOKINETICS: Final = "43682-4"
STORAGE: Final = "44425-7"
HOW_SUPPLIED: Final = "34069-5"
PATIENT_INFORMATION: Final = "34076-0"
MEDICATION_GUIDE: Final = "42231-1"
PATIENT_PACKAGE_INSERT: Final = "42230-3"
DO_NOT_USE: Final = "50570-1"
ASK_DOCTOR: Final = "50569-3"
ASK_DOCTOR_OR_PHARMACIST: Final = "50568-5"
WHEN_USING: Final = "50567-7"
STOP_USE: Final = "50566-9"
PREGNANCY_OTC: Final = "53414-9"
KEEP_OUT_OF_REACH: Final = "50565-1"
OTC_PURPOSE: Final = "55105-1"
OTC_ACTIVE: Final = "55106-9"

NAMES: Final = MappingProxyType(
    {
        BOXED_WARNING: "Boxed warning",
        INDICATIONS: "Indications and usage",
        DOSAGE: "Dosage and administration",
        "43678-2": "Dosage forms and strengths",
        CONTRAINDICATIONS: "Contraindications",
        WARNINGS: "Warnings",
        WARNINGS_AND_PRECAUTIONS: "Warnings and precautions",
        PRECAUTIONS: "Precautions",
        "34072-9": "General precautions",
        INTERACTIONS: "Drug interactions",
        "34074-5": "Drug and laboratory test interactions",
        "34075-2": "Laboratory tests",
        ADVERSE_REACTIONS: "Adverse reactions",
        "90374-0": "Clinical trials experience",
        "90375-7": "Postmarketing experience",
        SPECIFIC_POPULATIONS: "Use in specific populations",
        PREGNANCY: "Pregnancy",
        "34077-8": "Teratogenic effects",
        "34079-4": "Labor and delivery",
        LACTATION: "Lactation",
        NURSING_MOTHERS: "Nursing mothers",
        "77291-3": "Females and males of reproductive potential",
        PEDIATRIC: "Pediatric use",
        GERIATRIC: "Geriatric use",
        "88828-9": "Renal impairment",
        "88829-7": "Hepatic impairment",
        "42227-9": "Drug abuse and dependence",
        "34085-1": "Controlled substance",
        "34086-9": "Abuse",
        "34087-7": "Dependence",
        OVERDOSAGE: "Overdosage",
        DESCRIPTION: "Description",
        CLINICAL_PHARMACOLOGY: "Clinical pharmacology",
        MECHANISM: "Mechanism of action",
        "43681-6": "Pharmacodynamics",
        PHARMACOKINETICS: "Pharmacokinetics",
        "49489-8": "Microbiology",
        "43680-8": "Nonclinical toxicology",
        "34083-6": "Carcinogenesis, mutagenesis, impairment of fertility",
        "34091-9": "Animal toxicology and pharmacology",
        "34092-7": "Clinical studies",
        "34093-5": "References",
        HOW_SUPPLIED: "How supplied",
        STORAGE: "Storage and handling",
        PATIENT_INFORMATION: "Information for patients",
        "59845-8": "Instructions for use",
        "68498-5": "Patient information",
        MEDICATION_GUIDE: "Medication guide",
        PATIENT_PACKAGE_INSERT: "Patient package insert",
        RECENT_CHANGES: "Recent major changes",
        "51945-4": "Package label",
        "48780-1": "Product data",
        DO_NOT_USE: "Do not use",
        ASK_DOCTOR: "Ask a doctor before use",
        ASK_DOCTOR_OR_PHARMACIST: "Ask a doctor or pharmacist before use",
        WHEN_USING: "When using this product",
        STOP_USE: "Stop use and ask a doctor",
        PREGNANCY_OTC: "If pregnant or breast-feeding",
        KEEP_OUT_OF_REACH: "Keep out of reach of children",
        OTC_PURPOSE: "Purpose",
        OTC_ACTIVE: "Active ingredient",
        "51727-6": "Inactive ingredients",
        "53413-1": "Questions",
        "60561-8": "Other safety information",
        "69718-5": "Statement of identity",
    }
)

OPENFDA_FIELDS: Final = MappingProxyType(
    {
        "boxed_warning": BOXED_WARNING,
        "indications_and_usage": INDICATIONS,
        "dosage_and_administration": DOSAGE,
        "dosage_forms_and_strengths": "43678-2",
        "contraindications": CONTRAINDICATIONS,
        "warnings": WARNINGS,
        "warnings_and_cautions": WARNINGS_AND_PRECAUTIONS,
        "precautions": PRECAUTIONS,
        "general_precautions": "34072-9",
        "drug_interactions": INTERACTIONS,
        "drug_and_or_laboratory_test_interactions": "34074-5",
        "laboratory_tests": "34075-2",
        "adverse_reactions": ADVERSE_REACTIONS,
        "use_in_specific_populations": SPECIFIC_POPULATIONS,
        "pregnancy": PREGNANCY,
        "teratogenic_effects": "34077-8",
        "labor_and_delivery": "34079-4",
        "lactation": LACTATION,
        "nursing_mothers": NURSING_MOTHERS,
        "pediatric_use": PEDIATRIC,
        "geriatric_use": GERIATRIC,
        "drug_abuse_and_dependence": "42227-9",
        "controlled_substance": "34085-1",
        "abuse": "34086-9",
        "dependence": "34087-7",
        "overdosage": OVERDOSAGE,
        "description": DESCRIPTION,
        "clinical_pharmacology": CLINICAL_PHARMACOLOGY,
        "mechanism_of_action": MECHANISM,
        "pharmacodynamics": "43681-6",
        "pharmacokinetics": PHARMACOKINETICS,
        "microbiology": "49489-8",
        "nonclinical_toxicology": "43680-8",
        "carcinogenesis_and_mutagenesis_and_impairment_of_fertility": "34083-6",
        "animal_pharmacology_and_or_toxicology": "34091-9",
        "clinical_studies": "34092-7",
        "references": "34093-5",
        "how_supplied": HOW_SUPPLIED,
        "storage_and_handling": STORAGE,
        "information_for_patients": PATIENT_INFORMATION,
        "instructions_for_use": "59845-8",
        "patient_medication_information": "68498-5",
        "spl_medguide": MEDICATION_GUIDE,
        "spl_patient_package_insert": PATIENT_PACKAGE_INSERT,
        "recent_major_changes": RECENT_CHANGES,
        "package_label_principal_display_panel": "51945-4",
        "do_not_use": DO_NOT_USE,
        "ask_doctor": ASK_DOCTOR,
        "ask_doctor_or_pharmacist": ASK_DOCTOR_OR_PHARMACIST,
        "when_using": WHEN_USING,
        "stop_use": STOP_USE,
        "pregnancy_or_breast_feeding": PREGNANCY_OTC,
        "keep_out_of_reach_of_children": KEEP_OUT_OF_REACH,
        "purpose": OTC_PURPOSE,
        "active_ingredient": OTC_ACTIVE,
        "inactive_ingredient": "51727-6",
        "questions": "53413-1",
        "other_safety_information": "60561-8",
    }
)

# Order matters: the first pattern found in a heading decides.
_HEADINGS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        (r"\bboxed warning\b|^warning:", BOXED_WARNING),
        (r"medication guide", MEDICATION_GUIDE),
        (r"missed dose|information for patients|patient counsel|when to call|how to take", PATIENT_INFORMATION),
        (r"\bindications?\b|used for|^uses?$", INDICATIONS),
        (r"dosage forms?|strengths", "43678-2"),
        (r"overdos", OVERDOSAGE),
        (r"interact", INTERACTIONS),
        (r"dosage|\bdos(e|es|ing)\b|directions", DOSAGE),
        (r"contraindicat|do not (use|take)|who should not", CONTRAINDICATIONS),
        (r"adverse|side effects?", ADVERSE_REACTIONS),
        (r"pregnancy and breast|^pregnancy|pregnan", PREGNANCY),
        (r"lactation|breast-?feeding|nursing mothers", LACTATION),
        (r"p(a)?ediatric|\bchildren\b", PEDIATRIC),
        (r"geriatric|older adults|\belderly\b", GERIATRIC),
        (r"renal impairment|kidney", "88828-9"),
        (r"hepatic impairment|liver disease", "88829-7"),
        (r"specific populations", SPECIFIC_POPULATIONS),
        (r"warnings? and precautions?|warnings and cautions", WARNINGS_AND_PRECAUTIONS),
        (r"\bwarnings?\b", WARNINGS),
        (r"\bprecautions?\b", PRECAUTIONS),
        (r"mechanism of action|how it works", MECHANISM),
        (r"pharmacokinetics", PHARMACOKINETICS),
        (r"clinical pharmacology", CLINICAL_PHARMACOLOGY),
        (r"storage|how to store|store", STORAGE),
        (r"how supplied", HOW_SUPPLIED),
        (r"nonclinical toxicology", "43680-8"),
        (r"clinical studies", "34092-7"),
        (r"^description$|what is in", DESCRIPTION),
        (r"abuse|dependence", "42227-9"),
    )
)
_HIGHLIGHTS: Final = re.compile(r"\bhighlights\b", re.IGNORECASE)
_NUMBERING: Final = re.compile(r"^\s*\d+(\.\d+)*\.?\s+")


def is_highlights(section_path: Iterable[str]) -> bool:
    """Whether a section belongs to a label's Highlights, which only sum up what its sections say in full."""
    return any(_HIGHLIGHTS.search(heading) for heading in section_path)


def code_for_heading(heading: str) -> str | None:
    """The LOINC code a label heading's words stand for, or None; leading section numbers are ignored."""
    words = _NUMBERING.sub("", heading).strip(" :\t")
    return next((code for pattern, code in _HEADINGS if pattern.search(words)), None)
