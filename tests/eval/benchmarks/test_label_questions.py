from __future__ import annotations

import json
from pathlib import Path

import anyio
import pytest

from eval.benchmark import Output
from eval.benchmarks.label_questions import LabelQuestions
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase

ROWS = [
    {"qid": "a", "set_id": "1", "question": "Is it blue?", "answer": "It is blue.", "task": "factual"},
    {"qid": "b", "set_id": "1", "question": "Is it mad?", "answer": "Information not found!", "task": "refusal"},
]


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    piece = {"text": "The tablet is blue.", "section_code": "34069-5", "section_title": "16 How supplied"}
    more = {"context": [{**piece, "section_label": "16", "doc_chunk_index": 0}], "drug_name": "Exampline"}
    rows = [json.dumps({**row, **more}) for row in ROWS]
    put(tmp_path / "fdarxbench_toy" / "qa_toy.jsonl", "\n".join(rows))
    return tmp_path


def test_a_model_answers_and_declines(folder: Path, made_system, ask_all) -> None:
    class ClosedBook(made_system):
        async def answer(self, item):
            said = "It is blue." if "blue" in item.question else "I do not know."
            return {"kind": "answer", "text": said, "claims": [], "citations": []}

    items, outputs, measures = ask_all(LabelQuestions(), folder, ClosedBook("closed book"))
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


def test_two_questions_at_once_share_one_copy_of_the_knowledge_base(
    folder: Path, made_system, word_embedder, make_document
) -> None:
    with KnowledgeBaseBuilder(folder / "kb", word_embedder) as builder:
        builder.add_file("a", "1", [make_document("md:a@1", {"Storage": "Keep it dry."})])
        builder.publish()
    kb = KnowledgeBase.open(folder / "kb", word_embedder)
    system = made_system(knowledge_base=kb, data=folder)
    benchmark = LabelQuestions()
    outputs = []

    async def ask_both() -> None:
        async def ask(item) -> None:
            outputs.append(await benchmark.ask(item, system))

        async with anyio.create_task_group() as group:
            for item in benchmark.load(folder, None):
                group.start_soon(ask, item)

    anyio.run(ask_both)
    assert sorted(output.item for output in outputs) == ["a", "b"]


def test_who_is_given_the_pieces_is_not_judged_for_refusals(folder: Path, made_system, answer_of, ask_all) -> None:
    _, _, measures = ask_all(LabelQuestions(), folder, made_system("oracle passages", answer=answer_of("It is blue.")))
    assert set(measures) == {"ROUGE-L", "token F1", "token F1, factual"}
    assert measures["ROUGE-L"].value == 1.0
