"""How long a reply may take: until its first piece, between two pieces, and in all.

A server that is killed closes its connections and is noticed at once; one that hangs, or whose machine is gone, sends
nothing and closes nothing, so only the clock can tell.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import anyio

from chatbot.models.types import ChatModelError

_CONNECT_SECONDS: Final = 3.0
_FIRST_SECONDS: Final = 20.0
"""A long prompt on a processor takes seconds before its first token; retries are part of it."""
_GAP_SECONDS: Final = 2.0
"""With it a quoted answer is there three seconds after a server has gone silent."""
_TOTAL_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Time limits of one reply, in seconds."""

    connect: float = _CONNECT_SECONDS
    first: float = _FIRST_SECONDS
    gap: float = _GAP_SECONDS
    total: float = _TOTAL_SECONDS


async def paced(pieces: AsyncGenerator[str, None], limits: Limits, name: str) -> AsyncGenerator[str, None]:
    """The pieces as they come, as long as they come in time; empty ones do not count as coming.

    Args:
        pieces: the reply; closed when this ends, however it ends.
        limits: the time limits; time that the reader takes between pieces counts only towards `total`.
        name: what to call the model in an error.

    Raises:
        ChatModelError: a limit has passed, or nothing was said at all.
    """
    said = False
    end = anyio.current_time() + limits.total
    async with aclosing(pieces):
        while True:
            patience = limits.gap if said else limits.first
            left = end - anyio.current_time()
            try:
                with anyio.fail_after(min(patience, left)):
                    piece = await _next(pieces)
            except TimeoutError as error:
                raise ChatModelError(_late(name, limits, said=said, at_end=left <= patience)) from error
            if piece is None:
                break
            said = True
            yield piece
    if not said:
        raise ChatModelError(f"{name} sent an empty reply")


async def _next(pieces: AsyncGenerator[str, None]) -> str | None:
    async for piece in pieces:
        if piece:
            return piece
    return None


def _late(name: str, limits: Limits, *, said: bool, at_end: bool) -> str:
    if at_end:
        return f"{name} did not end its reply within {limits.total:g} s"
    if said:
        return f"{name} fell silent for {limits.gap:g} s in the middle of its reply"
    return f"{name} did not answer within {limits.first:g} s"
