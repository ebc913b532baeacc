"""Work side by side that ends as one would expect: with its own error, or at once when it is no longer wanted."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

import anyio
from anyio import from_thread
from anyio.lowlevel import current_token

from knowledge_base.errors import VademecumError

T = TypeVar("T")
OnProgress = Callable[[str, int, int], None]
"""Called with a stage's name, how many items are done and how many there are."""


async def for_each(items: Iterable[T], work: Callable[[T], Awaitable[None]], *, parallel: int) -> None:
    """Do the work for each item, so many at a time; the first problem ends it.

    Raises:
        VademecumError: the problem itself, not a group of one.
    """
    limiter = anyio.CapacityLimiter(parallel)
    problem: BaseException | None = None

    async def one(item: T) -> None:
        async with limiter:
            await work(item)

    try:
        async with anyio.create_task_group() as group:
            for item in items:
                group.start_soon(one, item)
    except* VademecumError as problems:
        problem = problems.exceptions[0]
    if problem is not None:
        raise problem


async def aside(work: Callable[[], T]) -> T:
    """What long work gives that no cancellation reaches; a program that is stopped does not wait for it."""
    token, done = current_token(), anyio.Event()
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # noqa: BLE001, RUF100 - raised again where it is awaited
            result.set_exception(error)
        # The loop has ended where nobody waits any more.
        with suppress(RuntimeError):
            from_thread.run_sync(done.set, token=token)

    threading.Thread(target=run, name="aside", daemon=True).start()
    await done.wait()
    return result.result()
