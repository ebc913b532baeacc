"""What every layer shares: the shape of ASGI, headers of a request, and a refusal in one line of JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from chatbot.accounts.identity import Identity
from chatbot.guard.refusals import refusal_body

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

ADDRESS: Final = "vademecum.address"
SECURE: Final = "vademecum.secure"
IDENTITY: Final = "vademecum.identity"
BODY: Final = "vademecum.body"
ROUTE: Final = "vademecum.route"
"""Keys under which the layers leave what they found in the scope of a request."""

UNSAFE_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


async def refuse(
    scope: Scope, receive: Receive, send: Send, status: int, message: str, headers: Mapping[str, str] | None = None
) -> None:
    """Answer a request with an error; `message` holds nothing the caller sent."""
    body = refusal_body(scope["path"], status, message)
    await JSONResponse(body, status_code=status, headers=headers)(scope, receive, send)


def header(scope: Scope, name: str) -> str | None:
    """The value of a request's header."""
    return Headers(raw=list(scope["headers"])).get(name)


def identity_of(scope: Scope) -> Identity | None:
    """Who asks, once the identification has passed."""
    found = scope.get(IDENTITY)
    return found if isinstance(found, Identity) else None


def without_headers(scope: Scope, names: frozenset[bytes]) -> None:
    """Take headers out of a request; names in lower case."""
    scope["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() not in names]


def replaying(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was read already, then what comes after it, which is the end of the connection."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
