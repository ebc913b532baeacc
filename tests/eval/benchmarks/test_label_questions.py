from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.benchmark import Output
from eval.benchmarks.label_questions import LabelQuestions

ROWS = [
    {"qid": "a", "set_id": "1", "question": "Is it blue?", "answer": "It is blue.", "task": "factual"},
    {"qid": "b", "set_id": "1", "question": "Is it mad?", "answer": "Information not found!", "task": "refusal"},
]


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    rows = [json.dumps({**row, "context": [{"text": "The tablet is blue."}]}) for row in ROWS]
    put(tmp_path / "fdarxbench_toy" / "qa_toy.jsonl", "\n".join(rows))
    return tmp_path


def test_given_the_pieces_a_model_answers_and_declines(folder: Path, made_system, scripted_model, ask_all) -> None:
    class Oracle(made_system):
        async def answer(self, item):
            said = "It is blue." if "blue" in item.question else "I do not know."
            return {"kind": "answer", "text": said, "claims": [], "citations": []}

    items, outputs, measures = ask_all(LabelQuestions(), folder, Oracle("oracle passages"))
    assert items[0].context == ("The tablet is blue.",)
    assert [output.abstained for output in outputs] == [False, True]
    assert measures["refusal correct"].value == 1.0
    assert measures["over-refusal"].value == 0.0
    assert measures["token F1, factual"].value == 1.0


def test_declining_everything_is_half_right_and_over_refusal(folder: Path) -> None:
    benchmark = LabelQuestions()
    items = benchmark.load(folder, None)
    outputs = [Output(item=item.id, system="extractive", answer="", abstained=True) for item in items]
    measures = {one.name: one for one in benchmark.measure(items, outputs)}
    assert measures["refusal correct"].value == 0.5
    assert measures["over-refusal"].value == 1.0
    assert measures["declined what has no answer"].value == 1.0
    assert measures["token F1"].value is None
