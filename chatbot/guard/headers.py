"""The headers that tell a browser what a page may do: load nothing from elsewhere, be framed and kept by nobody.

The content security policy (W3C CSP 3) lets only scripts run that carry the nonce of this very response, and the
page's own script, which Gradio puts in later, by its hash. Gradio needs `unsafe-eval` for the handlers of its HTML
parts, and inline styles; no text of a person or document becomes either.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from importlib.resources import files
from typing import Final

from chatbot.guard.asgi import SECURE, App, Message, Receive, Scope, Send, without_headers

_SCRIPT: Final = re.compile(rb"<script(?=[\s>])")
_FIXED: Final = (
    (b"x-content-type-options", b"nosniff"),
    # Not "no-referrer": without any, a browser posts our own form with the origin "null".
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_OURS: Final = frozenset({b"content-security-policy", b"server", *(name for name, _ in _FIXED)})
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
_NO_STORE: Final = (b"cache-control", b"no-store")
_STATIC: Final = ("/assets/", "/static/")
API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'sha256-{script}' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-src 'none'; worker-src 'none'; frame-ancestors 'none'"
)


class SecurityHeaders:
    """Adds the headers to every response, and the nonce to the scripts of a page the program itself wrote."""

    def __init__(self, app: App, policy: str) -> None:
        script = (files("chatbot") / "assets" / "chat.js").read_bytes()
        digest = base64.b64encode(hashlib.sha256(script).digest()).decode("ascii")
        self._app = app
        self._policy = policy.replace("{script}", digest)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the response comes back with the headers."""
        nonce = secrets.token_urlsafe(16)
        page: list[bytes] = []
        begun: Message | None = None
        if scope["path"] == "/":
            # The page must come as it is, not compressed, for its scripts to get their nonce.
            without_headers(scope, frozenset({b"accept-encoding"}))

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                self._complete(scope, message, nonce)
                if _is_page(message):
                    begun = message
                    return
            elif begun is not None:
                page.append(message.get("body", b""))
                if message.get("more_body", False):
                    return
                body = _SCRIPT.sub(b'<script nonce="' + nonce.encode() + b'"', b"".join(page))
                begun["headers"] = [*begun["headers"], (b"content-length", str(len(body)).encode())]
                await send(begun)
                message = {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body}
            await send(message)

        await self._app(scope, receive, guarded)

    def _complete(self, scope: Scope, message: Message, nonce: str) -> None:
        is_static = scope["path"].startswith(_STATIC)
        replaced = _OURS | ({b"content-length"} if _is_page(message) else set())
        replaced = replaced if is_static else replaced | {b"cache-control"}
        kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in replaced]
        if not is_static:
            kept.append(_NO_STORE)
        if scope.get(SECURE):
            kept.append(_HSTS)
        policy = self._policy.replace("{nonce}", nonce).encode()
        message["headers"] = [*kept, *_FIXED, (b"content-security-policy", policy)]


def _is_page(message: Message) -> bool:
    kinds = (value for name, value in message.get("headers", ()) if name.lower() == b"content-type")
    return any(kind.startswith(b"text/html") for kind in kinds)
