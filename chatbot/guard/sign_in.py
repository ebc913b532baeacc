"""Signing in and out in the browser: `/login` and `/logout`, and the cookie between them."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.responses import HTMLResponse, RedirectResponse

from chatbot.accounts.sessions import Sessions
from chatbot.accounts.users import User, Users
from chatbot.guard.asgi import ADDRESS, BODY, ROUTE, SECURE, App, Receive, Scope, Send, refuse
from chatbot.guard.buckets import Buckets
from chatbot.guard.identification import COOKIE, session_of
from chatbot.guard.rates import refuse_for
from chatbot.guard.sign_in_page import WRONG, render_sign_in

LOGIN: Final = "/login"
LOGOUT: Final = "/logout"
_TRIES_PER_MINUTE: Final = 10
"""By address and by name: guessing a password of 12 characters at this rate takes longer than anybody lives."""
_HASHED_AT_ONCE: Final = 2
"""Each hashing takes 64 MiB and some 50 ms of a core."""
_MAX_FORM_BYTES: Final = 4096


class SignIn:
    """Answers the two addresses itself and passes everything else on."""

    def __init__(self, app: App, users: Users, sessions: Sessions, *, longest_seconds: float) -> None:
        self._app = app
        self._users = users
        self._sessions = sessions
        self._longest_seconds = round(longest_seconds)
        self._tries = Buckets(_TRIES_PER_MINUTE)
        self._hashing: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        answer = {
            ("GET", LOGIN): self._show,
            ("HEAD", LOGIN): self._show,
            ("POST", LOGIN): self._sign_in,
            ("POST", LOGOUT): self._sign_out,
        }.get((scope["method"], scope["path"]), self._app)
        if scope["path"] in (LOGIN, LOGOUT):
            scope[ROUTE] = scope["path"]
        await answer(scope, receive, send)

    async def _show(self, scope: Scope, receive: Receive, send: Send) -> None:
        await HTMLResponse(render_sign_in())(scope, receive, send)

    async def _sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, password = _form(scope[BODY])
        wait = self._tries.take(f"address {scope[ADDRESS]}") or self._tries.take(f"name {name}")
        if wait:
            await refuse_for(wait, scope, receive, send)
            return
        user = await self._check(name, password)
        if user is None:
            await HTMLResponse(render_sign_in(WRONG), status_code=401)(scope, receive, send)
            return
        if (old := session_of(scope)) is not None:
            self._sessions.close(old)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(
            COOKIE,
            self._sessions.open(user.name, user.stamp),
            max_age=self._longest_seconds,
            httponly=True,
            secure=bool(scope.get(SECURE)),
            samesite="lax",
        )
        await response(scope, receive, send)

    async def _check(self, name: str, password: str) -> User | None:
        self._hashing = self._hashing or CapacityLimiter(_HASHED_AT_ONCE)
        return await run_sync(self._users.sign_in, name, password, limiter=self._hashing)

    async def _sign_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (session_id := session_of(scope)) is not None:
            self._sessions.close(session_id)
        response = RedirectResponse(LOGIN, status_code=303)
        response.delete_cookie(COOKIE)
        await response(scope, receive, send)


async def ask_to_sign_in(scope: Scope, receive: Receive, send: Send) -> None:
    """What an unknown visitor of the chat meets: the form where a page was wanted, else a refusal."""
    if scope["method"] in ("GET", "HEAD") and scope["path"] == "/":
        await RedirectResponse(LOGIN, status_code=303)(scope, receive, send)
    else:
        await refuse(scope, receive, send, 401, "sign in first: the session is over or there is none")


def _form(body: bytes) -> tuple[str, str]:
    """Name and password as the form sends them; empty where they are missing."""
    try:
        fields = parse_qs(body[:_MAX_FORM_BYTES].decode("ascii"), keep_blank_values=True, max_num_fields=4)
    except ValueError:
        return "", ""
    return fields.get("name", [""])[0].strip(), fields.get("password", [""])[0]
