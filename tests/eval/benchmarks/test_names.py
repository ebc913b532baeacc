from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.benchmark import Output
from eval.benchmarks.names import RedMed
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase

PAIRS = (
    "misspelling\ttarget\tdrug\tcolumn\tedits\tstrict\n"
    "ibuprofin\tibuprofen\tibuprofen\tedOne\t1\t1\n"
    "metforman\tmetformin\tmetformin\tedOne\t1\t1\n"
    "advlle\tadvil\tibuprofen\tedTwo\t2\t0\n"
)


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    put(tmp_path / "misspellings_redmed" / "pairs.tsv", PAIRS)
    return tmp_path


def test_a_held_medicine_is_read_and_one_that_is_not_cannot_be_judged(
    folder: Path, made_system, word_embedder, make_document, ask_all
) -> None:
    with KnowledgeBaseBuilder(folder / "kb", word_embedder) as builder:
        builder.add_file("a", "1", [make_document("md:a@1", {"Storage": "Keep it dry."})])
        builder.publish()
    kb = KnowledgeBase.open(folder / "kb", word_embedder)
    items, outputs, measures = ask_all(RedMed(), folder, made_system(knowledge_base=kb))
    assert [item.id for item in items] == ["ibuprofin", "metforman"]
    assert outputs[0].answer == {"read": ["ibuprofen"], "meant": ["ibuprofen"]}
    assert (measures["read right"].value, measures["read right"].n) == (1.0, 1)
    assert measures["read as another"].value == 0.0


def test_reading_another_medicine_is_the_dangerous_outcome() -> None:
    item = SimpleNamespace(topic="held back")
    output = Output(item="x", system="vademecum", answer={"read": ["a", "b"], "meant": ["a"]})
    assert RedMed().judge(item, output) == {"read right": 0.0, "read right, held back": 0.0, "read as another": 1.0}
    nothing = Output(item="x", system="vademecum", answer={"read": [], "meant": ["a"]})
    assert RedMed().judge(item, nothing)["read right"] == 0.0
    assert RedMed().judge(item, nothing)["read as another"] == 0.0
