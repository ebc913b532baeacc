from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmark import Output
from eval.benchmarks.medication_questions import MedicationQa

HEAD = "row,Question,Focus (Drug),Question Type,Answer,Section Title,URL\n"
ROWS = (
    "1,how is ibuprofen stored,ibuprofen,storage,Keep it dry.,HOW SUPPLIED/STORAGE AND HANDLING,"
    "https://dailymed.nlm.nih.gov/x\n"
    "2,is it safe,aspirin,safety,Yes.,Uses,https://elsewhere.example\n"
)


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    put(tmp_path / "medicationqa" / "medicationqa.csv", HEAD + ROWS)
    return tmp_path


def test_only_label_sites_give_sections(folder: Path) -> None:
    first, second = MedicationQa().load(folder, None)
    assert first.gold["answer"] == "Keep it dry."
    assert first.gold["sections"]
    assert second.gold["sections"] == []


def test_what_was_not_read_or_answered_is_not_judged(folder: Path) -> None:
    item = MedicationQa().load(folder, None)[0]
    output = Output(item=item.id, system="vademecum", answer={"text": "Keep it dry.", "resolved": 1.0, "agrees": 0.0})
    scores = MedicationQa().judge(item, output)
    assert scores["ROUGE-L"] == scores["drug resolved"] == scores["answered"] == 1.0
    assert scores["aspect agrees with the cited section"] == 0.0
    declined = Output(item=item.id, system="BM25", answer={"text": ""}, abstained=True)
    assert set(MedicationQa().judge(item, declined).values()) == {None, 0.0}


def test_a_search_is_judged_by_its_text_alone(folder: Path, made_system, answer_of, ask_all) -> None:
    _, _, measures = ask_all(MedicationQa(), folder, made_system("BM25", answer=answer_of("Keep it dry.")))
    assert measures["answered"].value == 1.0
    assert measures["drug resolved"].value is None
    assert 0 < measures["ROUGE-L"].value < 1
