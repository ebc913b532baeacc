"""How often somebody may ask: requests by address before anybody is known, questions by user and by address."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from chatbot.guard.asgi import ADDRESS, App, Receive, Scope, Send, identity_of, refuse
from chatbot.guard.buckets import Buckets

_REQUESTS_PER_MINUTE: Final = 6000
"""By address; opening the page takes some sixty, and a whole hospital may share an address."""
_USERS_PER_ADDRESS: Final = 10


class AddressRates:
    """Refuses floods from one address with status 429, before any work is done for them."""

    def __init__(self, app: App, per_minute: int = _REQUESTS_PER_MINUTE) -> None:
        self._app = app
        self._buckets = Buckets(per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse."""
        if wait := self._buckets.take(scope[ADDRESS]):
            await refuse_for(wait, scope, receive, send)
        else:
            await self._app(scope, receive, send)


class QuestionRates:
    """Refuses more questions than allowed, by user and by address, with status 429."""

    def __init__(self, app: App, per_minute: int | None, is_question: Callable[[Scope], bool]) -> None:
        self._app = app
        self._is_question = is_question
        self._users = Buckets(per_minute) if per_minute else None
        self._addresses = Buckets(per_minute * _USERS_PER_ADDRESS) if per_minute else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse."""
        wait = self._wait(scope) if self._is_question(scope) else 0.0
        if wait:
            await refuse_for(wait, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _wait(self, scope: Scope) -> float:
        identity = identity_of(scope)
        if self._users is None or self._addresses is None or identity is None:
            return 0.0
        return self._users.take(identity.name) or self._addresses.take(scope[ADDRESS])


async def refuse_for(seconds: float, scope: Scope, receive: Receive, send: Send) -> None:
    """Say that it was too often, and when to come again."""
    whole = math.ceil(seconds)
    message = f"too many requests; try again in {whole} s"
    await refuse(scope, receive, send, 429, message, {"Retry-After": str(whole)})
