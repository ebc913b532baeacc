"""The JSON contracts of `search` and `ask`, and the questions of the starter set, from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval.questions import STARTER_QUESTIONS

COMMAND = Path(sys.executable).parent / "vademecum"
PASSAGE_FIELDS = {
    *("rank", "score", "passage_id", "document_id", "source_path", "title", "kind", "set_id", "version"),
    *("effective_date", "ingredients", "brands", "section_code", "section_title", "section_path", "page", "boxes"),
    *("text", "start", "end", "labels"),
}
ANSWER_FIELDS = {
    *("id", "question", "kind", "text", "claims", "citations", "passages", "boxed_warnings", "notices", "drugs"),
    *("recommendations", "absence", "triage", "model", "prompt", "reading_grade", "index_version", "timings_seconds"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own, so that the first command builds the starter knowledge base in it."""
    return tmp_path_factory.mktemp("home")


def run(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "VADEMECUM_HOME": str(home), **settings}
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, env=env, check=True)


@pytest.fixture(scope="module")
def answers(home: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    questions = [
        {"id": "a", "question": "What are the common side effects of taking ibuprofen?"},
        {"id": "b", "question": "can i take advil with lisinoprl"},
        {"id": "c", "question": "flonezatrib side effects"},
        {"id": "d", "question": "I took 30 tylenol pills an hour ago"},
        {
            "id": "e",
            "question": "and with alcohol?",
            "history": [{"role": "user", "content": "what are the side effects of metformin"}],
        },
        {
            "id": "f",
            "question": "what should I do for low blood sugar on the ward",
            "history": [{"role": "user", "content": "can i take advil with lisinoprl"}],
        },
    ]
    batch = tmp_path_factory.mktemp("batch") / "questions.jsonl"
    batch.write_text("\n".join(json.dumps(question) for question in questions), encoding="utf-8")
    result = run(home, "ask", "--batch", str(batch))
    assert "starter" in result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_batch_keeps_order_ids_and_fields(answers: list[dict[str, Any]]) -> None:
    assert [answer["id"] for answer in answers] == ["a", "b", "c", "d", "e", "f"]
    assert [answer["kind"] for answer in answers] == ["answer", "answer", "abstention", "emergency", "answer", "answer"]
    for answer in answers:
        assert set(answer) == ANSWER_FIELDS
        assert answer["text"]
        for passage in answer["passages"]:
            assert set(passage) == PASSAGE_FIELDS
        for citation in answer["citations"]:
            assert set(citation) == PASSAGE_FIELDS | {"n", "quote", "quote_start", "quote_end"}
            start, end = citation["quote_start"] - citation["start"], citation["quote_end"] - citation["start"]
            if start >= 0 and end <= len(citation["text"]):
                assert citation["text"][start:end] == citation["quote"]
        numbers = {citation["n"] for citation in answer["citations"]}
        for claim in answer["claims"]:
            assert set(claim) == {"text", "citations", "support"}
            assert set(claim["citations"]) <= numbers
        assert set(answer["triage"]) == {"level", "category"}


def test_the_side_effects_come_from_the_adverse_reactions_section(answers: list[dict[str, Any]]) -> None:
    first = answers[0]["citations"][0]
    assert first["ingredients"] == ["ibuprofen"]
    assert first["section_code"] == "34084-4"
    assert "[1]" in answers[0]["text"]


def test_two_drugs_are_both_quoted_and_the_misspelling_is_confirmed(answers: list[dict[str, Any]]) -> None:
    answer = answers[1]
    assert {tuple(drug["ingredients"]): drug["match"] for drug in answer["drugs"]} == {
        ("ibuprofen",): "brand",
        ("lisinopril",): "misspelling",
    }
    assert {citation["ingredients"][0] for citation in answer["citations"]} == {"ibuprofen", "lisinopril"}
    assert any("lisinopril" in notice["text"] for notice in answer["notices"])
    assert "ibuprofen" in {warning["ingredient"] for warning in answer["boxed_warnings"]}


def test_an_invented_drug_is_named_and_nothing_is_cited(answers: list[dict[str, Any]]) -> None:
    assert "flonezatrib" in answers[2]["text"]
    assert answers[2]["citations"] == []


def test_a_follow_up_keeps_the_drug(answers: list[dict[str, Any]]) -> None:
    assert answers[4]["citations"][0]["ingredients"] == ["metformin"]


def test_a_question_of_the_ward_is_answered_by_its_guideline_alone(answers: list[dict[str, Any]]) -> None:
    assert {citation["title"] for citation in answers[5]["citations"]} == {"Low blood sugar on the ward"}
    assert all(citation["page"] and citation["boxes"] for citation in answers[5]["citations"])


def test_off_topic_questions_are_declined_and_no_model_is_asked(
    home: Path, answers: list[dict[str, Any]], model_process: Callable[..., str], tmp_path: Path
) -> None:
    lines = Path(__file__).with_name("off_topic.txt").read_text("utf-8").splitlines()
    questions = [line for line in lines if line and not line.startswith("#")]
    assert len(questions) >= 50
    address, control = model_process(), "side effects of ibuprofen"
    batch = tmp_path / "questions.jsonl"
    batch.write_text("\n".join(json.dumps({"question": one}) for one in [*questions, control]), encoding="utf-8")
    done = run(home, "ask", "--batch", str(batch), VADEMECUM_LLM_BASE_URL=address, VADEMECUM_LLM_MODEL="named")
    *declined, answered = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["question"] for one in declined if one["kind"] != "abstention" or one["citations"]] == []
    # The one question with evidence is the one request that came.
    assert answered["kind"] == "answer"
    [request] = httpx.get(address.replace("/v1", "/seen")).json()["requests"]
    assert control in request["messages"][-1]["content"]


def test_search_is_a_ranked_list_of_passages(home: Path, answers: list[dict[str, Any]]) -> None:
    passages = json.loads(run(home, "search", "metformin kidney function", "-k", "5", "--json").stdout)
    assert [passage["rank"] for passage in passages] == list(range(1, len(passages) + 1))
    assert 1 <= len(passages) <= 5
    assert all(set(passage) == PASSAGE_FIELDS for passage in passages)
    assert passages[0]["ingredients"] == ["metformin"]


def test_the_starter_questions_meet_their_floor(home: Path, answers: list[dict[str, Any]], tmp_path: Path) -> None:
    run(home, "eval", "questions", "--data", str(STARTER_QUESTIONS), "--out", str(tmp_path))
    measures = json.loads((tmp_path / "questions.json").read_text(encoding="utf-8"))["measures"]
    assert measures["quotes exact"]["value"] == 1.0
    assert measures["drug"]["value"] == 1.0
    assert measures["kind"]["value"] >= 0.95
    assert measures["section"]["value"] >= 0.9


def test_the_knowledge_base_verifies(home: Path, answers: list[dict[str, Any]]) -> None:
    assert json.loads(run(home, "kb", "verify", "--json").stdout)["clean"] is True
    info = json.loads(run(home, "kb", "info", "--json").stdout)
    assert info["n_documents"] == 68
