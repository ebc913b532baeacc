"""Labels that say the same, and doses that sources print far apart, in answers over real stores."""

from __future__ import annotations

import time
from pathlib import Path

import anyio
import pytest
from fastapi.testclient import TestClient

from chatbot.contract import passage_to_json, to_json
from chatbot.opened import OpenedAnswerer
from chatbot.plain_text import to_plain_text
from chatbot.server import build_api
from chatbot.source_notes import with_source_notes
from chatbot.sources_panel import render_source
from chatbot.types import Answer, Citation
from ingest.pipeline import ingest_paths
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.embedder import Embedder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.types import Query, Sharing

SHARED = "Take the tablets with a full glass of water and stay upright for an hour."
RIGHT = "The starting dose of levothyroxine for infants is 10 to 15 mcg/kg daily."
WRONG = "The starting dose of levothyroxine for infants is 10 to 15 mg/kg daily."


def label(set_id: str, version: int, *paragraphs: str, ingredient: str = "levothyroxine") -> str:
    head = f"---\ntitle: {set_id.title()} tablets\nkind: label\nset_id: {set_id}\nversion: {version}\n"
    sections = "".join(f"# {title}\n\n{text}\n\n" for title, text in zip(("Dosage", "Uses"), paragraphs, strict=False))
    return f"{head}ingredients: [{ingredient}]\n---\n\n{sections}"


@pytest.fixture
def kb(tmp_path: Path, embedder: Embedder) -> Path:
    """Three labels of one medicine; one of them prints mg for mcg, and two say the same of water."""
    files = {
        "right.md": label("right", 1, RIGHT, SHARED),
        "wrong.md": label("wrong", 1, WRONG, SHARED),
        "third.md": label("third", 1, "Swallow it whole.", "It replaces a hormone."),
    }
    folder = tmp_path / "labels"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    ingest_paths([folder], tmp_path / "kb", embedder)
    return tmp_path / "kb"


@pytest.fixture
def answerer(kb: Path, embedder: Embedder) -> OpenedAnswerer:
    return OpenedAnswerer(KnowledgeBase.open(kb, embedder), None, country="US")


def ask(answerer: OpenedAnswerer, question: str):
    return anyio.run(lambda: answerer.answer(question, audience="clinician"))


def citing(answerer: OpenedAnswerer, words: str) -> Answer:
    """An answer that quotes every passage with these words."""
    store = answerer.knowledge_base.store
    passages = store.passages(store.numbers_with(words, at_most=9)).values()
    citations = tuple(
        Citation(n=n, passage=one, quote=one.text, quote_start=one.start, quote_end=one.end)
        for n, one in enumerate(passages, start=1)
    )
    return Answer(id="1", question="?", text="x", citations=citations)


@pytest.mark.parametrize("document", ["right", "wrong"])
def test_a_quoted_dose_at_odds_carries_a_notice_that_names_both_sources(answerer, document: str) -> None:
    every = citing(answerer, '"starting dose"')
    mine = [one for one in every.citations if one.passage.document.set_id == document]
    answer = with_source_notes(
        Answer(id="1", question="?", text="x", citations=tuple(mine)), answerer.knowledge_base.store.comparison
    )
    [notice] = answer.notices
    assert notice.kind == "dose-disagreement"
    for words in ("Right tablets", "Wrong tablets", "10 to 15 mcg/kg", "10 to 15 mg/kg", "pharmacist"):
        assert words in notice.text
    assert answer.citations[0].quote == (RIGHT if document == "right" else WRONG), "no quote is changed by it"


def test_an_answer_says_it_once_and_in_its_json(answerer) -> None:
    value = to_json(ask(answerer, "What is the starting dose of levothyroxine for infants?"))
    assert [one["kind"] for one in value["notices"]].count("dose-disagreement") == 1
    quotes = {one["quote"] for one in value["citations"]}
    assert quotes & {RIGHT, WRONG}


def test_other_quotes_carry_none(answerer) -> None:
    answer = with_source_notes(citing(answerer, "upright"), answerer.knowledge_base.store.comparison)
    assert answer.notices == ()


def test_labels_that_say_the_same_are_counted(answerer) -> None:
    answer = with_source_notes(citing(answerer, "upright"), answerer.knowledge_base.store.comparison)
    assert {one.labels for one in answer.citations} == {Sharing(same=2, of=3)}
    assert "word for word in 2 of 3 labels here" in to_plain_text(answer)
    assert "2 of 3 labels held here" in render_source(answer, 0, "c1", answerer.knowledge_base.store)
    alone = with_source_notes(citing(answerer, "hormone"), answerer.knowledge_base.store.comparison)
    assert [one.labels for one in alone.citations] == [Sharing(same=1, of=3)]
    assert "labels" not in to_plain_text(alone)
    [first, *_] = answerer.retriever.search(Query(text="levothyroxine stay upright water")).passages
    assert passage_to_json(first)["labels"] == {"same": 2, "of": 3}


def test_what_is_looked_up_costs_little(answerer) -> None:
    comparison = answerer.knowledge_base.store.comparison
    answer = citing(answerer, "levothyroxine OR tablets")
    with_source_notes(answer, comparison)
    best = min(_seconds(lambda: with_source_notes(answer, comparison)) for _ in range(50))
    assert best < 0.003, "0.3 ms on a quiet machine, ten times that on a busy one"


def _seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def test_an_older_version_still_opens_over_the_api(answerer, kb: Path, tmp_path: Path, embedder) -> None:
    client = TestClient(build_api(answerer))
    newer = tmp_path / "newer.md"
    newer.write_text(label("right", 2, "Ask a specialist for the dose.", SHARED))
    ingest_paths([newer], kb, embedder)
    body = client.get("/documents/markdown:right@1").json()
    assert RIGHT in body["text"]
    assert (body["current"], body["versions"]) == (False, ["markdown:right@2", "markdown:right@1"])
    assert client.get("/documents/markdown:right@2").json()["current"] is True
    section = body["sections"][0]
    where = {"start": section["start"], "end": section["end"]}
    assert client.get("/documents/markdown:right@1", params=where).json()["text"] == RIGHT
    missing = client.get("/documents/markdown:right@9")
    assert (missing.status_code, missing.json()) == (404, {"error": "no such document is stored"})


def test_what_is_removed_while_somebody_chats_is_not_quoted_again(answerer, kb: Path, embedder) -> None:
    question = "What is the starting dose of levothyroxine for infants?"
    assert "wrong" in {one.passage.document.set_id for one in ask(answerer, question).passages}
    with KnowledgeBaseBuilder(kb, embedder) as builder:
        builder.remove_documents(["markdown:wrong@1"])
        builder.publish()
    after = ask(answerer, question)
    shown = {one.passage.document.set_id for one in (*after.passages, *after.citations)}
    assert "right" in shown and "wrong" not in shown
    assert [one for one in after.notices if one.kind == "dose-disagreement"] == []
