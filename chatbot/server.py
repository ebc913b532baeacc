"""The HTTP API: the command line's JSON over POST. Its routes are in `chatbot/routes`, who may call them in `guard`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException as StarletteHTTPException

from chatbot.opened import OpenedAnswerer
from chatbot.routes.caller import REFUSALS
from chatbot.routes.documents import document_routes
from chatbot.routes.passages import passage_routes
from chatbot.routes.questions import question_routes
from knowledge_base.errors import VademecumError

_LOG: Final = logging.getLogger(__name__)


def build_api(answerer: OpenedAnswerer, *, accounts: bool = False) -> FastAPI:
    """The application over one answerer; every body is JSON, every answer the contract of `ask --json`.

    Args:
        answerer: answers questions from an open knowledge base.
        accounts: whether callers must send a token, which the guard asks for; here it is said in the description.
    """
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

    @api.exception_handler(StarletteHTTPException)
    async def refuse(_: Request, error: StarletteHTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)

    @api.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "index_version": answerer.knowledge_base.index_version}

    needed = [Depends(HTTPBearer(auto_error=False))] if accounts else []
    for routes in (question_routes, passage_routes, document_routes):
        api.include_router(routes(answerer), dependencies=needed, responses=REFUSALS)
    return api
