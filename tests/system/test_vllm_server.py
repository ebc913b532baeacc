"""A real vLLM server under `vademecum model start`, with a small model of random weights: as a person uses it.

What such a model writes means nothing, and the check of sentences drops it; where sentences have to pass, the server
is bound to one of a choice. The tests that end the server come last.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace

import anyio
import httpx
import pytest

from benchmarks.tiny_model import build_tiny_model
from chatbot.commands.model import find_python
from chatbot.llm import OpenAIChatModel
from chatbot.model_server.errors import ModelServerError
from chatbot.model_server.record import ServerFolder
from chatbot.models.types import ChatModel, ChatModelError, Message
from chatbot.opened import OpenedAnswerer
from chatbot.settings import Settings
from chatbot.types import Answer
from chatbot.wiring import open_answerer, open_chat_model

pytestmark = pytest.mark.slow
QUESTION = "What are the common side effects of ibuprofen?"
_SECRET = "zwetschgenknödel"  # noqa: S105
"""A word of every prompt, which no log may hold."""
_START_SECONDS = 300
_CACHE_BYTES = str(2**28)
_LATER_TOKENS = 20
"""Pieces of a reply after which it counts as begun."""
_FALL_BACK_SECONDS = 3.0


def vllm_python() -> Path:
    try:
        python = find_python(Settings())
    except ModelServerError as error:
        pytest.skip(str(error))
    find = "import importlib.util, sys; sys.exit(importlib.util.find_spec('vllm') is None)"
    if subprocess.run([python, "-c", find], check=False).returncode:
        pytest.skip(f"{python} has no vLLM: run `make vllm`")
    return python


@pytest.fixture(scope="module")
def vllm(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[SimpleNamespace]:
    """A running server: `.settings` as the programs of this user read them, `.folder`, `.metric(name)`, `.started`."""
    home = tmp_path_factory.mktemp("vllm")
    environment = os.environ | {"VADEMECUM_HOME": str(home), "VADEMECUM_VLLM_PYTHON": str(vllm_python())}
    environment.pop("VADEMECUM_LLM_BASE_URL", None)
    tiny = build_tiny_model(home / "tiny")
    command = [sys.executable, "-m", "chatbot.cli", "model"]
    options = ["--port", str(free_port()), "--", "--kv-cache-memory-bytes", _CACHE_BYTES]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments], env=environment, capture_output=True, text=True, timeout=_START_SECONDS, check=False
        )

    started = run("start", "--model", str(tiny), *options)
    assert started.returncode == 0, started.stderr
    folder = ServerFolder(home / "model-server")
    record = folder.running()
    client = httpx.Client(headers={"Authorization": f"Bearer {record.api_key}"}, trust_env=False, timeout=60)
    root = record.base_url.removesuffix("/v1")

    def metric(name: str) -> float:
        lines = client.get(f"{root}/metrics").raise_for_status().text.splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"vllm:{name}{{"))

    settings = Settings(home=home, llm_base_url=None)
    yield SimpleNamespace(
        settings=settings, folder=folder, root=root, client=client, metric=metric, run=run, started=started
    )
    assert run("stop").stdout.startswith("stopped tiny")
    assert run("status").stdout == "no model server runs\n"


def prompt(text: str = "Say something.") -> list[Message]:
    return [Message(role="system", content=f"{_SECRET} rules"), Message(role="user", content=text)]


async def read(model: OpenAIChatModel, messages: Sequence[Message], max_tokens: int = 40) -> str:
    return "".join([piece async for piece in model.stream(messages, max_tokens=max_tokens)])


def wait_for(holds: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_it_tells_of_itself_when_it_is_ready(vllm) -> None:
    assert vllm.started.stdout.startswith("tiny is ready on http://127.0.0.1:")
    assert "processor, float32" in vllm.started.stderr or "of its memory" in vllm.started.stderr
    assert vllm.run("status").stdout.startswith("ready: tiny on http://127.0.0.1:")
    assert json.loads(vllm.run("status", "--json").stdout)["state"] == "ready"
    assert "runs already" in vllm.run("start", "--model", "tiny").stderr


def test_a_chat_is_found_answered_and_streamed(vllm) -> None:
    model = open_chat_model(vllm.settings)
    assert model.name == "tiny"

    async def pieces() -> list[str]:
        return [piece async for piece in model.stream(prompt(), max_tokens=30)]

    said = anyio.run(pieces)
    assert len(said) > 1
    # How many pieces come at once is chance, what they say is not.
    assert "".join(said) == "".join(anyio.run(pieces))
    body = {"model": "tiny", "messages": [{"role": "user", "content": _SECRET}], "max_tokens": 5}
    whole = vllm.client.post(f"{vllm.root}/v1/chat/completions", json=body).raise_for_status().json()
    assert whole["usage"]["completion_tokens"] == 5


def test_a_reply_that_is_broken_off_is_not_written_on(vllm) -> None:
    limit = 3000

    async def begin() -> None:
        pieces = open_chat_model(vllm.settings).stream(prompt(), max_tokens=limit)
        async for _ in pieces:
            break
        await pieces.aclose()

    before = vllm.metric("generation_tokens_total")
    anyio.run(begin)
    wait_for(lambda: vllm.metric("num_requests_running") == 0, seconds=20)
    # How soon the server notices depends on how busy the machine is.
    assert vllm.metric("generation_tokens_total") - before < 0.95 * limit


def test_thirty_two_requests_at_once_are_all_answered(vllm) -> None:
    replies: list[str] = []

    async def ask(model: OpenAIChatModel, number: int) -> None:
        replies.append(await read(model, prompt(f"Question {number}"), max_tokens=120))

    async def ask_all() -> None:
        model = open_chat_model(vllm.settings)
        async with anyio.create_task_group() as group:
            for number in range(32):
                group.start_soon(ask, model, number)

    anyio.run(ask_all)
    assert len(replies) == 32
    assert all(replies)


@pytest.mark.parametrize("path", ["v1/models", "v1/chat/completions", "invocations", "tokenize", "metrics", "health"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_no_path_opens_without_the_key(vllm, path: str, headers: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        assert httpx.request(method, f"{vllm.root}/{path}", headers=headers, trust_env=False).status_code == 401


def test_a_wrong_key_is_one_line(vllm) -> None:
    model = OpenAIChatModel(base_url=f"{vllm.root}/v1", model="tiny", api_key="wrong")
    with pytest.raises(ChatModelError, match="401"):
        anyio.run(read, model, prompt())


def test_a_prompt_longer_than_the_context_is_one_line(vllm) -> None:
    model = open_chat_model(vllm.settings)
    with pytest.raises(ChatModelError, match="400") as caught:
        anyio.run(read, model, prompt(f"{_SECRET} and what else? " * 2000))
    assert "\n" not in str(caught.value)
    assert anyio.run(read, model, prompt())


class Bound:
    """The server's model, bound to say the first evidence sentence of the prompt and its id, or to lie about it."""

    def __init__(self, vllm: SimpleNamespace, spoil: Callable[[str], str]) -> None:
        self.name = "tiny"
        self._vllm, self._spoil = vllm, spoil

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncIterator[str]:
        quote = re.search(r'id="E1"[^>]*>([^<]+)<', messages[-1].content).group(1)
        body = {
            "model": "tiny",
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "max_tokens": max_tokens,
            "stream": True,
            "structured_outputs": {"choice": [self._spoil(f"{quote.rstrip('.')} [E1].")]},
        }
        async with (
            httpx.AsyncClient(headers=self._vllm.client.headers, trust_env=False, timeout=60) as client,
            client.stream("POST", f"{self._vllm.root}/v1/chat/completions", json=body) as reply,
        ):
            async for line in reply.aiter_lines():
                if line.startswith("data: {") and (choices := json.loads(line.removeprefix("data: "))["choices"]):
                    yield choices[0]["delta"].get("content") or ""


