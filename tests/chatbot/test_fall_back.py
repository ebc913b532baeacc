"""Whatever becomes of the language model, the person gets the whole quoted answer, soon, and is told.

The servers are processes of their own: killed, silent, gone, busy for ever, or talking nonsense.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import anyio
import httpx
import pytest

from chatbot.models.types import TokenUsage
from chatbot.opened import OpenedAnswerer
from chatbot.settings import Settings
from chatbot.stages import Progress
from chatbot.types import Answer, Response
from chatbot.wiring import open_chat_model
from ingest.pipeline import ingest_paths
from knowledge_base.embedder import Embedder
from knowledge_base.knowledge_base import KnowledgeBase

MONOGRAPHS = Path(str(files("knowledge_base"))) / "data" / "starter" / "monographs"
QUESTION = "What are the common side effects of ibuprofen?"
SECONDS = 3.0


@pytest.fixture(scope="module")
def knowledge_base(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> KnowledgeBase:
    path = tmp_path_factory.mktemp("kb")
    ingest_paths([MONOGRAPHS / "ibuprofen.md"], path, embedder)
    return KnowledgeBase.open(path, embedder)


@pytest.fixture(scope="module")
def quoted(knowledge_base: KnowledgeBase) -> Response:
    answerer = OpenedAnswerer(knowledge_base, None, country="US")
    answerer.warm_up()
    return anyio.run(answerer.answer, QUESTION)


@pytest.fixture(scope="module")
def says(quoted: Response) -> list[str]:
    """A first sentence that holds, then the beginning of others."""
    return [f"{quoted.citations[0].quote.rstrip('.')} [E1].", " It is well known. And", " so on [E1]."]


@pytest.fixture(scope="module")
def address(model_process: Callable[..., str], says: list[str]) -> str:
    return model_process("test", *says)


def ask(knowledge_base: KnowledgeBase, url: str, **settings: object) -> tuple[Response, list[str], float]:
    """The outcome, the text shown meanwhile, and the seconds since the first of it, or since the question."""
    model = open_chat_model(Settings(llm_base_url=url, **settings))
    answerer = OpenedAnswerer(knowledge_base, model, country="US")
    shown: list[str] = []
    begun = time.monotonic()

    def hear(news: Progress) -> None:
        nonlocal begun
        if news.kind == "text":
            begun = begun if shown else time.monotonic()
            shown.append(news.text)

    async def run() -> Response:
        return await answerer.answer(QUESTION, on_progress=hear)

    return anyio.run(run), shown, time.monotonic() - begun


def _asked(address: str, name: str) -> int:
    return sum(one["model"] == name for one in httpx.get(address.replace("/v1", "/seen")).json()["requests"])


def check_complete(response: Response, quoted: Response) -> None:
    assert isinstance(response, Answer)
    assert (response.text, response.claims, response.citations) == (quoted.text, quoted.claims, quoted.citations)
    assert response.model == "extractive"
    assert [one.kind for one in response.notices].count("model-unreachable") == 1


def test_a_server_that_is_well_writes_the_answer(knowledge_base, quoted, address) -> None:
    response, shown, _ = ask(knowledge_base, address, llm_model="named")
    assert response.model == "named"
    assert shown[0].startswith(quoted.citations[0].quote.rstrip("."))


def test_what_the_model_read_and_wrote_is_told_and_nothing_where_none_was_asked(
    knowledge_base, quoted, model_process, says
) -> None:
    address = model_process("openai", *says)
    assert ask(knowledge_base, address, llm_model=None)[0].usage == TokenUsage(n_read=40, n_written=len(says))
    assert ask(knowledge_base, address, llm_model="breaks")[0].usage == TokenUsage()
    assert ask(knowledge_base, address, llm_model="killed")[0].usage is None
    assert quoted.usage == TokenUsage()


@pytest.mark.parametrize("name", ["killed", "stalls", "keeps-alive"])
def test_a_server_that_dies_or_hangs_in_its_reply_costs_three_seconds(
    knowledge_base, quoted, model_process, says, name: str
) -> None:
    response, shown, seconds = ask(knowledge_base, model_process("test", *says), llm_model=name)
    check_complete(response, quoted)
    # A checked sentence had been shown; the answer that takes its place holds what it said.
    assert shown[0].strip().rstrip(".") in quoted.text
    assert seconds < SECONDS, f"{seconds:.2f} s"


@pytest.mark.parametrize(
    "name",
    ["refuses", "breaks", "silent", "garbled", "busy-always", "busy-for-an-hour", "ends-early", "error-in-reply"],
)
def test_a_server_that_answers_badly(knowledge_base, quoted, address, name: str) -> None:
    response, _, seconds = ask(knowledge_base, address, llm_model=name)
    check_complete(response, quoted)
    assert seconds < SECONDS


def test_no_server_and_a_wrong_key(knowledge_base, quoted, address) -> None:
    check_complete(ask(knowledge_base, "http://127.0.0.1:9/v1")[0], quoted)
    response, _, _ = ask(knowledge_base, address, llm_api_key="wrong")
    check_complete(response, quoted)
    assert "VADEMECUM_LLM_API_KEY" in next(one.text for one in response.notices if one.kind == "model-unreachable")


def test_a_server_slow_to_begin_costs_no_more_than_its_limit(knowledge_base, quoted, address) -> None:
    response, _, seconds = ask(knowledge_base, address, llm_model="slow", llm_first_token_seconds=0.5)
    check_complete(response, quoted)
    assert seconds < SECONDS


def test_after_three_failures_nobody_waits_for_it(knowledge_base, quoted, address) -> None:
    model = open_chat_model(Settings(llm_base_url=address, llm_model="slow", llm_first_token_seconds=0.5))
    answerer = OpenedAnswerer(knowledge_base, model, country="US")
    for _ in range(3):
        anyio.run(answerer.answer, QUESTION)
    asked = _asked(address, "slow")
    response = anyio.run(answerer.answer, QUESTION)
    assert _asked(address, "slow") == asked
    check_complete(response, quoted)
    assert "tried again in" in next(one.text for one in response.notices if one.kind == "model-unreachable")
