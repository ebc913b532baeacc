from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.benchmarks.kqa import KQa, KQaJudge

ROW = {
    "Question": "Is zinc good for a cold?",
    "Must_have": ["Zinc shortens a cold by one day.", "See a doctor after ten days."],
    "Nice_to_have": "['Zinc should be taken with food.']",
    "ICD_10_diag": "Cold",
}


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    put(tmp_path / "kqa" / "questions_w_answers.jsonl", json.dumps(ROW))
    head = ",Question,llm_x,answer,claim,category_x,majority_label,label_0,label_1,label_2\n"
    rows = (
        "1,Q,bard,Zinc shortens a cold by one day.,Zinc shortens a cold by one day.,Must_have,Entailment,,,\n"
        "2,Q,bard,Zinc shortens a cold by one day.,The moon is far.,Must_have,Entailment,,,\n"
    )
    put(tmp_path / "kqa" / "NLI_medical_annotator.csv", head + rows)
    return tmp_path


@pytest.fixture
def system(made_system, with_embedder, embedder):
    return lambda answer=None: made_system("extractive", answer=answer, knowledge_base=with_embedder(embedder))


def test_what_is_entailed_and_contradicted_is_counted(folder: Path, system, answer_of, ask_all) -> None:
    quotes = ["Zinc shortens a cold by one day.", "Zinc should not be taken with food."]
    _, outputs, measures = ask_all(KQa(), folder, system(answer_of(*quotes)))
    assert outputs[0].answer == {"must": ["supports", "neutral"], "nice": ["refutes"]}
    assert measures["comprehensiveness"].value == 0.5
    assert "judged by rules" in measures["comprehensiveness"].note
    assert not measures["declined"].note
    assert measures["contradicted statements a question"].value == 1.0
    assert measures["declined"].value == 0.0


def test_declining_entails_and_contradicts_nothing(folder: Path, system, ask_all) -> None:
    _, _, measures = ask_all(KQa(), folder, system())
    assert measures["comprehensiveness"].value == 0.0
    assert measures["contradicted statements a question"].value == 0.0
    assert measures["declined"].value == 1.0


def test_the_judge_is_held_against_physicians(folder: Path, system, ask_all) -> None:
    _, _, measures = ask_all(KQaJudge(), folder, system())
    assert measures["accuracy"].value == 0.5
    assert measures["recall, supports"].value == 0.5
    assert measures["kappa with the annotators"].value == 0.0


@pytest.mark.data
def test_the_published_files_are_read(shared_data: Path) -> None:
    items = KQa().load(shared_data / "benchmarks", None)
    assert len(items) == 121
    assert all(item.gold["must"] for item in items)
    assert len(KQaJudge().load(shared_data / "benchmarks", None)) == 252
