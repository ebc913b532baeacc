from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.benchmark import Output
from eval.benchmarks.medhallu import INVENTED, TRUE, MedHallu

ROWS = [
    {
        "Question": "Does zinc help?",
        "Knowledge": ["Zinc shortens a cold by one day."],
        "Ground Truth": "Zinc shortens a cold by one day.",
        "Hallucinated Answer": "Zinc lengthens a cold by ten days.",
        "Difficulty Level": level,
    }
    for level in ("easy", "hard")
]


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    put(tmp_path / "medhallu" / "pqa_labeled.jsonl.gz", "\n".join(map(json.dumps, ROWS)))
    return tmp_path


def test_each_row_is_two_answers_to_judge(folder: Path, made_system, with_embedder, embedder, ask_all) -> None:
    system = made_system(knowledge_base=with_embedder(embedder))
    items, outputs, measures = ask_all(MedHallu(), folder, system)
    assert [(item.gold, item.cluster) for item in items] == [(TRUE, "0"), (INVENTED, "0"), (TRUE, "1"), (INVENTED, "1")]
    assert [output.answer for output in outputs] == [TRUE, INVENTED, TRUE, INVENTED]
    assert measures["F1 of invented answers, hard"].value == 1.0


def test_precision_and_recall_by_hand(folder: Path) -> None:
    benchmark = MedHallu()
    items = benchmark.load(folder, None)
    given = (INVENTED, INVENTED, TRUE, TRUE)
    outputs = [
        Output(item=item.id, system="vademecum", answer=answer) for item, answer in zip(items, given, strict=True)
    ]
    measures = {one.name: one.value for one in benchmark.measure(items, outputs)}
    assert measures["accuracy"] == 0.5
    assert measures["precision of invented answers"] == 0.5
    assert measures["recall of invented answers, easy"] == 1.0
    assert measures["F1 of invented answers, easy"] == pytest.approx(2 / 3)
    assert measures["F1 of invented answers, hard"] == 0.0