def ask(answerer: OpenedAnswerer) -> Answer:
    async def answer() -> Answer:
        return await answerer.answer(QUESTION)

    response = anyio.run(answer)
    assert isinstance(response, Answer)
    return response


@pytest.fixture(scope="module")
def answerer(vllm: SimpleNamespace, small_kb: Path) -> OpenedAnswerer:
    answerer = open_answerer(vllm.settings, small_kb)
    answerer.warm_up()
    return answerer


def with_model(answerer: OpenedAnswerer, model: ChatModel | None) -> OpenedAnswerer:
    return OpenedAnswerer(answerer.knowledge_base, model, country="US")


def test_what_the_server_writes_is_shown_when_the_evidence_bears_it_out(vllm, answerer) -> None:
    response = ask(with_model(answerer, Bound(vllm, spoil=str)))
    assert response.model == "tiny"
    assert [claim.support for claim in response.claims] == ["supported"]
    assert response.citations[0].quote.rstrip(".") in response.text


def test_what_the_server_makes_up_is_not(vllm, answerer) -> None:
    response = ask(
        with_model(answerer, Bound(vllm, spoil=lambda text: text.replace(" [E1]", " in 7% of children [E1]")))
    )
    assert response.model == "extractive"
    assert "7%" not in response.text


def test_gibberish_leaves_the_quotes_of_the_label(answerer) -> None:
    response = ask(answerer)
    assert response.model == "extractive"
    assert response.claims == ask(with_model(answerer, None)).claims


class KilledAfter:
    """The model of a server that is killed in the middle of its reply."""

    def __init__(self, model: ChatModel, kill: Callable[[], None]) -> None:
        self.name = model.name
        self._model, self._kill = model, kill

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        first: list[str] = []
        async with aclosing(self._model.stream(messages, max_tokens=max_tokens)) as pieces:
            # Nothing is handed on before the kill: a slow reader would let the server end its reply first.
            async for piece in pieces:
                first.append(piece)
                if len(first) == _LATER_TOKENS:
                    break
            self._kill()
            for piece in first:
                yield piece
            async for piece in pieces:
                yield piece


def test_a_server_killed_in_mid_answer_leaves_a_whole_answer_and_is_started_again(vllm, answerer) -> None:
    record = vllm.folder.running()
    killed: list[float] = []

    def kill() -> None:
        os.kill(record.server_pid, signal.SIGKILL)
        killed.append(time.monotonic())

    response = ask(with_model(answerer, KilledAfter(open_chat_model(vllm.settings), kill)))
    seconds = time.monotonic() - killed[0]
    print(f"complete {seconds:.2f} s after the server was killed")  # noqa: T201 - shown with -s
    assert seconds < _FALL_BACK_SECONDS
    assert response.model == "extractive"
    assert response.claims == ask(with_model(answerer, None)).claims
    assert "model-unreachable" in {notice.kind for notice in response.notices}
    wait_for(lambda: "restarting" in vllm.run("status").stdout)
    wait_for(lambda: (r := vllm.folder.running()) and r.state == "ready" and r.n_crashes == 1, seconds=_START_SECONDS)
    assert anyio.run(read, open_chat_model(vllm.settings), prompt())
    assert "crashed once" in vllm.run("status").stdout


def test_the_log_holds_no_word_of_a_prompt_or_a_reply_and_no_key(vllm) -> None:
    log = vllm.folder.log_path.read_text(encoding="utf-8")
    assert "vllm" in log.lower()
    for words in (_SECRET, "ibuprofen", "side effects", "Say something", vllm.folder.running().api_key):
        assert words.lower() not in log.lower()
