"""The client of an OpenAI-compatible server, against servers in other processes that behave badly."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any

import anyio
import httpx
import pytest

from chatbot.llm import OpenAIChatModel
from chatbot.models.pace import Limits
from chatbot.models.types import ChatModelError, Message, RequestRefusedError, TokenUsage

SAID = ["Take it ", "with food ", "[E1]."]
QUICK = {
    "slow": Limits(first=1),
    "stalls": Limits(gap=0.4),
    "keeps-alive": Limits(gap=0.4),
    "endless": Limits(total=2),
}
"""The one limit each of them meets; a busy machine meets no other first."""
SOON_SECONDS = 15
"""Less than any limit that is not meant, and more than a busy machine takes."""


@pytest.fixture(scope="module")
def address(model_process: Callable[..., str]) -> str:
    return model_process()


def client(address: str, model: str | None, limits: Limits | None = None, **more: Any) -> OpenAIChatModel:
    limits = limits or QUICK.get(model or "", Limits())
    return OpenAIChatModel(base_url=address, model=model, limits=limits, back_off_seconds=0.01, **more)


def say(model: Any) -> list[str]:
    async def run() -> list[str]:
        messages = [Message(role="system", content="rules"), Message(role="user", content="hello")]
        return [piece async for piece in model.stream(messages, max_tokens=50)]

    return anyio.run(run)


def seen(address: str, model: str) -> list[dict[str, Any]]:
    requests = httpx.get(address.replace("/v1", "/seen")).json()["requests"]
    return [request for request in requests if request["model"] == model]


def test_the_reply_comes_in_pieces(address: str) -> None:
    assert say(client(address, "named")) == SAID
    [request] = seen(address, "named")
    assert (request["temperature"], request["max_tokens"], request["stream"]) == (0.0, 50, True)
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert "cache_salt" not in request


def test_an_unnamed_model_is_the_one_the_server_offers(address: str) -> None:
    model = client(address, None)
    say(model)
    assert model.name == "tiny"
    assert anyio.run(model.check) == ("tiny",)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("refuses", "status 400"),
        ("breaks", "status 500"),
        ("silent", "empty reply"),
        ("slow", "did not answer within 1 s"),
        ("garbled", "can not be read"),
        ("error-in-reply", "error in the middle"),
        ("busy-always", "status 429"),
        ("busy-for-an-hour", "status 429"),
        ("stalls", "fell silent for 0.4 s"),
        ("keeps-alive", "fell silent for 0.4 s"),
        ("ends-early", "broke off"),
        ("hangs-up-in-reply", "broke off"),
        ("endless", "did not end its reply within 2 s"),
    ],
)
def test_whatever_goes_wrong_is_one_line_and_soon(address: str, name: str, complaint: str) -> None:
    begun = time.monotonic()
    with pytest.raises(ChatModelError, match=complaint) as caught:
        say(client(address, name))
    assert "\n" not in str(caught.value)
    assert time.monotonic() - begun < SOON_SECONDS


def test_a_request_that_is_refused_says_nothing_of_the_server(address: str) -> None:
    with pytest.raises(RequestRefusedError):
        say(client(address, "refuses"))


@pytest.mark.parametrize("name", ["busy-once", "busy-until-a-date", "hangs-up-once"])
def test_a_busy_server_is_asked_again(address: str, name: str) -> None:
    assert say(client(address, name)) == SAID
    assert len(seen(address, name)) == 2


@pytest.mark.parametrize(("name", "n"), [("busy-always", 3), ("busy-for-an-hour", 1), ("breaks", 1), ("stalls", 1)])
def test_what_is_of_no_use_is_not_asked_again(address: str, name: str, n: int) -> None:
    before = len(seen(address, name))
    with pytest.raises(ChatModelError):
        say(client(address, name))
    assert len(seen(address, name)) - before == n


def test_the_wait_a_server_asks_for_is_kept(model_process: Callable[..., str]) -> None:
    address, begun = model_process(), time.monotonic()
    say(client(address, "busy-once"))
    assert time.monotonic() - begun >= 0.3


def test_no_server_at_all() -> None:
    with pytest.raises(ChatModelError, match="can not be reached"):
        say(client("http://127.0.0.1:9/v1", "x"))


def test_a_wrong_key_names_the_setting(address: str) -> None:
    with pytest.raises(ChatModelError, match="VADEMECUM_LLM_API_KEY"):
        say(client(address, None, api_key="wrong"))


def test_a_server_killed_in_its_reply_is_noticed_at_once(model_process: Callable[..., str]) -> None:
    begun = time.monotonic()
    with pytest.raises(ChatModelError, match="broke off"):
        say(client(model_process(), "killed", Limits()))
    assert time.monotonic() - begun < SOON_SECONDS


@pytest.mark.parametrize("leaves_by", ["closing", "cancelling"])
def test_the_server_sees_that_the_reader_left(model_process: Callable[..., str], leaves_by: str) -> None:
    address = model_process()

    async def leave() -> None:
        stream = client(address, "endless").stream([Message(role="user", content="x")], max_tokens=50)
        if leaves_by == "closing":
            async with aclosing(stream):
                await anext(stream)
            return
        with anyio.CancelScope() as scope:
            async for _ in stream:
                scope.cancel()

    anyio.run(leave)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not httpx.get(address.replace("/v1", "/seen")).json()["left"]:
        time.sleep(0.05)
    assert httpx.get(address.replace("/v1", "/seen")).json()["left"] == ["endless"]


def test_vllm_is_told_whose_prompt_it_is_and_others_are_not(model_process: Callable[..., str]) -> None:
    address = model_process("vllm")
    model = client(address, "named")
    for session in ("anna", "anna", "bob"):
        say(model.for_session(session))
    say(client(address, "named").for_session("anna"))
    first, second, other, other_process = (request["cache_salt"] for request in seen(address, "named"))
    assert first == second
    assert len({first, other, other_process}) == 3
    assert "anna" not in first


def test_vllm_counts_the_prompt_and_others_are_not_asked(address: str, model_process: Callable[..., str]) -> None:
    asked = [Message(role="user", content="one two three")]
    assert anyio.run(client(model_process("vllm"), "named").prompt_size, asked) == (3, 512)
    assert anyio.run(client(address, "named").prompt_size, asked) is None
    assert anyio.run(client("http://127.0.0.1:9/v1", "named").prompt_size, asked) is None


def test_the_tokens_of_a_session_are_the_servers_own_count(model_process: Callable[..., str]) -> None:
    model = client(model_process("vllm"), "named")
    anna, bob = model.for_session("anna"), model.for_session("bob")
    assert anna.usage == TokenUsage()
    say(anna), say(anna), say(bob)
    assert anna.usage == TokenUsage(n_read=80, n_written=6)
    assert bob.usage == TokenUsage(n_read=40, n_written=3)


@pytest.mark.parametrize("name", ["uncounted", "error-in-reply"])
def test_a_reply_without_a_count_leaves_none_of_the_session(model_process: Callable[..., str], name: str) -> None:
    address = model_process("vllm")
    model = client(address, name).for_session("anna")
    with suppress(ChatModelError):
        say(model)
    assert model.usage is None


def test_a_server_that_may_not_know_the_request_is_not_asked_to_count(address: str) -> None:
    model = client(address, "named").for_session("anna")
    say(model)
    assert model.usage is None
    assert "stream_options" not in seen(address, "named")[-1]


def test_a_busy_server_that_read_nothing_costs_nothing(model_process: Callable[..., str]) -> None:
    model = client(model_process("vllm"), "busy-always").for_session("anna")
    with pytest.raises(ChatModelError):
        say(model)
    assert model.usage == TokenUsage()


def test_no_log_holds_what_was_sent_at_any_level(address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    say(client(address, "named"))
    assert caplog.records
    assert "hello" not in caplog.text
    assert "rules" not in caplog.text
