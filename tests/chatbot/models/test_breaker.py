from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import anyio
import pytest

from chatbot.models.breaker import Circuit, CircuitBreaker
from chatbot.models.types import ChatModelError, Message, PromptSize, RequestRefusedError, TokenUsage, for_session


class Model:
    """Fails while it is told to, and counts how often it is asked."""

    name = "fake"

    def __init__(self) -> None:
        self.error: ChatModelError | None = None
        self.asked = 0
        self.sessions: list[str] = []

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        self.asked += 1
        yield "one "
        if self.error is not None:
            raise self.error
        yield "two"

    async def prompt_size(self, messages: Sequence[Message]) -> PromptSize | None:
        return PromptSize(3, 512)

    async def check(self) -> tuple[str, ...]:
        return ("fake",)

    def for_session(self, session: str) -> Model:
        self.sessions.append(session)
        return self


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def parts() -> tuple[Model, Clock, CircuitBreaker]:
    model, clock = Model(), Clock()
    return model, clock, CircuitBreaker(model, Circuit(failures=2, open_seconds=30, clock=clock))


async def _reply(breaker: CircuitBreaker) -> str:
    return "".join([piece async for piece in breaker.stream([], max_tokens=5)])


def ask(breaker: CircuitBreaker) -> str:
    try:
        return anyio.run(_reply, breaker)
    except ChatModelError as error:
        return str(error)


def test_it_opens_after_failures_in_a_row_and_asks_nobody_then(parts) -> None:
    model, clock, breaker = parts
    model.error = ChatModelError("down")
    assert [ask(breaker), ask(breaker)] == ["down", "down"]
    assert anyio.run(breaker.prompt_size, []) is None
    clock.now += 10
    assert "tried again in 20 s" in ask(breaker)
    assert model.asked == 2


def test_a_success_in_between_starts_the_count_again(parts) -> None:
    model, _, breaker = parts
    for error in (ChatModelError("down"), None, ChatModelError("down"), None, ChatModelError("down")):
        model.error = error
        ask(breaker)
    model.error = None
    assert ask(breaker) == "one two"


@pytest.mark.parametrize(("error", "after"), [(None, "one two"), (ChatModelError("down"), "tried again in 30 s")])
def test_one_request_tries_when_the_time_is_over(parts, error, after: str) -> None:
    model, clock, breaker = parts
    model.error = ChatModelError("down")
    ask(breaker), ask(breaker)
    clock.now += 31

    async def while_one_tries() -> str:
        async with aclosing(breaker.stream([], max_tokens=5)) as probe:
            await anext(probe)
            try:
                return await _reply(breaker)
            except ChatModelError as refused:
                return str(refused)

    # The first one leaves before the end, which says nothing, so the next one tries.
    assert "tried again" in anyio.run(while_one_tries)
    model.error = error
    ask(breaker)
    assert model.asked == 4
    assert after in ask(breaker)


def test_a_request_that_is_refused_or_left_is_no_failure(parts) -> None:
    model, _, breaker = parts

    async def leave() -> None:
        async with aclosing(breaker.stream([], max_tokens=5)) as pieces:
            await anext(pieces)

    model.error = RequestRefusedError("too long")
    for _ in range(3):
        assert ask(breaker) == "too long"
        anyio.run(leave)
    model.error = None
    assert ask(breaker) == "one two"


def test_what_a_session_costs_is_the_models_to_say(parts) -> None:
    model, _, breaker = parts
    assert breaker.for_session("anna").usage is None
    model.usage = TokenUsage(n_read=3, n_written=2)
    assert breaker.for_session("anna").usage == TokenUsage(n_read=3, n_written=2)


def test_sessions_share_the_circuit(parts) -> None:
    model, _, breaker = parts
    model.error = ChatModelError("down")
    for session in ("anna", "bob"):
        ask(breaker.for_session(session))
    assert "tried again" in ask(for_session(breaker, "eve"))
    assert model.sessions == ["anna", "bob", "eve"]
    assert model.asked == 2
