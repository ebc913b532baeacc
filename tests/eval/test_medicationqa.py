from __future__ import annotations

import csv
from pathlib import Path

import pytest

from eval.medicationqa import load_questions, measure_medicationqa, section_codes
from eval.missing import MissingDataError
from knowledge_base import loinc
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase

HEADER = ("row", "Question", "Focus (Drug)", "Question Type", "Answer", "Section Title", "URL")
DAILYMED = "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid=x"
ROWS = [
    (1, "what is the dose of ibuprofen", "ibuprofen", "Dose", "", "DOSAGE AND ADMINISTRATION", DAILYMED),
    (2, "how to store ibuprofn", "ibuprofen", "Storage", "", "OVERDOSAGE", DAILYMED),
    (3, "what is the dose of my pills", "ibuprofen", "Dose", "", "Summary", DAILYMED),
    (4, "dose of naproxen", "naproxen", "Dose", "", "DOSAGE AND ADMINISTRATION", "https://example.org/"),
    (5, "what is my name", "", "not_drug_question", "", "OVERDOSAGE", DAILYMED),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "medicationqa").mkdir()
    with (tmp_path / "medicationqa" / "medicationqa.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *ROWS])
    return tmp_path


@pytest.fixture
def kb(tmp_path: Path, word_embedder, make_document) -> KnowledgeBase:
    with KnowledgeBaseBuilder(tmp_path / "kb", word_embedder) as builder:
        builder.add_file("a", "1", [make_document("md:a@1", {"Storage": "Keep it dry."})])
        builder.publish()
    return KnowledgeBase.open(tmp_path / "kb", word_embedder)


def test_what_is_judged_and_what_is_not(folder: Path, kb: KnowledgeBase) -> None:
    drug, section, strict = measure_medicationqa(folder, kb)
    # Naproxen is not held; the third question does not name its drug.
    assert (drug.n, drug.value) == (3, pytest.approx(2 / 3))
    assert drug.note == "1 of 4 questions are about a medicine not held"
    # "Summary" is not mapped and the fourth row cites no label site; storage does not lead to overdosage.
    assert (section.n, section.value) == (2, pytest.approx(1 / 2))
    assert section.note.startswith("1 of 3 rows")
    assert strict.value <= section.value


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("INGREDIENTS AND APPEARANCE", loinc.DESCRIPTION),
        ("How should this medicine be used?", loinc.DOSAGE),
        ("Why is this medication prescribed", loinc.INDICATIONS),
        ("CLINICAL PHARMACOLOGY > Mechanism of Action", loinc.MECHANISM),
        ("MEDICATION GUIDE > How should I take it?", loinc.MEDICATION_GUIDE),
        ("WARNINGS AND PRECAUTIONS > Liver", loinc.WARNINGS_AND_PRECAUTIONS),
    ],
)
def test_titles_are_mapped(title: str, code: str) -> None:
    assert code in section_codes(title)


def test_titles_that_name_no_section_are_not() -> None:
    assert not any(map(section_codes, ("Summary", "NA", "search results", "Symptoms")))


def test_a_missing_and_a_foreign_file_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"medicationqa\.csv is missing"):
        load_questions(tmp_path / "nowhere")
    (folder / "medicationqa" / "medicationqa.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(VademecumError, match="not the CSV of MedicationQA"):
        load_questions(folder)
