from __future__ import annotations

import threading

import anyio
import pytest

from eval.together import aside, for_each
from knowledge_base.errors import VademecumError


def test_each_is_done_and_never_more_at_once_than_allowed() -> None:
    done: list[int] = []
    now = most = 0

    async def work(item: int) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await anyio.sleep(0)
        now -= 1
        done.append(item)

    async def run() -> None:
        await for_each(range(20), work, parallel=3)

    anyio.run(run)
    assert sorted(done) == list(range(20))
    assert most == 3


def test_the_first_problem_is_raised_as_it_is_and_ends_the_rest() -> None:
    begun: list[int] = []

    async def work(item: int) -> None:
        begun.append(item)
        if item == 1:
            raise VademecumError("the judge is gone")
        await anyio.sleep_forever()

    async def run() -> None:
        await for_each(range(5), work, parallel=2)

    with pytest.raises(VademecumError, match="the judge is gone"):
        anyio.run(run)
    assert begun[:2] == [0, 1]
    assert len(begun) < 5


def test_what_is_wrong_in_the_program_is_not_hidden() -> None:
    async def work(item: int) -> None:
        raise KeyError(item)

    async def run() -> None:
        await for_each([1], work, parallel=1)

    with pytest.raises(ExceptionGroup):
        anyio.run(run)


def test_long_work_aside_gives_its_result_or_its_error() -> None:
    def fail() -> None:
        raise VademecumError("no such file")

    assert anyio.run(aside, lambda: 3) == 3
    with pytest.raises(VademecumError, match="no such file"):
        anyio.run(aside, fail)


def test_nobody_waits_for_long_work_that_is_left() -> None:
    go_on, ended = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait()
        ended.set()

    async def leave() -> None:
        with anyio.move_on_after(0.05):
            await aside(work)

    anyio.run(leave)
    assert not ended.is_set()
    go_on.set()
    assert ended.wait(60)
