"""Who calls a route, what of a passage they are shown, and how a refusal looks."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Final

from fastapi import Request
from pydantic import BaseModel

from chatbot.accounts.identity import LOCAL, Identity
from chatbot.guard.asgi import identity_of


class Refusal(BaseModel):
    """Why a request was not answered, in one line."""

    error: str


REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Refusal, "description": description}
    for status, description in (
        (400, "The name is not served here, or the request cannot be read."),
        (401, "No token, or one that does not count."),
        (403, "The role does not allow it, or another site's page asks."),
        (413, "The request is too long."),
        (429, "Too many requests; Retry-After says when to come again."),
        (503, "The knowledge base cannot be read."),
    )
}
"""What the guard and the routes may answer instead, for the description of the API."""


def caller_of(request: Request) -> Identity:
    """The identity the guard has found; without a guard the program runs for the person at this machine."""
    return identity_of(request.scope) or LOCAL


def shown_to(caller: Identity, passages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The passages; the folders in which files lie on the server are shown to administrators alone."""
    if caller.is_admin:
        return passages
    return [{**passage, "source_path": PurePath(passage["source_path"]).name} for passage in passages]
