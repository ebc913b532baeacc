"""Values that are worked out once and kept: of passages, words and questions that come again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """What `make` gives for keys, the latest `at_most` of them kept; safe to share between threads."""

    def __init__(self, make: Callable[[Sequence[K]], Mapping[K, V]], at_most: int) -> None:
        self._make = make
        self._at_most = at_most
        self._known: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, keys: Iterable[K]) -> dict[K, V]:
        """The values of keys; one that `make` gives nothing for is left out, and asked for again the next time."""
        wanted = dict.fromkeys(keys)
        with self._lock:
            found = {key: self._known[key] for key in wanted if key in self._known}
        if missing := [key for key in wanted if key not in found]:
            made = self._make(missing)
            found.update(made)
            with self._lock:
                self._known.update(made)
                while len(self._known) > self._at_most:
                    self._known.popitem(last=False)
        return found

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._known)
