"""Who calls a route, and what of a passage they are shown."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from fastapi import Request

from chatbot.accounts.identity import LOCAL, Identity
from chatbot.guard.asgi import identity_of


def caller_of(request: Request) -> Identity:
    """The identity the guard has found; without a guard the program runs for the person at this machine."""
    return identity_of(request.scope) or LOCAL


def shown_to(caller: Identity, passages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The passages; the folders in which files lie on the server are shown to administrators alone."""
    if caller.is_admin:
        return passages
    return [{**passage, "source_path": PurePath(passage["source_path"]).name} for passage in passages]
