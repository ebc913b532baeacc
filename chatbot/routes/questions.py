"""POST /ask: one question, answered as `ask --json` does. POST /check: a list of medicines, in the same shape."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from chatbot.accounts.identity import Identity
from chatbot.contract import to_json
from chatbot.facts import facts_of
from chatbot.opened import OpenedAnswerer
from chatbot.question_text import MAX_CHARS
from chatbot.routes.caller import caller_of, shown_to
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


class CheckBody(BaseModel):
    """A list of medicines, one name an item."""

    medicines: list[Name] = Field(min_length=1, max_length=30)


def question_routes(answerer: OpenedAnswerer) -> APIRouter:
    """The routes over one answerer."""
    router = APIRouter()

    @router.post("/ask")
    async def ask(body: AskBody, request: Request) -> dict[str, Any]:
        caller = caller_of(request)
        if body.audience not in caller.audiences:
            raise HTTPException(403, f"the role {caller.role} has no answers for the audience {body.audience}")
        history = [Turn(role=turn.role, content=turn.content) for turn in body.history]
        facts = facts_of(body.facts.model_dump()) if body.facts is not None else None
        response = await answerer.answer(body.question, history=history, audience=body.audience, facts=facts)
        return _shown(response, caller)

    @router.post("/check")
    def check(body: CheckBody, request: Request) -> dict[str, Any]:
        return _shown(answerer.check_list(body.medicines), caller_of(request))

    return router


def _shown(response: Response, caller: Identity) -> dict[str, Any]:
    """The contract's JSON, without what is not for the caller's eyes."""
    value = to_json(response)
    return {**value, **{name: shown_to(caller, value[name]) for name in ("citations", "passages")}}
