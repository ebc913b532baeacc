from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.baselines import SYSTEMS, PassageBaselines
from eval.fdarxbench import labels, load_questions, measure_fdarxbench, pieces_in
from eval.measures import OURS
from eval.missing import MissingDataError
from knowledge_base import loinc
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase

SET_ID = "11111111-1111-1111-1111-111111111111"


def _piece(place: int, label: str, code: str, title: str, text: str) -> dict[str, object]:
    return {
        "section_title": title,
        "text": text,
        "doc_chunk_index": place,
        "section_label": label,
        "section_code": code,
    }


BLEEDING = _piece(3, "5.1", "42229-5", "5.1 Bleeding", "Exampline thins the blood and may cause bleeding of the gut.")
STORAGE = _piece(7, "16", "44425-7", "16.2 Storage", "Keep exampline tablets in the bottle, dry and away from light.")
ROWS = [
    {"qid": "a", "set_id": SET_ID, "drug_name": "Exampline Hydrochloride", "question": "Does exampline make me bleed?"},
    {"qid": "b", "set_id": SET_ID, "drug_name": "Exampline Hydrochloride", "question": "Where to keep exampline?"},
    {"qid": "c", "set_id": SET_ID, "drug_name": "Exampline Hydrochloride", "question": "Is exampline blue?"},
]
CONTEXTS: list[list[dict[str, object]]] = [[BLEEDING], [STORAGE, BLEEDING], []]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fdarxbench_toy").mkdir()
    lines = [json.dumps({**row, "context": context}) for row, context in zip(ROWS, CONTEXTS, strict=True)]
    (tmp_path / "fdarxbench_toy" / "qa_toy.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


@pytest.fixture
def kb(tmp_path: Path, word_embedder, make_document) -> KnowledgeBase:
    with KnowledgeBaseBuilder(tmp_path / "kb", word_embedder) as builder:
        builder.add_file("a", "1", [make_document("md:a@1", {"Storage": "Keep it dry.", "Overdose": "Call for help."})])
        builder.publish()
    return KnowledgeBase.open(tmp_path / "kb", word_embedder)


def test_pieces_become_one_label_in_its_order(folder: Path) -> None:
    (label,) = labels(load_questions(folder))
    assert label.info.ingredients == ("exampline",)
    assert label.info.set_id == SET_ID
    assert [section.title for section in label.sections] == ["5.1 Bleeding", "16.2 Storage"]
    # 5.1 has no code of its own and goes by its parent's.
    assert [section.code for section in label.sections] == [loinc.WARNINGS_AND_PRECAUTIONS, loinc.STORAGE]
    first = label.sections[0]
    assert label.text[first.start : first.end] == BLEEDING["text"]


def test_measures_of_two_questions(folder: Path, kb: KnowledgeBase, tmp_path: Path) -> None:
    before = kb.index_version
    measures = measure_fdarxbench(folder, kb, tmp_path / "cache")
    ours = {one.name: one for one in measures if one.system == OURS}
    # The question without pieces is not judged; of two pieces the first passage holds one.
    assert {one.n for one in measures} == {2}
    assert ours["recall@1"].value == pytest.approx((1 + 1 / 2) / 2)
    assert ours["recall@5"].value == 1.0
    assert {one.system for one in measures} == {OURS, *SYSTEMS}
    assert KnowledgeBase.open(kb.path, kb.embedder).index_version == before


def test_the_enlarged_copy_is_made_once(folder: Path, kb: KnowledgeBase, tmp_path: Path) -> None:
    first = measure_fdarxbench(folder, kb, tmp_path / "cache")
    n_embedded = kb.embedder.n_embedded
    assert measure_fdarxbench(folder, kb, tmp_path / "cache") == first
    assert kb.embedder.n_embedded == n_embedded
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_passage_of_another_drug_never_counts(folder: Path, make_document) -> None:
    question = load_questions(folder)[0]
    text = str(BLEEDING["text"])
    _, (same,) = make_document("md:x@1", {"Bleeding": text}, ingredients=("exampline",))
    _, (other,) = make_document("md:y@1", {"Bleeding": text}, ingredients=("otherline",))
    _, (part,) = make_document("md:z@1", {"Bleeding": " ".join(text.split()[:5])}, ingredients=("exampline",))
    assert pieces_in(same, question) == {0}
    assert pieces_in(part, question) == {0}
    assert pieces_in(other, question) == frozenset()


def test_baselines_rank_the_same_passages(kb: KnowledgeBase) -> None:
    found = PassageBaselines(kb).rank("keep it dry", 5)
    assert set(found) == set(SYSTEMS)
    assert all(ranking[0].text == "Keep it dry." for ranking in found.values())


def test_a_missing_file_and_a_damaged_line_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"qa_toy\.jsonl is missing"):
        load_questions(tmp_path / "nowhere")
    path = folder / "fdarxbench_toy" / "qa_toy.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + "\n{}", encoding="utf-8")
    with pytest.raises(VademecumError, match="line 4: not a row of FDARxBench"):
        load_questions(folder)


@pytest.mark.data
def test_the_published_file_is_read(shared_data: Path) -> None:
    questions = load_questions(shared_data / "benchmarks")
    assert len(questions) == 59
    assert sum(bool(one.pieces) for one in questions) == 56
    assert all(label.info.ingredients and label.sections for label in labels(questions))
