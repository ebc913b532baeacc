"""Milliseconds of one call after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_turn(call: Callable[[T], R], items: Iterable[T]) -> tuple[list[R], list[float]]:
    """What `call` gives for each item, and the milliseconds that each took."""
    results, milliseconds = [], []
    for item in items:
        start = time.perf_counter()
        results.append(call(item))
        milliseconds.append((time.perf_counter() - start) * 1000)
    return results, milliseconds
