from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.benchmarks.choices import written
from eval.benchmarks.mirage import SETS, Mirage, mean_of
from eval.bootstrap import Interval
from eval.missing import MissingDataError
from knowledge_base.errors import VademecumError

FOUR = {"A": "one", "B": "two", "C": "three", "D": "four"}
ROWS = {
    "mmlu": {"m-1": ("Mm one?", FOUR, "B"), "m-2": ("Mm two?", FOUR, "A")},
    "medqa": {"0001": ("Med one?", FOUR, "D")},
    "medmcqa": {"x-1": ("Mc one?", FOUR, "C"), "x-2": ("Mc two?", FOUR, "B"), "x-3": ("Mc three?", FOUR, "A")},
    "pubmedqa": {"111": ("Pub one?", {"A": "yes", "B": "no", "C": "maybe"}, "A")},
    "bioasq": {"abc": ("Bio one?", {"A": "yes", "B": "no"}, "B")},
}
RIGHT = {question: answer for rows in ROWS.values() for question, _, answer in rows.values()}


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    content = {
        key: {number: {"question": q, "options": options, "answer": a} for number, (q, options, a) in rows.items()}
        for key, rows in ROWS.items()
    }
    put(tmp_path / "mirage" / "benchmark.json.gz", json.dumps(content))
    return tmp_path


def _question(prompt: str) -> str:
    return next(line.removeprefix("Question: ") for line in prompt.split("\n") if line.startswith("Question: "))


def test_a_model_that_is_always_right_scores_all(folder: Path, made_system, scripted_model, ask_all) -> None:
    model = scripted_model(lambda prompt: written(RIGHT[_question(prompt)]))
    items, _, measures = ask_all(Mirage(), folder, made_system("closed book", model=model))
    assert len(items) == len(RIGHT)
    assert measures["accuracy"].value == 1.0
    assert all(measures[f"accuracy, {title}"].value == 1.0 for title, _ in SETS.values())
    assert measures["no choice found"].value == 0.0


def test_a_model_that_always_says_a_scores_the_share_of_a(folder: Path, made_system, scripted_model, ask_all) -> None:
    _, _, measures = ask_all(Mirage(), folder, made_system("closed book", model=scripted_model(lambda _: "A")))
    shares = [sum(answer == "A" for _, _, answer in rows.values()) / len(rows) for rows in ROWS.values()]
    assert [measures[f"accuracy, {title}"].value for title, _ in SETS.values()] == pytest.approx(shares)
    assert measures["accuracy"].value == pytest.approx((1 / 2 + 0 + 1 / 3 + 1 + 0) / 5)


def test_a_reply_without_a_choice_counts_as_a_and_is_shown(folder: Path, made_system, scripted_model, ask_all) -> None:
    _, outputs, measures = ask_all(Mirage(), folder, made_system("RRF", model=scripted_model(lambda _: "Who knows?")))
    assert measures["no choice found"].value == 1.0
    assert measures["accuracy, PubMedQA*"].value == 1.0
    assert all(output.abstained for output in outputs)


def test_options_are_never_shown_to_a_search(folder: Path, made_system, scripted_model, ask_all) -> None:
    system = made_system("BM25", model=scripted_model(lambda _: "A"), evidence=["A passage."])
    ask_all(Mirage(), folder, system)
    assert set(system.searched) == set(RIGHT)


def test_our_own_answer_without_a_model_is_the_evidence(folder: Path, made_system, answer_of, ask_all) -> None:
    items, outputs, measures = ask_all(Mirage(), folder, made_system("vademecum", answer=answer_of("It is four.")))
    by_id = {output.item: output for output in outputs}
    assert by_id["medqa/0001"].answer == written("D")
    assert by_id["medqa/0001"].evidence == ("It is four.",)
    assert measures["accuracy, MedQA-US"].value == 1.0
    _, declined, _ = ask_all(Mirage(), folder, made_system("vademecum"))
    assert all(output.abstained and output.answer == "" for output in declined)
    assert {item.topic for item in items} == {title for title, _ in SETS.values()}


def test_a_limit_takes_of_each_set_in_turn(folder: Path) -> None:
    assert [item.id for item in Mirage().load(folder, 3)] == ["mmlu/m-1", "medqa/0001", "medmcqa/x-1"]
    assert len(Mirage().load(folder, 7)) == 6


def test_the_mean_of_sets_and_its_interval_by_hand() -> None:
    half = Interval(10, 0.5, 0.4, 0.7)
    mean = mean_of([half, Interval(10, 0.7, 0.4, 0.8)])
    assert mean.n == 20
    assert mean.value == pytest.approx(0.6)
    # sqrt(0.1**2 + 0.3**2) / 2 below, sqrt(0.2**2 + 0.1**2) / 2 above.
    assert mean.low == pytest.approx(0.6 - 0.1**0.5 / 2)
    assert mean.high == pytest.approx(0.6 + 0.05**0.5 / 2)
    assert mean_of([half, Interval(0, None, None, None)]).value is None


def test_without_the_table_of_scores_there_are_none(folder: Path) -> None:
    assert Mirage().published(folder) == ()


def test_what_is_missing_or_another_file_is_one_line(tmp_path: Path, put) -> None:
    with pytest.raises(MissingDataError):
        Mirage().load(tmp_path, None)
    put(tmp_path / "mirage" / "benchmark.json.gz", '{"mmlu": {}}')
    with pytest.raises(VademecumError, match="lacks a set"):
        Mirage().load(tmp_path, None)
    broken = {key: {"1": {"question": "?", "options": FOUR, "answer": "E"}} for key in SETS}
    put(tmp_path / "mirage" / "benchmark.json.gz", json.dumps(broken))
    with pytest.raises(VademecumError, match="row 1: not as published"):
        Mirage().load(tmp_path, None)


@pytest.mark.data
def test_the_published_file_is_read_and_its_leaderboard(shared_data: Path) -> None:
    folder = shared_data / "benchmarks"
    Mirage.origin.check(folder)
    items = Mirage().load(folder, None)
    assert len(items) == 2298
    always_a = sum(item.gold == "A" for item in items if item.topic == "MedQA-US")
    assert always_a == 119
    published = {(one.system, one.measure): one.value for one in Mirage().published(folder)}
    best = next(value for (system, name), value in published.items() if "GPT-5-Mini" in system and name == "accuracy")
    assert best == pytest.approx(0.8618)
