"""Progress of a run: a bar on a terminal, else a line a minute with the time left, as a log should have it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from chatbot.progress import ProgressBar
from eval.together import OnProgress

_EVERY_SECONDS: Final = 60.0


@contextmanager
def shown_progress() -> Iterator[OnProgress]:
    """What shows how far the work inside is, on stderr."""
    with ProgressBar() as bar:
        yield bar if sys.stderr.isatty() else ToldProgress()


class ToldProgress:
    """Call it with (stage, done, total)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = self._told = clock()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Write a line if the last one is a minute old."""
        now = self._clock()
        if done and now - self._told >= _EVERY_SECONDS:
            self._told = now
            left = (now - self._start) / done * (total - done)
            sys.stderr.write(f"{stage}: {done} of {total}, about {max(1, round(left / 60))} min left\n")
