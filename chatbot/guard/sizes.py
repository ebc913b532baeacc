"""How large a request may be and how long it may take to arrive; the body is read once, here."""

from __future__ import annotations

import asyncio
from typing import Final

from chatbot.guard.asgi import BODY, App, Receive, Scope, Send, header, refuse, replaying

_BODY_SECONDS: Final = 20.0
_MAX_TARGET_CHARS: Final = 4096


class Sizes:
    """Refuses long bodies with status 413, long addresses with 414 and slow ones with 408."""

    def __init__(self, app: App, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with the whole body at hand, or refuse."""
        if len(scope["path"]) + len(scope.get("query_string", b"")) > _MAX_TARGET_CHARS:
            await refuse(scope, receive, send, 414, f"an address has at most {_MAX_TARGET_CHARS} characters")
            return
        declared = header(scope, "content-length") or ""
        try:
            too_long = declared.isdecimal() and int(declared) > self._max_bytes
            body = None if too_long else await asyncio.wait_for(self._read(receive), _BODY_SECONDS)
        except TimeoutError:
            await refuse(scope, receive, send, 408, f"the request did not arrive within {_BODY_SECONDS:g} s")
            return
        if body is None:
            closing = {"Connection": "close"}
            await refuse(scope, receive, send, 413, f"a request has at most {self._max_bytes} bytes", closing)
            return
        scope[BODY] = body
        await self._app(scope, replaying(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The body; None if it is too long."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return b"".join(parts)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._max_bytes:
                return None
            if not message.get("more_body", False):
                return b"".join(parts)
