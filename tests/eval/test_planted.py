"""Planted errors are made from labels, the same ones every time, and no medicine is in both halves."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.entailed_texts import load_kqa, load_medhallu
from eval.grounding import Checker, measure_labelled, measure_planted
from eval.missing import MissingDataError
from eval.planted import PlantedCase, half_of, planted_cases
from eval.writing_modes import measure_modes
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase

MEDICINES = ("ibuprofen", "lisinopril", "metformin", "warfarin", "naproxen", "sertraline")
SECTIONS = {
    "Dosage": "The recommended starting dose of {0} for adults is 500 mg twice daily. "
    "If a rash appears, treatment with {0} should be discontinued at once. "
    "Avoid concomitant use of {0} with strong inhibitors during treatment.",
    "Warnings": "{0} is contraindicated in pregnant women and should not be used in renal impairment. "
    "{0} may cause hypotension (low pressure of the blood) in elderly patients. "
    "Monitor renal function before the treatment with {0} is initiated. "
    "Fluconazole may increase the concentrations of {0} in plasma.",
}
CODES = {"Dosage": "34068-7", "Warnings": "34071-1"}


@pytest.fixture(scope="module")
def kb(tmp_path_factory, embedder, make_document) -> KnowledgeBase:
    path: Path = tmp_path_factory.mktemp("planted")
    with KnowledgeBaseBuilder(path, embedder) as builder:
        for number, name in enumerate(MEDICINES):
            sections = {title: text.format(name.capitalize()) for title, text in SECTIONS.items()}
            document = make_document(f"spl:{name}@1", sections, codes=CODES, ingredients=(name,), title=name)
            builder.add_file(f"/labels/{number}", f"{number:064x}", [document])
        builder.publish()
    return KnowledgeBase.open(path, embedder)


def all_cases(kb: KnowledgeBase) -> list[PlantedCase]:
    return [*planted_cases(kb.store, "tuning", per_kind=3), *planted_cases(kb.store, "held back", per_kind=3)]


def test_the_halves_share_no_medicine_and_repeat(kb) -> None:
    for half in ("tuning", "held back"):
        cases = planted_cases(kb.store, half, per_kind=3)
        assert cases == planted_cases(kb.store, half, per_kind=3)
        assert {half_of(case.medicine) for case in cases} <= {half}


def test_every_kind_is_made_and_evidence_is_quoted_to_the_character(kb) -> None:
    cases = all_cases(kb)
    kinds = {case.kind for case in cases}
    assert {"verbatim", "plain words", "two joined", "dose changed", "drug swapped"} <= kinds
    assert {"source swapped", "roles exchanged"} <= kinds
    for case in cases:
        for one in case.evidence:
            text = kb.store.source_text(one.passage.document.id)
            assert text[one.quote_start : one.quote_end] == one.quote
        assert (case.text == case.evidence[0].quote) <= (case.kind in {"verbatim", "source swapped"})


def test_the_table_counts_what_is_caught(kb) -> None:
    measures = {(one.system, one.name): one for one in measure_planted(Checker.of(kb), all_cases(kb), "tuning")}
    caught, rejected = (measures["vademecum", name] for name in ("spoiled caught", "true rejected"))
    near = measures["nearness alone", "spoiled caught"]
    assert caught.value is not None and near.value is not None and caught.value > near.value
    assert rejected.value is not None and rejected.value < 0.2
    assert (caught.bar, rejected.bar, rejected.higher_is_better) == (0.97, 0.03, False)


def test_a_scripted_model_that_makes_things_up_is_not_shown(kb) -> None:
    evidence = [case.evidence for case in all_cases(kb) if case.kind == "two joined"]
    measures = {one.name: one.value for one in measure_modes(Checker.of(kb), evidence)}
    assert measures["select, injected: false sentences shown, of those written"] == 0.0
    assert measures["write, injected: answers in its mode"] == 0.0
    assert measures["write, obeying: answers in its mode"] == 1.0


def test_labelled_texts_are_read_and_judged(tmp_path, kb) -> None:
    folder = tmp_path / "kqa"
    folder.mkdir()
    rows = (
        "Take it with food. It may cause nausea.,Take it with food.,Entailment",
        "Avoid alcohol.,Drink wine.,Neutral",
    )
    (folder / "NLI_medical_annotator.csv").write_text(
        "answer,claim,majority_label,Question\n" + "\n".join(f"{row},q" for row in rows), encoding="utf-8"
    )
    texts = load_kqa(tmp_path)
    assert [(len(one.evidence), one.follows) for one in texts] == [(2, True), (1, False)]
    measures = {one.name: one.value for one in measure_labelled("K-QA", Checker.of(kb), texts)}
    assert measures == {"not borne out: caught": 1.0, "borne out: kept": 1.0, "F1 of catching": 1.0}


def test_a_missing_or_strange_file_is_told(tmp_path) -> None:
    with pytest.raises(MissingDataError, match=r"pqa_labeled\.jsonl\.gz"):
        load_medhallu(tmp_path)
    (tmp_path / "medhallu").mkdir()
    (tmp_path / "medhallu" / "pqa_labeled.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(VademecumError, match="MedHallu"):
        load_medhallu(tmp_path)


@pytest.mark.data
def test_the_public_sets_are_as_published(shared_data) -> None:
    texts = load_kqa(shared_data / "benchmarks")
    assert len(texts) > 200
    pairs = load_medhallu(shared_data / "benchmarks")
    assert sum(one.follows for one in pairs) * 2 == len(pairs)
