"""POST /search: ranked passages, as `search --json` gives them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from chatbot.contract import passage_to_json
from chatbot.opened import OpenedAnswerer
from chatbot.question_text import MAX_CHARS, clean_question
from chatbot.routes.caller import caller_of, shown_to
from knowledge_base.types import Query


class SearchBody(BaseModel):
    """Words to look for and how many passages to give back."""

    query: str = Field(min_length=1, max_length=MAX_CHARS)
    k: int = Field(default=8, ge=1, le=100)


def passage_routes(answerer: OpenedAnswerer) -> APIRouter:
    """The routes over one answerer's retriever."""
    router = APIRouter()

    @router.post("/search")
    def search(body: SearchBody, request: Request) -> list[dict[str, Any]]:
        retrieval = answerer.retriever.search(Query(text=clean_question(body.query).text, k=body.k))
        return shown_to(caller_of(request), [passage_to_json(scored) for scored in retrieval.passages])

    return router
