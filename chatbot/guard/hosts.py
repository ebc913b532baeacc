"""The Host of a request must be one of this server's names, so that no foreign name can be pointed at it.

A page of another site whose name is made to mean 127.0.0.1 (DNS rebinding) would otherwise count as the same site.
"""

from __future__ import annotations

import ipaddress

from chatbot.guard.asgi import App, Receive, Scope, Send, header, refuse
from chatbot.guard.policy import Policy


class Hosts:
    """Refuses requests for other names with status 400."""

    def __init__(self, app: App, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse."""
        if self._is_ours(host_name(header(scope, "host") or "")):
            await self._app(scope, receive, send)
        else:
            await refuse(scope, receive, send, 400, "this name is not served here; see the setting VADEMECUM_HOSTS")

    def _is_ours(self, name: str) -> bool:
        if name in self._policy.hosts:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return self._policy.any_address or address.is_loopback


def host_name(written: str) -> str:
    """The name in a Host header or an origin's authority, without port and brackets, in lower case."""
    name = written.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.rpartition(":")[0] if name.count(":") == 1 else name
