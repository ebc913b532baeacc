"""GET /kb and /kb/documents: what is in the knowledge base, for administrators."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, HTTPException, Request

from chatbot.opened import OpenedAnswerer
from chatbot.routes.caller import caller_of


def document_routes(answerer: OpenedAnswerer) -> APIRouter:
    """The routes over one answerer's knowledge base."""
    router = APIRouter(prefix="/kb")

    @router.get("")
    def info(request: Request) -> dict[str, Any]:
        _refuse_others(request)
        return answerer.knowledge_base.manifest.to_json()

    @router.get("/documents")
    def documents(request: Request) -> list[dict[str, Any]]:
        _refuse_others(request)
        return [asdict(document) for document in answerer.knowledge_base.store.documents()]

    return router


def _refuse_others(request: Request) -> None:
    if not caller_of(request).is_admin:
        raise HTTPException(403, "only an administrator sees what is in the knowledge base")
