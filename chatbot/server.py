"""The HTTP API: the command line's JSON over POST. Its routes are in `chatbot/routes`, who may call them in `guard`."""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException as StarletteHTTPException

from chatbot.guard.refusals import OPENAI_PATHS, refusal_body
from chatbot.opened import OpenedAnswerer
from chatbot.routes.caller import REFUSALS
from chatbot.routes.chat_completions import chat_routes
from chatbot.routes.documents import document_routes
from chatbot.routes.failures import OneLineFailures
from chatbot.routes.openai_asking import OPENAI_REFUSALS
from chatbot.routes.passages import passage_routes
from chatbot.routes.questions import question_routes
from chatbot.routes.responses import response_routes


def build_api(answerer: OpenedAnswerer, *, accounts: bool = False) -> FastAPI:
    """The application over one answerer; every body is JSON, every answer the contract of `ask --json`.

    Args:
        answerer: answers questions from an open knowledge base.
        accounts: whether callers must send a token, which the guard asks for; here it is said in the description.
    """
    api = FastAPI(title="vademecum", docs_url=None, redoc_url=None)
    _say_errors_in_one_line(api)

    @api.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "index_version": answerer.knowledge_base.index_version}

    needed = [Depends(HTTPBearer(auto_error=False))] if accounts else []
    for routes in (question_routes, passage_routes, document_routes):
        api.include_router(routes(answerer), dependencies=needed, responses=REFUSALS)
    for routes in (chat_routes, response_routes):
        api.include_router(routes(answerer), dependencies=needed, responses=OPENAI_REFUSALS)
    return api


def _say_errors_in_one_line(api: FastAPI) -> None:
    api.add_middleware(OneLineFailures)

    @api.exception_handler(StarletteHTTPException)
    async def refuse(request: Request, error: StarletteHTTPException) -> JSONResponse:
        body = refusal_body(request.url.path, error.status_code, error.detail)
        return JSONResponse(body, status_code=error.status_code, headers=error.headers)

    @api.exception_handler(RequestValidationError)
    async def refuse_body(request: Request, error: RequestValidationError) -> Response:
        if not request.url.path.startswith(OPENAI_PATHS):
            return await request_validation_exception_handler(request, error)
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"] if part != "body")
        body = refusal_body(request.url.path, 400, f"{field or 'the body'}: {first['msg'].lower()}")
        return JSONResponse(body, status_code=400)
