from __future__ import annotations

from pathlib import Path

import pytest

from eval.gate import FLOORS, hold, load_floors, main
from eval.measures import Measure
from eval.synthetic import made_items
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase


def _measure(value: float | None, low: float | None = None, high: float | None = None, **more: object) -> Measure:
    return Measure(task="questions", system="vademecum", name="kind", n=60, value=value, low=low, high=high, **more)


FLOOR = {"questions": {"kind": 0.95}}


def test_a_figure_below_its_floor_within_its_interval_holds() -> None:
    assert hold([_measure(0.94, 0.88, 0.97)], FLOOR)[0].holds


def test_a_figure_below_its_floor_by_more_than_its_interval_falls() -> None:
    assert not hold([_measure(0.80, 0.70, 0.90)], FLOOR)[0].holds
    assert not hold([_measure(0.94)], FLOOR)[0].holds


def test_a_rate_that_should_be_low_has_a_ceiling() -> None:
    ceiling = {"questions": {"kind": 0.05}}
    assert hold([_measure(0.08, 0.02, 0.2, higher_is_better=False)], ceiling)[0].holds
    assert not hold([_measure(0.30, 0.2, 0.4, higher_is_better=False)], ceiling)[0].holds


def test_a_floor_without_a_figure_is_no_pass() -> None:
    with pytest.raises(VademecumError, match="no figure for the floor of questions, kind"):
        hold([_measure(None)], FLOOR)


def test_the_committed_floors_can_be_read(tmp_path: Path) -> None:
    assert load_floors(FLOORS)["questions"]["quotes exact"] == 1.0
    (tmp_path / "floors.toml").write_text('[questions]\nkind = "high"\n', encoding="utf-8")
    with pytest.raises(VademecumError, match="not a file of floors"):
        load_floors(tmp_path / "floors.toml")


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory, embedder, make_document) -> KnowledgeBase:
    path = tmp_path_factory.mktemp("gate") / "kb"
    sections = {"Side effects": "The most common side effects of ibuprofen are nausea and heartburn."}
    document = make_document("md:a@1", sections, codes={"Side effects": "34084-4"}, kind="patient")
    with KnowledgeBaseBuilder(path, embedder) as builder:
        builder.add_file("a", "1", [document])
        builder.publish()
    return KnowledgeBase.open(path, embedder)


def test_the_made_questions_are_the_same_each_time(kb: KnowledgeBase) -> None:
    items = made_items(kb, 5, 6, 1)
    assert items == made_items(kb, 5, 6, 1)
    assert {one.gold["ingredient"] for one in items if one.topic != "invented"} == {"ibuprofen"}
    assert sum(one.gold["kind"] == "abstention" for one in items) == 6


def test_a_knowledge_base_of_one_medicine_fails_the_gate(kb: KnowledgeBase, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--kb", str(kb.path)]) == 1
    printed = capsys.readouterr().out
    assert "at least 0.98: FELL" in printed
    assert "quotes exact" in printed
