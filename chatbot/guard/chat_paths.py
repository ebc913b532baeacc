"""What the chat's page may ask of its server, and of whose conversation.

Gradio tells conversations apart by an id that the browser chooses, and has many more addresses (files, uploads, API,
monitoring) than this page uses. Here an id belongs to the user who first came with it, and an address that the page
does not use is not there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from chatbot.guard.asgi import BODY, ROUTE, App, Message, Receive, Scope, Send, identity_of, refuse, replaying
from chatbot.guard.belongings import Belongings

_API: Final = "/gradio_api"
JOIN: Final = f"{_API}/queue/join"
_DATA: Final = f"{_API}/queue/data"
_HEARTBEAT: Final = re.compile(rf"{_API}/heartbeat/([A-Za-z0-9_-]{{1,64}})")
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    JOIN: ("session_hash",),
    f"{_API}/cancel": ("session_hash", "event_id"),
    f"{_API}/reset": ("event_id",),
}
"""What is posted, and the ids it must name."""
_PAGE: Final = frozenset(
    {"/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", f"{_API}/info"}
)
_STATIC: Final = ("/assets/", "/static/")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def is_static(scope: Scope) -> bool:
    """Whether a request is for a file of the interface, the same for everybody."""
    path = scope["path"]
    return path.startswith(_STATIC) or path in ("/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt")


def asks(scope: Scope) -> bool:
    """Whether a request starts something that takes work: a question, opening a source."""
    return bool(scope["path"] == JOIN)


class ChatPaths:
    """Passes on what the page needs, for conversations of the caller alone; the rest is status 404."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._belongings = Belongings()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse."""
        identity = identity_of(scope)
        owner = identity.name if identity else ""
        path, method = scope["path"], scope["method"]
        if method in ("GET", "HEAD") and (path in _PAGE or path.startswith(_STATIC)):
            scope[ROUTE] = "static" if is_static(scope) else path
            # Gradio would load a saved page that the query names.
            scope["query_string"] = b""
            await self._app(scope, receive, send)
        elif method == "GET" and (beat := _HEARTBEAT.fullmatch(path)) and self._belongings.claim(beat[1], owner):
            scope[ROUTE] = "heartbeat"
            await self._app(scope, receive, send)
        elif method == "GET" and path == _DATA and self._belongings.holds(_session_of(scope), owner):
            scope[ROUTE] = path
            await self._app(scope, receive, send)
        elif method == "POST" and path in _NEEDED:
            scope[ROUTE] = path
            await self._post(scope, receive, send, owner)
        else:
            await refuse(scope, receive, send, 404, "there is nothing here")

    async def _post(self, scope: Scope, receive: Receive, send: Send, owner: str) -> None:
        body = _object(scope[BODY])
        ids = [body.get(name) for name in _NEEDED[scope["path"]]]
        given = body.get("event_id")
        is_join = scope["path"] == JOIN
        known = self._belongings.claim if is_join else self._belongings.holds
        if not all(isinstance(one, str) and _ID.fullmatch(one) and known(one, owner) for one in ids) or (
            is_join and given is not None and not (isinstance(given, str) and self._belongings.holds(given, owner))
        ):
            await refuse(scope, receive, send, 404, "there is nothing here")
            return
        # Written anew: what was checked here is what Gradio reads, a name that stands twice included.
        await self._app(
            scope, replaying(json.dumps(body).encode(), receive), self._claiming(send, owner) if is_join else send
        )

    def _claiming(self, send: Send, owner: str) -> Send:
        """Notes the id of the question that was begun as the owner's, before the browser learns it."""
        parts: list[bytes] = []

        async def claiming(message: Message) -> None:
            if message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                event_id = _object(b"".join(parts)).get("event_id")
                if isinstance(event_id, str):
                    self._belongings.claim(event_id, owner)
            await send(message)

        return claiming


def _session_of(scope: Scope) -> str:
    given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("session_hash", [])
    return given[0] if len(given) == 1 else ""


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
