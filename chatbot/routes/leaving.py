"""Work for a caller who may leave: when the connection is closed, the work on the answer ends too."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, Final, TypeVar

from fastapi import Request

R = TypeVar("R")
_LOOK_SECONDS: Final = 0.25
_KEEP_ALIVE_SECONDS: Final = 5.0
"""A proxy takes a connection on which nothing comes for a dead one."""


class CallerLeftError(Exception):
    """Nobody is there any more to be answered."""


async def while_there(request: Request, work: Coroutine[Any, Any, R]) -> R:
    """The result of the work.

    Raises:
        CallerLeftError: the caller closed the connection; the work was cancelled.
    """
    task = asyncio.create_task(work)
    async for _ in waiting(request, task):
        pass
    return await task


async def waiting(request: Request, task: asyncio.Task[Any]) -> AsyncGenerator[None, None]:
    """One item each time nothing was said for so long that the connection needs a sign of life; ends with the task.

    Raises:
        CallerLeftError: the caller closed the connection; the task was cancelled.
    """
    n_looks = 0
    try:
        while not (await asyncio.wait({task}, timeout=_LOOK_SECONDS))[0]:
            if await request.is_disconnected():
                raise CallerLeftError
            n_looks += 1
            if n_looks % round(_KEEP_ALIVE_SECONDS / _LOOK_SECONDS) == 0:
                yield
    finally:
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
