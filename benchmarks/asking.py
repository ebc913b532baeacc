"""Requests to a model server: through this project's client, and plain, with nothing between them and HTTP.

Knows how a reply streams over the OpenAI protocol and what vLLM's `/metrics` counts; knows no question.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import httpx

from chatbot.model_server.record import Record
from chatbot.models.types import ChatModel, Message

Send = Callable[[Sequence[Message]], Awaitable[float]]
"""Asks once, reads the whole reply, and gives the seconds until the first piece of it."""
_SECONDS = 600.0
_KEPT_SECONDS = 2.0
"""vLLM closes a connection after five seconds without a request; one that is used again just then breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one wave of requests took.

    Seconds to the first piece of each, seconds in all, and seconds of processor time on this side; tokens written,
    and tokens of prompts looked up in the prefix cache and found there.
    """

    first_seconds: tuple[float, ...]
    seconds: float
    own_seconds: float
    n_tokens: float
    n_cached: float
    n_prompt: float


class Metrics:
    """vLLM's counters."""

    def __init__(self, record: Record) -> None:
        self._url = record.base_url.removesuffix("/v1") + "/metrics"
        self._client = httpx.Client(headers=_headers(record), trust_env=False, timeout=_SECONDS)

    def read(self) -> dict[str, float]:
        """Tokens written, tokens of prompts looked up in the prefix cache, and those found there."""
        lines = self._client.get(self._url).raise_for_status().text.splitlines()
        names = ("generation_tokens_total", "prefix_cache_queries_total", "prefix_cache_hits_total")
        return {
            name: sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"vllm:{name}{{"))
            for name in names
        }


def through_client(model: ChatModel, max_tokens: int) -> Send:
    """How this project asks."""

    async def send(messages: Sequence[Message]) -> float:
        start, first = time.perf_counter(), 0.0
        async for piece in model.stream(messages, max_tokens=max_tokens):
            first = first or (time.perf_counter() - start if piece else 0.0)
        return first

    return send


@asynccontextmanager
async def plainly(record: Record, max_tokens: int) -> AsyncIterator[Send]:
    """How a program asks that only wants the text: one pool of connections, each line read as it comes."""
    limits = httpx.Limits(max_connections=None, keepalive_expiry=_KEPT_SECONDS)
    async with httpx.AsyncClient(headers=_headers(record), trust_env=False, timeout=_SECONDS, limits=limits) as client:

        async def send(messages: Sequence[Message]) -> float:
            start, first = time.perf_counter(), 0.0
            body = {
                "model": record.model,
                "messages": [{"role": message.role, "content": message.content} for message in messages],
                "max_tokens": max_tokens,
                "temperature": 0.0,
                "seed": 0,
                "stream": True,
            }
            async with client.stream("POST", f"{record.base_url}/chat/completions", json=body) as reply:
                reply.raise_for_status()
                async for line in reply.aiter_lines():
                    if line.startswith("data: {"):
                        choices = json.loads(line.removeprefix("data: "))["choices"]
                        if not first and choices and choices[0]["delta"].get("content"):
                            first = time.perf_counter() - start
            return first

        yield send


async def load(send: Send, prompts: Sequence[Sequence[Message]], metrics: Metrics) -> Load:
    """Send all prompts at once, a user each, and wait for the last word."""
    firsts: list[float] = []

    async def ask(messages: Sequence[Message]) -> None:
        firsts.append(await send(messages))

    before = metrics.read()
    start, own = time.perf_counter(), time.process_time()
    async with anyio.create_task_group() as group:
        for messages in prompts:
            group.start_soon(ask, messages)
    seconds, own = time.perf_counter() - start, time.process_time() - own
    after = metrics.read()
    written, looked_up, found = (after[name] - before[name] for name in before)
    return Load(
        first_seconds=tuple(firsts),
        seconds=seconds,
        own_seconds=own,
        n_tokens=written,
        n_cached=found,
        n_prompt=looked_up,
    )


def _headers(record: Record) -> dict[str, str]:
    return {"Authorization": f"Bearer {record.api_key}"}
