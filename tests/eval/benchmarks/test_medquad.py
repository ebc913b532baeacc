from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.benchmarks.medquad import MedQuad, drawn

ROWS = [
    {
        "id": "1-1",
        "source": "GARD",
        "doc": "a.xml",
        "qtype": "causes",
        "question": "What causes A ?",
        "answer": "A germ.",
    },
    {"id": "1-2", "doc": "a.xml", "qtype": "causes", "question": "Again A ?", "answer": "A germ."},
    {"id": "1-1", "doc": "b.xml", "qtype": "treatment", "question": "Treat B ?", "answer": "Rest."},
    {"id": "1-3", "doc": "c.xml", "qtype": "treatment", "question": "Treat C ?", "answer": ""},
]


def test_each_answer_is_in_the_pool_once_and_is_looked_for(tmp_path: Path, put, made_system, ask_all) -> None:
    put(tmp_path / "medquad" / "medquad.jsonl.gz", "\n".join(map(json.dumps, ROWS)))
    ids = [row["id"] for row in drawn(tmp_path)]
    assert sorted(ids) == ["a.xml#1-2", "b.xml#1-1"]
    items, _, measures = ask_all(MedQuad(), tmp_path, made_system("BM25", data=tmp_path))
    assert [item.id for item in items] == ids
    # The pool as it comes: the first question's answer is first, the second's second.
    assert measures["MRR"].value == 0.75
    assert measures["first"].value == 0.5


@pytest.mark.data
def test_the_published_file_is_read(shared_data: Path) -> None:
    folder = shared_data / "benchmarks"
    assert len(drawn(folder)) == 1000
    assert len({row["id"] for row in drawn(folder)}) == 1000
    assert len(MedQuad().load(folder, None)) == 200
