"""What belongs to whom: ids of browser sessions and of running questions, each with the user who came with it first."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

_MAX_IDS: Final = 100_000
"""The ids longest unused are forgotten beyond this, and are then nobody's: whoever asks for one is refused."""


class Belongings:
    """Ids and their owners; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owners: OrderedDict[str, str] = OrderedDict()

    def claim(self, one: str, owner: str) -> bool:
        """Whether an id is the owner's, which an id that was never seen becomes."""
        with self._lock:
            self._owners.setdefault(one, owner)
            self._owners.move_to_end(one)
            if len(self._owners) > _MAX_IDS:
                self._owners.popitem(last=False)
            return self._owners.get(one) == owner

    def holds(self, one: str, owner: str) -> bool:
        """Whether an id is known to be the owner's."""
        with self._lock:
            return self._owners.get(one) == owner
