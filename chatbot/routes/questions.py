"""POST /ask and /ask/stream: one question, answered as `ask --json` does. POST /check: a list of medicines."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from chatbot.accounts.identity import Identity
from chatbot.contract import to_json
from chatbot.facts import Facts, facts_of
from chatbot.opened import OpenedAnswerer
from chatbot.question_text import MAX_CHARS
from chatbot.routes.caller import caller_of, shown_to
from chatbot.routes.events import STREAMED, Event, send_events
from chatbot.routes.leaving import while_there
from chatbot.streaming import Pending, stream_answer
from chatbot.types import Response, Turn

_MAX_TURNS = 50
_MAX_TURN_CHARS = 20_000
"""An earlier answer with its quotes is longer than a question may be."""


Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]


class TurnBody(BaseModel):
    """One earlier message."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=_MAX_TURN_CHARS)


class FactsBody(BaseModel):
    """What is known of the person the medicine is for; strict, as a wrong fact misleads more than none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    pregnant: bool = False
    breastfeeding: bool = False
    over_65: bool = False
    kidney: bool = False
    liver: bool = False
    age_years: float | None = Field(default=None, ge=0, le=120)
    weight_kg: float | None = Field(default=None, ge=0.3, le=400)
    allergies: list[Name] = Field(default_factory=list, max_length=30)
    medicines: list[Name] = Field(default_factory=list, max_length=30)


class AskBody(BaseModel):
    """A question, with the conversation before it."""

    question: str = Field(min_length=1, max_length=MAX_CHARS)
    history: list[TurnBody] = Field(default_factory=list, max_length=_MAX_TURNS)
    audience: Literal["patient", "clinician"] = "patient"
    facts: FactsBody | None = None

    @property
    def turns(self) -> list[Turn]:
        """The conversation as values."""
        return [Turn(role=turn.role, content=turn.content) for turn in self.history]

    @property
    def known(self) -> Facts | None:
        """The facts as values."""
        return facts_of(self.facts.model_dump()) if self.facts is not None else None


class CheckBody(BaseModel):
    """A list of medicines, one name an item."""

    medicines: list[Name] = Field(min_length=1, max_length=30)


def question_routes(answerer: OpenedAnswerer) -> APIRouter:
    """The routes over one answerer."""
    router = APIRouter()

    @router.post("/ask")
    async def ask(body: AskBody, request: Request) -> dict[str, Any]:
        caller = _refuse_others(body, request)
        answer = answerer.answer(
            body.question, history=body.turns, audience=body.audience, facts=body.known, session=caller.name
        )
        return _shown(await while_there(request, answer), caller)

    @router.post("/ask/stream", responses=STREAMED)
    async def ask_streamed(body: AskBody, request: Request) -> StreamingResponse:
        caller = _refuse_others(body, request)
        return send_events(request.url.path, _news(answerer, body, caller), lambda body: {"type": "error", **body})

    @router.post("/check")
    def check(body: CheckBody, request: Request) -> dict[str, Any]:
        return _shown(answerer.check_list(body.medicines), caller_of(request))

    return router


def _refuse_others(body: AskBody, request: Request) -> Identity:
    caller = caller_of(request)
    if body.audience not in caller.audiences:
        raise HTTPException(403, f"the role {caller.role} has no answers for the audience {body.audience}")
    return caller


async def _news(answerer: OpenedAnswerer, body: AskBody, caller: Identity) -> AsyncGenerator[Event, None]:
    """What is being done and the checked sentences so far, then the answer, which takes their place."""
    news = stream_answer(answerer, body.question, body.turns, body.audience, body.known, session=caller.name)
    async with aclosing(news):
        async for item in news:
            if isinstance(item, Pending):
                yield {"type": "pending", "stage": item.stage, "draft": item.draft}
            else:
                yield {"type": "response", "response": _shown(item, caller)}


def _shown(response: Response, caller: Identity) -> dict[str, Any]:
    """The contract's JSON, without what is not for the caller's eyes."""
    value = to_json(response)
    return {**value, **{name: shown_to(caller, value[name]) for name in ("citations", "passages")}}
