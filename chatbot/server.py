"""The HTTP API: the command line's JSON over POST. Loopback only until there are accounts."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from chatbot.contract import passage_to_json, to_json
from chatbot.opened import OpenedAnswerer
from chatbot.types import Turn
from knowledge_base.errors import VademecumError
from knowledge_base.types import Query

_LOG: Final = logging.getLogger(__name__)

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

    @api.middleware("http")
    async def fail_in_one_line(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        try:
            return await call_next(request)
        except VademecumError as error:
            return JSONResponse({"error": str(error)}, status_code=503)
        except Exception as error:  # noqa: BLE001, RUF100 - the edge of the program: a trace may carry the person's words
            _LOG.error("%s failed: %s", request.url.path, type(error).__name__)
            return JSONResponse({"error": "something went wrong and the request was not answered"}, status_code=500)

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
