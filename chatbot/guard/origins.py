"""What another site's page may start: nothing but a plain visit. Guards against CSRF and against being read across.

Follows the Fetch Metadata headers of browsers (W3C), and Origin where a browser sends none. A program that is no
browser sends neither and has no cookie that a page could misuse.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from chatbot.guard.asgi import UNSAFE_METHODS, App, Receive, Scope, Send, header, refuse

_OWN: Final = frozenset({"same-origin", "none"})


class Origins:
    """Refuses requests that a page of another site has started with status 403."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse."""
        if _is_foreign(scope):
            await refuse(scope, receive, send, 403, "another site's page has no access")
        else:
            await self._app(scope, receive, send)


def _is_foreign(scope: Scope) -> bool:
    site, origin = header(scope, "sec-fetch-site"), header(scope, "origin")
    if site is not None:
        is_visit = header(scope, "sec-fetch-mode") == "navigate" and header(scope, "sec-fetch-dest") == "document"
        return site not in _OWN and (scope["method"] in UNSAFE_METHODS or not is_visit)
    if origin is None:
        return False
    return urlsplit(origin).netloc.lower() != (header(scope, "host") or "").lower()
