"""Token buckets: so many in a go, refilled evenly. Knows keys and seconds; knows no request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Final

_MAX_KEYS: Final = 50_000
"""The keys longest unused are forgotten beyond this; theirs are full again by then."""


class Buckets:
    """One bucket of `per_minute` tokens for each key; safe to share between threads."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60.0
        self._clock = clock
        self._lock = Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take a token; 0 if there was one, else the seconds until there is."""
        now = self._clock()
        with self._lock:
            level, at = self._levels.pop(key, (self._capacity, now))
            level = min(self._capacity, level + (now - at) * self._per_second)
            wait = 0.0 if level >= 1.0 else (1.0 - level) / self._per_second
            self._levels[key] = (level if wait else level - 1.0, now)
            if len(self._levels) > _MAX_KEYS:
                self._levels.popitem(last=False)
        return wait
