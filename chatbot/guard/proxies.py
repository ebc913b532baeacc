"""Where a request comes from: the peer, or what a trusted proxy says of it. Anybody else's word is taken out."""

from __future__ import annotations

from typing import Final

from chatbot.guard.asgi import ADDRESS, SECURE, App, Receive, Scope, Send, header, without_headers
from chatbot.guard.policy import Policy

_FORWARDED: Final = frozenset(
    {b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-port"}
    | {b"x-forwarded-prefix", b"x-forwarded-server", b"x-real-ip"}
)


class Proxies:
    """Leaves the caller's address and whether the way to them is encrypted in the scope."""

    def __init__(self, app: App, policy: Policy) -> None:
        self._app = app
        self._policy = policy
        named = policy.auth_header
        self._untrusted = _FORWARDED | ({named.lower().encode("latin-1")} if named else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass every request on."""
        peer = (scope.get("client") or ("unknown", 0))[0]
        scope[ADDRESS], scope[SECURE] = peer, scope.get("scheme") == "https"
        if self._policy.trusts(peer):
            # The last one that is no trusted proxy: what stands before it is the caller's own claim.
            hops = [hop.strip() for hop in (header(scope, "x-forwarded-for") or "").split(",") if hop.strip()]
            outside = [hop for hop in hops if not self._policy.trusts(hop)]
            scope[ADDRESS] = outside[-1] if outside else peer
            scope[SECURE] = (header(scope, "x-forwarded-proto") or scope.get("scheme")) == "https"
        else:
            without_headers(scope, self._untrusted)
        await self._app(scope, receive, send)
