"""What goes wrong behind a route becomes one line of JSON; the edge of the HTTP API."""

from __future__ import annotations

import logging
from typing import Final

from starlette.responses import JSONResponse, Response

from chatbot.guard.asgi import App, Message, Receive, Scope, Send
from chatbot.guard.refusals import refusal_body
from chatbot.routes.leaving import CallerLeftError
from knowledge_base.errors import VademecumError

BROKEN: Final = "something went wrong and the request was not answered"
_LOG: Final = logging.getLogger(__name__)
_LEFT: Final = 499
"""For the audit log, as nobody receives it: the caller closed the connection (nginx's number)."""


class OneLineFailures:
    """Answers with an error where nothing was answered yet.

    A plain ASGI layer: through Starlette's own kind a route does not learn that its caller has left.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        response: Response
        try:
            await self._app(scope, receive, noting)
            return
        except VademecumError as error:
            response = JSONResponse(refusal_body(scope["path"], 503, str(error)), status_code=503)
        except CallerLeftError:
            response = Response(status_code=_LEFT)
        except Exception as error:  # noqa: BLE001, RUF100 - the edge of the program: a trace may carry the person's words
            _LOG.error("%s failed: %s", scope["path"], type(error).__name__)
            response = JSONResponse(refusal_body(scope["path"], 500, BROKEN), status_code=500)
        if not begun:
            await response(scope, receive, send)
