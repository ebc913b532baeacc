"""Who asks: the session's cookie, an API token, or the name a trusted proxy sends. Nobody unknown gets further."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Final

from chatbot.accounts.identity import LOCAL, Identity
from chatbot.accounts.sessions import Sessions
from chatbot.accounts.users import Users
from chatbot.guard.asgi import IDENTITY, App, Receive, Scope, Send, header, refuse
from chatbot.guard.policy import Policy

COOKIE: Final = "vademecum_session"
_MAX_NAME_CHARS: Final = 64
Identifies = Callable[[Scope], Identity | None]


class Identification:
    """Leaves the identity in the scope; refuses whoever has none with status 401."""

    def __init__(
        self,
        app: App,
        policy: Policy,
        ways: Sequence[Identifies],
        *,
        is_open: Callable[[Scope], bool],
        unknown: App | None = None,
    ) -> None:
        """`is_open` tells what needs no identity; `unknown` answers whoever has none instead of the refusal."""
        self._app = app
        self._policy = policy
        self._ways = ways
        self._is_open = is_open
        self._unknown = unknown or _refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse."""
        identity = LOCAL if not self._policy.accounts else next(filter(None, (way(scope) for way in self._ways)), None)
        if identity is not None:
            scope[IDENTITY] = identity
        if identity is not None or self._is_open(scope):
            await self._app(scope, receive, send)
        else:
            await self._unknown(scope, receive, send)


def by_proxy(policy: Policy, users: Users) -> Identifies:
    """The name in the proxy's header; `Proxies` has taken the header out where it did not come from a trusted one."""

    def identify(scope: Scope) -> Identity | None:
        name = (header(scope, policy.auth_header) or "").strip() if policy.auth_header else ""
        if not name or len(name) > _MAX_NAME_CHARS or not name.isprintable():
            return None
        known = users.find(name)
        return known.identity if known else Identity(name=name, role=policy.auth_role)

    return identify


def by_token(users: Users) -> Identifies:
    """The user of the bearer token (RFC 6750)."""

    def identify(scope: Scope) -> Identity | None:
        scheme, _, token = (header(scope, "authorization") or "").partition(" ")
        user = users.of_token(token.strip()) if scheme.lower() == "bearer" else None
        return user.identity if user else None

    return identify


def by_session(users: Users, sessions: Sessions) -> Identifies:
    """The user who signed in; the session ends with the password or role it was opened with."""

    def identify(scope: Scope) -> Identity | None:
        session_id = session_of(scope)
        session = sessions.find(session_id) if session_id else None
        user = users.find(session.name) if session else None
        if session is None or user is None or user.stamp != session.stamp:
            return None
        return user.identity

    return identify


def session_of(scope: Scope) -> str | None:
    """The session id in the request's cookie."""
    try:
        found = SimpleCookie(header(scope, "cookie") or "").get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    message = "sign in first: send an API token as Authorization: Bearer TOKEN"
    await refuse(scope, receive, send, 401, message, {"WWW-Authenticate": 'Bearer realm="vademecum"'})
