"""POST /v1/responses: the same assistant in OpenAI's newer protocol, whose annotations every client keeps.

After OpenAI's API reference of responses. Nothing is stored: the whole conversation comes with each request. Each
annotation is a `url_citation` with our citation object beside its fields, `metadata` tells the kind of the outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from chatbot.models.types import TokenUsage
from chatbot.opened import OpenedAnswerer
from chatbot.plain_text import pieces
from chatbot.routes.events import STREAMED, Event, send_events
from chatbot.routes.openai_asking import Asking, Told, asking
from chatbot.routes.openai_bodies import MessageBody, ResponsesBody


def response_routes(answerer: OpenedAnswerer) -> APIRouter:
    """The route over one answerer."""
    router = APIRouter(prefix="/v1")

    @router.post("/responses", responses=STREAMED)
    async def respond(body: ResponsesBody, request: Request) -> Response:
        given = [MessageBody(role="user", content=body.input)] if isinstance(body.input, str) else body.input
        asked = asking(answerer, request, body.model, given)
        if body.stream:
            number = count()
            events = asked.stream(
                _numbered([{"type": "response.created", "response": _response(asked, "in_progress")}], number),
                lambda told: _numbered(_events(asked, told), number),
            )
            return send_events(request.url.path, events, lambda refusal: _error(refusal, next(number)))
        return JSONResponse(_response(asked, "completed", await asked.tell()))

    return router


def _events(asked: Asking, told: Told) -> Iterator[Event]:
    place = {"item_id": f"msg_{asked.id}", "output_index": 0, "content_index": 0}
    begun = {**_message(asked, None), "status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", "output_index": 0, "item": begun}
    yield {"type": "response.content_part.added", **place, "part": _text("", [])}
    for piece in pieces(told.text):
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    for number, one in enumerate(told.annotations):
        yield {
            "type": "response.output_text.annotation.added",
            **place,
            "annotation_index": number,
            "annotation": one,
        }
    yield {"type": "response.output_text.done", **place, "text": told.text, "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": _text(told.text, told.annotations)}
    yield {"type": "response.output_item.done", "output_index": 0, "item": _message(asked, told)}
    yield {"type": "response.completed", "response": _response(asked, "completed", told)}


def _error(refusal: Event, number: int) -> Event:
    problem = refusal["error"]
    code, message = problem["type"], problem["message"]
    return {"type": "error", "code": code, "message": message, "param": None, "sequence_number": number}


def _numbered(events: Iterable[Event], number: Iterator[int]) -> Iterator[Event]:
    for event in events:
        yield {**event, "sequence_number": next(number)}


def _response(asked: Asking, status: str, told: Told | None = None) -> dict[str, Any]:
    return {
        "id": f"resp_{asked.id}",
        "object": "response",
        "created_at": asked.created,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {"kind": told.data["kind"], "model": told.data["model"]} if told is not None else {},
        "model": asked.model,
        "output": [_message(asked, told)] if told is not None else [],
        "parallel_tool_calls": False,
        "tool_choice": "none",
        "tools": [],
        "temperature": None,
        "top_p": None,
        "usage": _usage(told.usage) if told is not None and told.usage is not None else None,
        **({"vademecum": told.data} if told is not None else {}),
    }


def _usage(usage: TokenUsage) -> dict[str, Any]:
    # The protocol demands the details; what a model's server kept or thought is not known here.
    return {
        "input_tokens": usage.n_read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": usage.n_written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.n_read + usage.n_written,
    }


def _message(asked: Asking, told: Told | None) -> dict[str, Any]:
    content = [_text(told.text, told.annotations)] if told is not None else []
    return {
        "type": "message",
        "id": f"msg_{asked.id}",
        "status": "completed",
        "role": "assistant",
        "content": content,
    }


def _text(text: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}
