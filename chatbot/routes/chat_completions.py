"""GET /v1/models and POST /v1/chat/completions: vademecum as any OpenAI client sees a model.

After OpenAI's API reference of chat completions. Citations are data twice: as `annotations` of the message, and as the
objects of our own contract in its field `vademecum`; in a stream both come with the last piece.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from chatbot.opened import OpenedAnswerer
from chatbot.plain_text import pieces
from chatbot.routes.caller import caller_of
from chatbot.routes.events import STREAMED, Event, send_events
from chatbot.routes.openai_asking import Asking, Told, asking
from chatbot.routes.openai_bodies import MODELS, ChatBody

_URL_CITATION: Final = frozenset({"start_index", "end_index", "title", "url"})


def chat_routes(answerer: OpenedAnswerer) -> APIRouter:
    """The routes over one answerer."""
    router = APIRouter(prefix="/v1")

    @router.get("/models")
    def models(request: Request) -> dict[str, Any]:
        allowed = caller_of(request).audiences
        names = [name for name, audience in MODELS.items() if audience in allowed]
        return {
            "object": "list",
            "data": [{"id": name, "object": "model", "created": 0, "owned_by": "vademecum"} for name in names],
        }

    @router.post("/chat/completions", responses=STREAMED)
    async def complete(body: ChatBody, request: Request) -> Response:
        asked = asking(answerer, request, body.model, body.messages)
        if body.stream:
            counted = body.stream_options is not None and bool(body.stream_options.include_usage)
            begin = [_chunk(asked, {"role": "assistant", "content": ""}, counted=counted)]
            events = asked.stream(begin, lambda told: _chunks(asked, told, counted=counted))
            return send_events(request.url.path, events, dict, end="[DONE]")
        told = await asked.tell()
        message = {"role": "assistant", "content": told.text, "refusal": None, **_citations(told)}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return JSONResponse({**_head(asked, "chat.completion"), "choices": [choice], "usage": _usage(told)})

    return router


def _chunks(asked: Asking, told: Told, *, counted: bool) -> Iterator[Event]:
    for piece in pieces(told.text):
        yield _chunk(asked, {"content": piece}, counted=counted)
    yield _chunk(asked, _citations(told), "stop", counted=counted)
    if counted:
        yield {**_head(asked, "chat.completion.chunk"), "choices": [], "usage": _usage(told)}


def _chunk(asked: Asking, delta: dict[str, Any], finish_reason: str | None = None, *, counted: bool) -> Event:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    uncounted = {"usage": None} if counted else {}
    return {**_head(asked, "chat.completion.chunk"), "choices": [choice], **uncounted}


def _usage(told: Told) -> dict[str, int] | None:
    """Null where the language model does not tell."""
    if told.usage is None:
        return None
    read, written = told.usage.n_read, told.usage.n_written
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _head(asked: Asking, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{asked.id}", "object": kind, "created": asked.created, "model": asked.model}


def _citations(told: Told) -> dict[str, Any]:
    nested = [
        {"type": kind, kind: {name: part for name, part in one.items() if name in _URL_CITATION}}
        for one in told.annotations
        for kind in [one["type"]]
    ]
    return {"annotations": nested, "vademecum": told.data}
