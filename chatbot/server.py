"""The HTTP API: the command line's JSON over POST. Loopback only until there are accounts."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

from chatbot.contract import passage_to_json, to_json
from chatbot.opened import OpenedAnswerer
from chatbot.types import Turn
from knowledge_base.types import Query

_MAX_CHARS = 4000
_MAX_TURNS = 50


class TurnBody(BaseModel):
    """One earlier message."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=_MAX_CHARS)


class AskBody(BaseModel):
    """A question, with the conversation before it."""

    question: str = Field(min_length=1, max_length=_MAX_CHARS)
    history: list[TurnBody] = Field(default_factory=list, max_length=_MAX_TURNS)
    audience: Literal["patient", "clinician"] = "patient"


class SearchBody(BaseModel):
    """Words to look for and how many passages to give back."""

    query: str = Field(min_length=1, max_length=_MAX_CHARS)
    k: int = Field(default=8, ge=1, le=100)


def build_api(answerer: OpenedAnswerer) -> FastAPI:
    """The application over one answerer; every body is JSON, every answer the contract of `ask --json`."""
    api = FastAPI(title="vademecum", docs_url=None, redoc_url=None)

    @api.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "index_version": answerer.knowledge_base.index_version}

    @api.post("/ask")
    async def ask(body: AskBody) -> dict[str, Any]:
        history = [Turn(role=turn.role, content=turn.content) for turn in body.history]
        return to_json(await answerer.answer(body.question, history=history, audience=body.audience))

    @api.post("/search")
    def search(body: SearchBody) -> list[dict[str, Any]]:
        retrieval = answerer.retriever.search(Query(text=body.query, k=body.k))
        return [passage_to_json(scored) for scored in retrieval.passages]

    return api
