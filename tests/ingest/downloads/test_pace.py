"""The pace of requests, with a clock of its own."""

from __future__ import annotations

import pytest

from ingest.downloads.pace import Pace
from ingest.downloads.types import TransientError


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_requests_are_spaced_evenly() -> None:
    clock = Clock()
    pace = Pace(240, clock=clock, sleep=clock.sleep)
    for _ in range(241):
        pace.wait()
    assert clock.now == pytest.approx(60.0)


def test_a_slow_caller_never_waits() -> None:
    clock = Clock()
    pace = Pace(60, clock=clock, sleep=clock.sleep)
    for _ in range(5):
        pace.wait()
        clock.now += 2.0
    assert clock.slept == []


def test_waits_grow_and_end() -> None:
    clock = Clock()
    pace = Pace(60, clock=clock, sleep=clock.sleep)

    def fails() -> None:
        raise TransientError("busy")

    with pytest.raises(TransientError):
        pace.persist(fails)
    assert len(clock.slept) == 6
    assert clock.slept[-1] > clock.slept[0]


def test_a_long_wait_that_is_asked_for_is_bounded() -> None:
    clock = Clock()
    pace = Pace(60, clock=clock, sleep=clock.sleep)
    tries = iter([TransientError("busy", retry_after_seconds=86_400), None])

    def once() -> str:
        fault = next(tries)
        if fault is not None:
            raise fault
        return "done"

    assert pace.persist(once) == "done"
    assert clock.slept == [60.0]
