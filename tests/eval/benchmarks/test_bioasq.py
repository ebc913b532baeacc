from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.benchmarks.bioasq import FILES, BioAsq, judge_factoid, judge_list, read_reply
from eval.benchmarks.bioasq_search import BioAsqSearch


def _snippet(text: str, number: int) -> dict[str, object]:
    return {"text": text, "document": f"http://www.ncbi.nlm.nih.gov/pubmed/{number}"}


ROWS = [
    {
        "id": "y",
        "type": "yesno",
        "body": "Does it help?",
        "exact_answer": "no",
        "ideal_answer": ["It does not help."],
        "documents": ["http://www.ncbi.nlm.nih.gov/pubmed/1"],
        "snippets": [_snippet("It did not help.", 1), _snippet("It was not effective.", 2)],
    },
    {
        "id": "f",
        "type": "factoid",
        "body": "Which gene?",
        "exact_answer": [["TP53", "p53"]],
        "ideal_answer": "TP53 is it.",
        "documents": [],
        "snippets": [_snippet("The gene is TP53.", 3)],
    },
    {
        "id": "l",
        "type": "list",
        "body": "Which drugs?",
        "exact_answer": [["A-1"], ["B-2", "Bee"]],
        "ideal_answer": ["A-1 and B-2."],
        "documents": [],
        "snippets": [_snippet("Both A-1 and B-2 do.", 4), _snippet("It did not help.", 1)],
    },
    {"id": "s", "type": "summary", "body": "What?", "ideal_answer": ["This."], "documents": [], "snippets": []},
]


@pytest.fixture
def folder(tmp_path: Path, put) -> Path:
    for edition in FILES:
        rows = ROWS if edition == "11b" else []
        put(tmp_path / "bioasq" / f"{edition}_golden.json.gz", json.dumps({"questions": rows}))
    return tmp_path


def test_factoids_by_hand() -> None:
    assert judge_factoid(["x", "P53."], ["TP53", "p53"]) == {
        "factoid strict accuracy": 0.0,
        "factoid lenient accuracy": 1.0,
        "factoid MRR": 0.5,
    }
    assert judge_factoid([*"vwxyz", "p53"], ["p53"])["factoid MRR"] == 0.0


def test_lists_by_hand() -> None:
    # Two of three said are right, one entry of two is found: synonyms are one entry.
    scores = judge_list(["b-2", "bee", "x"], [["A-1"], ["B-2", "Bee"]])
    assert scores["list precision"] == pytest.approx(2 / 3)
    assert scores["list recall"] == 0.5
    assert scores["list F1"] == pytest.approx(2 * (2 / 3) * 0.5 / (2 / 3 + 0.5))
    assert judge_list([], [["a"]]) == {"list precision": 0.0, "list recall": 0.0, "list F1": 0.0}


def test_replies_are_read_whatever_their_form() -> None:
    assert read_reply('Well: {"exact_answer": "Yes", "ideal_answer": "It does."}') == {
        "exact": "yes",
        "ideal": "It does.",
    }
    assert read_reply('{"exact_answer": "TP53", "ideal_answer": null}') == {"exact": ["TP53"], "ideal": ""}
    assert read_reply("It does.") == {"exact": None, "ideal": "It does."}
    assert read_reply("{broken}") == {"exact": None, "ideal": "{broken}"}
    assert read_reply('[{"exact_answer": 1}]') == {"exact": 1, "ideal": ""}


def test_a_model_that_is_always_right_scores_all(folder: Path, made_system, scripted_model, ask_all) -> None:
    def reply(prompt: str) -> str:
        row = next(row for row in ROWS if prompt.endswith(f": {row['body']}"))
        exact, ideal = row.get("exact_answer"), row["ideal_answer"]
        names = [entry[0] for entry in exact] if isinstance(exact, list) else exact
        return json.dumps({"exact_answer": names, "ideal_answer": ideal[0] if isinstance(ideal, list) else ideal})

    _, _, measures = ask_all(BioAsq(), folder, made_system("closed book", model=scripted_model(reply)))
    for name in ("yes/no accuracy", "factoid MRR", "list F1", "ideal ROUGE-L"):
        assert measures[name].value == 1.0, name
    # One of two labels occurs, and only that one is given.
    assert measures["yes/no macro-F1"].value == 0.5


def test_given_snippets_rules_answer(folder: Path, made_system, ask_all) -> None:
    class Oracle(made_system):
        async def evidence(self, item, k):
            return list(item.context)

    _, outputs, measures = ask_all(BioAsq(), folder, Oracle("oracle passages"))
    assert outputs[0].answer["exact"] == "no"
    assert measures["factoid strict accuracy"].value == 1.0
    assert outputs[3].abstained
    assert measures["nothing answered"].value == 0.25


def test_search_ranks_snippets_and_their_documents(folder: Path, made_system, ask_all) -> None:
    order = {
        "Does it help?": [3, 0, 1, 2],
        "Which gene?": [2, 0, 1, 3],
        "Which drugs?": [3, 2, 0, 1],
        "What?": [0, 1, 2, 3],
    }
    system = made_system("BM25", rank=lambda question, texts: order[question], data=folder)
    items, outputs, measures = ask_all(BioAsqSearch(), folder, system)
    assert items[0].gold == {"snippets": ["0", "1"], "documents": ["1", "2"]}
    assert outputs[0].answer["documents"] == ["4", "1", "2", "3"]
    # Documents of the four questions: (1/2 + 2/3) / 2, 1, (1/1 + 2/3) / 2, and one that cannot be judged.
    assert measures["documents MAP@10"].value == pytest.approx(((1 / 2 + 2 / 3) / 2 + 1 + (1 + 2 / 3) / 2) / 3)
    assert measures["documents MAP@10"].n == 3


@pytest.mark.data
def test_the_published_files_are_read(shared_data: Path) -> None:
    items = BioAsq().load(shared_data / "benchmarks", None)
    assert len(items) == 1200
    assert {item.topic for item in items} == {"yesno", "factoid", "list", "summary"}
    assert len(BioAsqSearch().load(shared_data / "benchmarks", None)) == 174
