"""Real labels: what a reader of the printed label would find, with its place and its code."""

from __future__ import annotations

import gzip
import hashlib
import time
from pathlib import Path

import pytest

from ingest.openfda import read_openfda
from ingest.spl import read_spl
from knowledge_base import loinc
from knowledge_base.errors import IngestError
from knowledge_base.types import Section, SourceDocument

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def spl(shared_data: Path) -> dict[str, SourceDocument]:
    paths = sorted((shared_data / "labels_spl").glob("*.xml"))
    documents = {}
    for path in paths:
        data = path.read_bytes()
        documents[path.name.partition("__")[0]] = read_spl(data, str(path), hashlib.sha256(data).hexdigest())
    return documents


@pytest.fixture(scope="module")
def openfda(shared_data: Path) -> list[SourceDocument]:
    data = gzip.decompress((shared_data / "labels_openfda" / "openfda_labels.jsonl.gz").read_bytes())
    documents, skipped = read_openfda(data, "openfda_labels.jsonl.gz", "0" * 64)
    assert skipped == []
    return documents


def _coded(document: SourceDocument, code: str) -> list[Section]:
    return [section for section in document.sections if section.code == code and section.start < section.end]


def _text(document: SourceDocument, code: str) -> str:
    return "\n".join(document.text[section.start : section.end] for section in _coded(document, code))


def _check_spans(document: SourceDocument) -> None:
    position = 0
    for section in document.sections:
        assert position <= section.start <= section.end <= len(document.text), section.path
        assert section.title == section.path[-1] or section.path, section.title
        for begin, end in section.table_rows:
            assert section.start <= begin < end <= section.end
            assert "\n" not in document.text[begin:end]
        position = section.end


def test_every_label_has_exact_spans_and_names(spl, openfda):
    for document in [*spl.values(), *openfda]:
        _check_spans(document)
        assert document.info.ingredients, document.info.id
        assert document.info.set_id is not None
        assert document.info.set_id in document.info.id
    assert len(spl) == 16
    assert len({document.info.id for document in openfda}) == 709


@pytest.mark.parametrize(
    ("name", "code", "quote"),
    [
        ("ibuprofen", loinc.BOXED_WARNING, "Non-steroidal anti-inflammatory drugs (NSAIDs) cause an increased risk"),
        ("ibuprofen", loinc.ADVERSE_REACTIONS, "GASTROINTESTINAL Nausea*, epigastric pain*, heartburn*, diarrhea"),
        ("ibuprofen", loinc.INTERACTIONS, "NSAIDs may diminish the antihypertensive effect of ACE-inhibitors"),
        ("lisinopril", loinc.BOXED_WARNING, "When pregnancy is detected, discontinue lisinopril as soon as possible"),
        ("lisinopril", loinc.LACTATION, "No data are available"),
        ("metformin", loinc.DOSAGE, "The recommended starting dose"),
        ("metformin", loinc.STORAGE, "Store"),
        ("methotrexate", loinc.BOXED_WARNING, "embryo-fetal toxicity, including fetal death"),
        ("methotrexate", "88828-9", "renal impairment"),
        ("acetaminophen-otc", loinc.STOP_USE, "pain gets worse or lasts more than 10 days in adults"),
        ("acetaminophen-otc", loinc.OVERDOSAGE, "Poison Control Center"),
        ("adalimumab-humira", loinc.ADVERSE_REACTIONS, "Respiratory — Upper respiratory infection | HUMIRA 40 mg"),
        ("atorvastatin-lipitor-orig", loinc.PREGNANCY, "Women who are pregnant or may become pregnant"),
        (
            "sertraline",
            loinc.DOSAGE,
            "Adults — Indication: MDD | Starting Dose: 50 mg | Therapeutic Range: 50 to 200 mg",
        ),
    ],
)
def test_the_right_words_stand_under_the_right_code(spl, name, code, quote):
    assert quote.lower() in " ".join(_text(spl[name], code).lower().split())


def test_medication_guides_are_for_patients(spl):
    for name in ("ibuprofen", "sertraline", "adalimumab-humira", "omeprazole", "apixaban"):
        guide = _coded(spl[name], loinc.MEDICATION_GUIDE)
        assert len(guide) > 3, name
        assert {section.kind for section in guide} == {"patient"}
    assert not any(section.code == "48780-1" for document in spl.values() for section in document.sections)


def test_the_index_file_is_no_label(shared_data):
    [path] = (shared_data / "labels_spl" / "not_a_label").iterdir()
    with pytest.raises(IngestError, match="index file"):
        read_spl(path.read_bytes(), str(path), "0" * 64)


def test_a_large_label_is_read_in_a_moment(shared_data):
    path = max((shared_data / "labels_spl").glob("*.xml"), key=lambda path: path.stat().st_size)
    data = path.read_bytes()

    best = min(_seconds(data) for _ in range(5))

    assert best < 0.3, f"{path.name}: {best:.2f} s"


def _seconds(data: bytes) -> float:
    begin = time.process_time()
    read_spl(data, "/a.xml", "0" * 64)
    return time.process_time() - begin


def test_openfda_texts_part_into_numbered_sections(openfda):
    abacavir = next(document for document in openfda if document.info.ingredients == ("abacavir",))
    paths = {section.path for section in abacavir.sections}

    assert ("Warnings and precautions", "5.2 Lactic Acidosis and Severe Hepatomegaly with Steatosis") in paths
    assert ("Drug interactions", "7.1 Methadone") in paths
    numbered = [section for document in openfda for section in document.sections if section.title[:1].isdigit()]
    unnamed = [section for section in numbered if " " not in section.title]
    assert len(numbered) > 6000
    assert len(unnamed) < 0.03 * len(numbered)


def test_openfda_as_served(shared_data):
    data = (shared_data / "labels_openfda" / "openfda_api_response_native.json").read_bytes()

    documents, skipped = read_openfda(data, "response.json", "0" * 64)

    assert (len(documents), skipped) == (5, [])
    assert {document.info.effective_date is None for document in documents} == {False}
    assert all(_coded(document, loinc.DOSAGE) for document in documents)


def test_records_without_metadata_still_make_documents(shared_data):
    path = shared_data / "labels_openfda" / "partial_no_metadata" / "medtap_sections.jsonl.gz"

    documents, skipped = read_openfda(gzip.decompress(path.read_bytes()), path.name, "0" * 64)

    assert (len(documents), skipped) == (46, [])
    named = {document.info.ingredients for document in documents if document.info.ingredients}
    assert ("lisinopril", "hydrochlorothiazide") in named
    assert len(named) > 30
