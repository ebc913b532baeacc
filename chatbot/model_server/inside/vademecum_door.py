"""The door of the model server: no request without its key, on any path.

Runs inside vLLM's environment, so it needs nothing but Python. vLLM asks for its key under `/v1` only, and other paths
(`/invocations`) generate text as well. An ASGI application around an ASGI application.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

_Message = MutableMapping[str, Any]
_App = Callable[[_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]]


class Door:
    """Lets in who shows `VLLM_API_KEY` as a bearer token."""

    def __init__(self, app: _App) -> None:
        self._app = app
        self._expected = f"Bearer {os.environ['VLLM_API_KEY']}".encode()

    async def __call__(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        """Pass the request on, or answer 401."""
        if scope["type"] == "lifespan" or secrets.compare_digest(_shown(scope), self._expected):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            headers = [(b"content-type", b"application/json"), (b"www-authenticate", b"Bearer")]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"error": {"message": "wrong or missing API key"}}'})
        else:
            await send({"type": "websocket.close", "code": 1008})


def _shown(scope: _Message) -> bytes:
    return next((bytes(value) for name, value in scope["headers"] if name == b"authorization"), b"")
