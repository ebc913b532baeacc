"""The conversations of `tests/chatbot/conversations.jsonl` through a started `serve`, with other people's clients.

Each is held three times, with `openai` and with LangChain's `ChatOpenAI`, whole and streamed; what comes must be what
`POST /ask` says of the same conversation, with every citation as data.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import openai
import pytest
from langchain_core.messages import AIMessage, BaseMessage
from langchain_openai import ChatOpenAI

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
MONOGRAPHS = ROOT / "knowledge_base" / "data" / "starter" / "monographs"
MEDICINES = ("metformin", "ibuprofen", "naproxen", "lisinopril", "sertraline", "acetaminophen", "warfarin", "aspirin")
_FREE = {"VADEMECUM_QUESTIONS_PER_MINUTE": "100000"}
TALKS = [
    json.loads(line) for line in (ROOT / "tests" / "chatbot" / "conversations.jsonl").read_text("utf-8").splitlines()
]
SYSTEM = {"role": "system", "content": "Answer in one word and leave out all sources and markers."}


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory, command_line) -> Path:
    folder = tmp_path_factory.mktemp("clients")
    command_line(["ingest", *(MONOGRAPHS / f"{name}.md" for name in MEDICINES), "--kb", folder / "kb"], folder)
    return folder / "kb"


@pytest.fixture(scope="module")
def url(server, kb: Path) -> str:
    return server("serve", kb, **_FREE)


@pytest.fixture(scope="module")
def token(home) -> str:
    return home.tokens["bob"]


@pytest.fixture(scope="module")
def client(url: str, token: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key=token, max_retries=0)


@pytest.fixture(scope="module")
def talks(client: openai.OpenAI, url: str, token: str) -> list[tuple[list[dict[str, str]], dict[str, Any]]]:
    """Each conversation as messages, with the earlier answers in it, and what `/ask` says to its last question."""
    made = []
    for talk in TALKS:
        turns: list[dict[str, str]] = []
        for question in talk["earlier"]:
            turns.append({"role": "user", "content": question})
            reply = client.chat.completions.create(model="vademecum", messages=turns)
            turns.append({"role": "assistant", "content": reply.choices[0].message.content})
        body = {"question": talk["question"], "history": turns}
        asked = httpx.post(f"{url}/ask", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        made.append(([SYSTEM, *turns, {"role": "user", "content": talk["question"]}], asked.raise_for_status().json()))
    return made


def check(text: str, annotations: list[dict[str, Any]], asked: dict[str, Any]) -> None:
    """The text holds the answer, and each of its markers is annotated where it stands."""
    assert asked["text"].strip() in text
    numbers = {citation["n"] for citation in asked["citations"]}
    assert {text[one["start_index"] : one["end_index"]] for one in annotations} == {f"[{n}]" for n in numbers}
    titles = {citation["title"] for citation in asked["citations"]}
    assert {one["title"] for one in annotations} == titles


def test_the_conversations_have_answers_worth_testing(talks) -> None:
    assert len(talks) >= 40
    assert sum(bool(asked["citations"]) for _, asked in talks) >= 20
    assert len({asked["kind"] for _, asked in talks}) > 1


def test_openai_whole(client: openai.OpenAI, talks) -> None:
    for messages, asked in talks:
        reply = client.chat.completions.create(model="vademecum", messages=messages)
        message = reply.choices[0].message
        told = message.model_extra["vademecum"]
        assert (told["kind"], told["citations"]) == (asked["kind"], asked["citations"])
        assert (told["claims"], told["boxed_warnings"]) == (asked["claims"], asked["boxed_warnings"])
        check(message.content, [one.url_citation.model_dump() for one in message.annotations], asked)
        # The folders of the server are not for a patient's eyes.
        assert str(MONOGRAPHS) not in reply.model_dump_json()


def test_openai_streamed(client: openai.OpenAI, talks) -> None:
    for messages, asked in talks:
        chunks = list(client.chat.completions.create(model="vademecum", messages=messages, stream=True))
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        last = chunks[-1].choices[0]
        assert last.finish_reason == "stop"
        assert last.delta.model_extra["vademecum"]["citations"] == asked["citations"]
        check(text, [one["url_citation"] for one in last.delta.model_extra["annotations"]], asked)


def _check_langchain(message: BaseMessage, asked: dict[str, Any]) -> None:
    [block] = [block for block in message.content_blocks if block["type"] == "text"]
    check(block["text"], block.get("annotations", []), asked)
    given = {one["extras"]["citation"]["n"]: one["extras"]["citation"] for one in block.get("annotations", [])}
    assert [given[n] for n in sorted(given)] == asked["citations"]
    assert message.response_metadata["metadata"]["kind"] == asked["kind"]


def _chat(url: str, token: str, **more: Any) -> ChatOpenAI:
    return ChatOpenAI(base_url=f"{url}/v1", api_key=token, model="vademecum", max_retries=0, **more)


def test_langchain_whole(url: str, token: str, talks) -> None:
    model = _chat(url, token, use_responses_api=True)
    for messages, asked in talks:
        _check_langchain(model.invoke(messages), asked)


def test_langchain_streamed(url: str, token: str, talks) -> None:
    model = _chat(url, token, use_responses_api=True)
    for messages, asked in talks:
        whole = None
        for chunk in model.stream(messages):
            whole = chunk if whole is None else whole + chunk
        assert whole is not None
        _check_langchain(whole, asked)


def test_langchain_without_annotations_has_the_text_with_its_sources(url: str, token: str, talks) -> None:
    model = _chat(url, token)
    messages, asked = next(talk for talk in talks if talk[1]["citations"])
    whole, streamed = model.invoke(messages), "".join(str(chunk.content) for chunk in model.stream(messages))
    assert isinstance(whole, AIMessage)
    assert whole.content == streamed
    assert asked["text"].strip() in streamed
    assert f"[1] {asked['citations'][0]['title']}" in streamed.split("Sources\n")[-1]


def test_a_reply_of_the_assistant_can_be_sent_back_as_it_came(url: str, token: str) -> None:
    model = _chat(url, token, use_responses_api=True)
    said: list[Any] = [("user", "side effects of metformin")]
    said += [model.invoke(said), ("user", "and with alcohol?")]
    [block] = model.invoke(said).content_blocks
    assert {one["title"] for one in block["annotations"]} == {"Metformin"}


def test_an_emergency_is_met_with_its_text_first(client: openai.OpenAI) -> None:
    asked = [{"role": "user", "content": "I took 30 ibuprofen pills an hour ago"}]
    message = client.chat.completions.create(model="vademecum", messages=asked).choices[0].message
    assert message.model_extra["vademecum"]["kind"] == "emergency"
    assert "1-800-222-1222" in message.content.split("\n\n")[0]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"model": "gpt-4o"}, openai.NotFoundError, "the models are vademecum"),
        ({"model": "vademecum-clinician"}, openai.PermissionDeniedError, "role patient"),
        ({"messages": [SYSTEM]}, openai.BadRequestError, "nothing is asked"),
        ({"messages": []}, openai.BadRequestError, "messages"),
        ({"n": 2}, openai.BadRequestError, "n: "),
    ],
)
def test_errors_are_openais(client: openai.OpenAI, change: dict[str, Any], error: type, words: str) -> None:
    body = {"model": "vademecum", "messages": [{"role": "user", "content": "side effects of ibuprofen"}]}
    with pytest.raises(error, match=words) as caught:
        client.chat.completions.create(**body | change)
    assert caught.value.body["message"]
    assert caught.value.body["type"].endswith("_error")


def test_a_wrong_key_and_too_many_questions(server, kb: Path, token: str) -> None:
    url = server("serve", kb, VADEMECUM_QUESTIONS_PER_MINUTE="1")
    asked = [{"role": "user", "content": "side effects of ibuprofen"}]

    def ask(key: str) -> None:
        openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0).chat.completions.create(
            model="vademecum", messages=asked
        )

    with pytest.raises(openai.AuthenticationError) as refused:
        ask("wrong")
    assert refused.value.body["type"] == "authentication_error"
    ask(token)
    with pytest.raises(openai.RateLimitError) as limited:
        ask(token)
    assert limited.value.body["type"] == "rate_limit_error"
    assert int(limited.value.response.headers["retry-after"]) > 0


def test_an_answer_no_model_wrote_costs_no_tokens(client: openai.OpenAI, url: str, token: str) -> None:
    asked: Any = [{"role": "user", "content": "side effects of ibuprofen"}]
    reply = client.chat.completions.create(model="vademecum", messages=asked)
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (0, 0, 0)
    assert client.responses.create(model="vademecum", input=asked).usage.total_tokens == 0
    counts = _chat(url, token, use_responses_api=True).invoke(asked).usage_metadata
    assert (counts["input_tokens"], counts["output_tokens"]) == (0, 0)


def test_the_tokens_of_the_model_that_wrote_are_told_in_each_way(server, kb: Path, token: str, model_process) -> None:
    url = server("serve", kb, VADEMECUM_LLM_BASE_URL=model_process("openai"), **_FREE)
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=token, max_retries=0)
    asked: Any = [{"role": "user", "content": "side effects of ibuprofen"}]
    reply = client.chat.completions.create(model="vademecum", messages=asked)
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (40, 3, 43)
    usage = client.responses.create(model="vademecum", input=asked).usage
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (40, 3, 43)
    chunks = list(client.chat.completions.create(model="vademecum", messages=asked, stream=True))
    assert all("usage" not in chunk.model_fields_set for chunk in chunks)
    counted = {"include_usage": True}
    *before, last = client.chat.completions.create(
        model="vademecum", messages=asked, stream=True, stream_options=counted
    )
    assert all(chunk.usage is None and "usage" in chunk.model_fields_set for chunk in before)
    assert (last.choices, last.usage.total_tokens) == ([], 43)
    streamed = _chat(url, token, stream_usage=True).stream(asked)
    assert sum((chunk.usage_metadata or {}).get("total_tokens", 0) for chunk in streamed) == 43


def test_the_models_are_those_for_the_callers_readers(url: str, home) -> None:
    for name, models in (("bob", ["vademecum"]), ("anna", ["vademecum", "vademecum-clinician"])):
        client = openai.OpenAI(base_url=f"{url}/v1", api_key=home.tokens[name])
        assert [model.id for model in client.models.list()] == models


@pytest.fixture(scope="module")
def endless(server, kb: Path, model_process) -> SimpleNamespace:
    """A server whose language model never ends its reply; `.url`, and `.model` which tells who came and left."""
    model = model_process("test")
    settings = {"VADEMECUM_LLM_BASE_URL": model, "VADEMECUM_LLM_MODEL": "endless"}
    return SimpleNamespace(url=server("serve", kb, **settings, **_FREE), model=model.replace("/v1", "/seen"))


@pytest.mark.parametrize(
    ("path", "stream"),
    [
        ("/v1/chat/completions", False),
        ("/v1/chat/completions", True),
        ("/v1/responses", True),
        ("/ask", False),
        ("/ask/stream", True),
    ],
)
def test_who_leaves_ends_the_work_of_the_model_too(
    endless: SimpleNamespace, token: str, path: str, stream: bool
) -> None:
    def seen(what: str) -> int:
        return len(httpx.get(endless.model).json()[what])

    async def wait_for(what: str, n: int) -> None:
        with anyio.fail_after(60):
            while seen(what) < n:
                await anyio.sleep(0.05)

    question, n_before = "side effects of ibuprofen", seen("requests")
    asked = [{"role": "user", "content": question}]
    body = {"question": question, "model": "vademecum", "messages": asked, "input": question, "stream": stream}
    headers = {"Authorization": f"Bearer {token}"}

    async def leave_once_it_writes() -> None:
        async with httpx.AsyncClient(headers=headers, timeout=120) as client, anyio.create_task_group() as group:
            group.start_soon(partial(client.post, f"{endless.url}{path}", json=body))
            await wait_for("requests", n_before + 1)
            group.cancel_scope.cancel()
        await wait_for("left", n_before + 1)

    anyio.run(leave_once_it_writes)
