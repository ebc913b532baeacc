"""GET /kb and /kb/documents: what is in the knowledge base, for administrators. GET /documents/ID: one document.

A citation carries the id of its document and offsets into its text; an older version of a label still opens by them.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request

from chatbot.opened import OpenedAnswerer
from chatbot.routes.caller import Refusal, caller_of, shown_to
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.types import Section

Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]
"""A place in a document's text, in characters."""


def document_routes(answerer: OpenedAnswerer) -> APIRouter:
    """The routes over one answerer's knowledge base."""
    router = APIRouter()

    @router.get("/kb")
    def info(request: Request) -> dict[str, Any]:
        _refuse_others(request)
        return answerer.knowledge_base.manifest.to_json()

    @router.get("/kb/documents")
    def documents(request: Request) -> list[dict[str, Any]]:
        _refuse_others(request)
        return [asdict(document) for document in answerer.knowledge_base.store.documents()]

    @router.get("/documents/{document_id}", responses={404: {"model": Refusal, "description": "No such document."}})
    def document(document_id: str, request: Request, start: Offset = 0, end: Offset | None = None) -> dict[str, Any]:
        answerer.knowledge_base.refresh()
        store = answerer.knowledge_base.store
        try:
            info = store.document(document_id)
        except KnowledgeBaseError as error:
            raise HTTPException(404, "no such document is stored") from error
        versions = store.versions(info.set_id) if info.set_id else [info]
        [header] = shown_to(caller_of(request), [asdict(info)])
        return {
            **header,
            "current": store.is_current(document_id),
            "versions": [one.id for one in versions],
            "sections": [_section(section) for section in store.sections(document_id)],
            "text": store.source_text(document_id)[start:end],
        }

    return router


def _section(section: Section) -> dict[str, Any]:
    return {
        "section_code": section.code,
        "section_title": section.title,
        "section_path": list(section.path),
        "start": section.start,
        "end": section.end,
    }


def _refuse_others(request: Request) -> None:
    if not caller_of(request).is_admin:
        raise HTTPException(403, "only an administrator sees what is in the knowledge base")
