from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.benchmarks.choices import written
from eval.benchmarks.pubmedqa import OPTIONS, PubMedQa, load_split

ROWS = {
    "1": ("Does one help?", ["It was asked.", "One helped."], "yes"),
    "2": ("Does two help?", ["It was asked.", "Two did not help."], "no"),
    "3": ("Does three help?", ["It was asked.", "Whether it helps remains unclear."], "maybe"),
    "4": ("Does four help?", ["Four helped."], "yes"),
    "9": ("Is nine outside?", ["Nine is."], "yes"),
}


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    rows = {
        number: {"QUESTION": question, "CONTEXTS": contexts, "final_decision": decision}
        for number, (question, contexts, decision) in ROWS.items()
    }
    put(tmp_path / "pubmedqa" / "ori_pqal.json.gz", json.dumps(rows))
    put(tmp_path / "pubmedqa" / "test_ground_truth.json", json.dumps({n: "?" for n in "1234"}))
    return tmp_path


def test_the_test_split_is_judged_and_the_rest_kept_apart(folder: Path) -> None:
    assert [item.id for item in PubMedQa().load(folder, None)] == ["1", "2", "3", "4"]
    assert [item.id for item in load_split(folder, test=False)] == ["9"]
    assert PubMedQa().load(folder, None)[0].context == ("It was asked.\nOne helped.",)


def test_given_the_abstracts_rules_read_them(folder: Path, made_system, ask_all) -> None:
    by_question = {question: ["\n".join(contexts)] for question, contexts, _ in ROWS.values()}

    class Oracle(made_system):
        async def evidence(self, item, k):
            return by_question[item.question]

    _, outputs, measures = ask_all(PubMedQa(), folder, Oracle("oracle passages"))
    assert [output.answer for output in outputs] == [written(letter) for letter in "ABCA"]
    assert measures["accuracy"].value == 1.0
    assert measures["macro-F1"].value == 1.0


def test_macro_f1_by_hand(folder: Path, made_system, scripted_model, ask_all) -> None:
    _, _, measures = ask_all(PubMedQa(), folder, made_system("closed book", model=scripted_model(lambda _: "A")))
    assert measures["accuracy"].value == 0.5
    # "yes" has precision 2/4 and recall 1: F1 2/3; the other two labels have none.
    assert measures["macro-F1"].value == pytest.approx(2 / 9)


@pytest.mark.data
def test_the_published_files_are_read(shared_data: Path) -> None:
    items = PubMedQa().load(shared_data / "benchmarks", None)
    assert len(items) == 150
    assert {item.gold for item in items} == set(OPTIONS)
    assert len(load_split(shared_data / "benchmarks", test=False)) == 450
