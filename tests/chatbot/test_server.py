"""The HTTP API over a real knowledge base of two monographs."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from chatbot.opened import OpenedAnswerer
from chatbot.server import build_api
from ingest.pipeline import ingest_paths
from knowledge_base.embedder import Embedder
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase

MONOGRAPHS = Path(str(files("knowledge_base"))) / "data" / "starter" / "monographs"


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> OpenedAnswerer:
    path = tmp_path_factory.mktemp("kb")
    ingest_paths([MONOGRAPHS / "ibuprofen.md", MONOGRAPHS / "lisinopril.md"], path, embedder)
    return OpenedAnswerer(KnowledgeBase.open(path, embedder), None, country="US")


@pytest.fixture(scope="module")
def client(answerer: OpenedAnswerer) -> TestClient:
    return TestClient(build_api(answerer))


def test_ask_is_the_contract_of_the_command_line(client: TestClient) -> None:
    response = client.post("/ask", json={"question": "side effects of advil", "audience": "clinician"})
    assert response.status_code == 200
    body = response.json()
    assert body["kind"] == "answer"
    assert body["citations"][0]["section_code"] == "34084-4"


def test_search_gives_ranked_passages(client: TestClient) -> None:
    body = client.post("/search", json={"query": "lisinopril cough", "k": 2}).json()
    assert [passage["rank"] for passage in body] == [1, 2]
    assert body[0]["ingredients"] == ["lisinopril"]


def test_health_names_the_index(client: TestClient, answerer: OpenedAnswerer) -> None:
    assert client.get("/health").json()["index_version"] == answerer.knowledge_base.index_version


@pytest.mark.parametrize(
    "body", [{}, {"question": ""}, {"question": "x" * 5000}, {"question": "x", "audience": "vet"}, {"history": []}]
)
def test_a_bad_request_is_refused(client: TestClient, body: dict[str, object]) -> None:
    assert client.post("/ask", json=body).status_code == 422


@pytest.mark.parametrize(("error", "status"), [(VademecumError("it is gone"), 503), (ValueError("my words"), 500)])
def test_what_goes_wrong_is_one_line_without_the_persons_words(
    answerer: OpenedAnswerer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(answerer.retriever, "search", fail)
    response = TestClient(build_api(answerer)).post("/search", json={"query": "my words"})
    assert response.status_code == status
    assert set(response.json()) == {"error"}
    assert "my words" not in response.text + caplog.text
