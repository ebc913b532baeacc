"""Not more requests than a service allows, and longer waits after each fault."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from ingest.downloads.types import TransientError

_MAX_FAULTS: Final = 6
_FIRST_WAIT_SECONDS: Final = 0.5
_MAX_WAIT_SECONDS: Final = 60.0
_T = TypeVar("_T")


class Pace:
    """Spaces requests evenly; openFDA allows 240 a minute (https://open.fda.gov/apis/authentication/)."""

    def __init__(
        self,
        per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 60.0 / per_minute
        self._clock, self._sleep = clock, sleep
        self._next = float("-inf")

    def wait(self) -> None:
        """Sleep until the next request may go out."""
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._interval

    def persist(self, act: Callable[[], _T]) -> _T:
        """The result of `act`, tried again after each fault that may pass.

        A try that brought bytes does not count: a large file over a bad line may be cut many times.

        Raises:
            TransientError: the fault came too often in a row.
        """
        faults = 0
        while True:
            try:
                return act()
            except TransientError as fault:
                faults = 1 if fault.progressed else faults + 1
                if faults > _MAX_FAULTS:
                    raise
                self._sleep(_wait_seconds(faults, fault.retry_after_seconds))


def _wait_seconds(faults: int, asked: float | None) -> float:
    if asked is not None:
        return min(asked, _MAX_WAIT_SECONDS)
    # Half of the wait is drawn, so that many clients cut off together do not come back together.
    longest: float = min(_FIRST_WAIT_SECONDS * 2.0**faults, _MAX_WAIT_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
