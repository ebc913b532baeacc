"""The audit log: a line of JSON for each request, who and when and how it ended; never what was asked or answered."""

from __future__ import annotations

import json
import logging
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from chatbot.guard.asgi import ADDRESS, ROUTE, App, Message, Receive, Scope, Send, identity_of

_LOG: Final = logging.getLogger(__name__)
_OWNER_ONLY: Final = 0o600
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Audit:
    """Gives each request an id and writes its line when it has ended."""

    def __init__(self, app: App, path: Path | None) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; write the line also if what follows breaks."""
        request_id, begun, status = secrets.token_hex(8), perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            if self._path is not None:
                _append(self._path, _line(scope, request_id, status, perf_counter() - begun))


def _append(path: Path, line: dict[str, Any]) -> None:
    # Opened for each line, so that a log rotation can move the file; one write is one whole line.
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
        try:
            os.write(descriptor, (json.dumps(line) + "\n").encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        _LOG.error("the audit log %s cannot be written: %s", path, error.strerror)


def _line(scope: Scope, request_id: str, status: int, seconds: float) -> dict[str, Any]:
    identity = identity_of(scope)
    return {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "request_id": request_id,
        "user": identity.name if identity else None,
        "role": identity.role if identity else None,
        "address": scope.get(ADDRESS),
        "method": scope["method"] if scope["method"] in _METHODS else "other",
        "route": _route(scope),
        "status": status,
        "seconds": round(seconds, 4),
    }


def _route(scope: Scope) -> str:
    """The route's pattern: an address as it was typed may hold a person's words."""
    named = scope.get(ROUTE) or getattr(scope.get("route"), "path", None)
    return named if isinstance(named, str) else "other"
