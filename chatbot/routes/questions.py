"""POST /ask: one question, answered as `ask --json` does."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from chatbot.contract import to_json
from chatbot.opened import OpenedAnswerer
from chatbot.question_text import MAX_CHARS
from chatbot.routes.caller import caller_of, shown_to
from chatbot.types import Turn

_MAX_TURNS = 50
_MAX_TURN_CHARS = 20_000
"""An earlier answer with its quotes is longer than a question may be."""


class TurnBody(BaseModel):
    """One earlier message."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=_MAX_TURN_CHARS)


class AskBody(BaseModel):
    """A question, with the conversation before it."""

    question: str = Field(min_length=1, max_length=MAX_CHARS)
    history: list[TurnBody] = Field(default_factory=list, max_length=_MAX_TURNS)
    audience: Literal["patient", "clinician"] = "patient"


def question_routes(answerer: OpenedAnswerer) -> APIRouter:
    """The routes over one answerer."""
    router = APIRouter()

    @router.post("/ask")
    async def ask(body: AskBody, request: Request) -> dict[str, Any]:
        caller = caller_of(request)
        if body.audience not in caller.audiences:
            raise HTTPException(403, f"the role {caller.role} has no answers for the audience {body.audience}")
        history = [Turn(role=turn.role, content=turn.content) for turn in body.history]
        response = to_json(await answerer.answer(body.question, history=history, audience=body.audience))
        return {**response, **{name: shown_to(caller, response[name]) for name in ("citations", "passages")}}

    return router
