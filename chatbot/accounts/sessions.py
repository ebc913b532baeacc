"""Who is signed in in the browser: random ids in the memory of this process, hashed, each with an end.

A session ends after some time without a request, after its longest time, when the person signs out, and with the
process. Whether its user still exists and has the same password is for the caller to ask.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from typing import Final

IDLE_SECONDS: Final = 3600.0
_ID_BYTES: Final = 32
_MAX_SESSIONS: Final = 10_000
"""Beyond this the oldest goes, so that signing in again and again cannot fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A user's session; the stamp is the user's at sign-in, the times are seconds of the clock."""

    name: str
    stamp: str
    opened: float
    seen: float


class Sessions:
    """All sessions of this process; safe to share between threads."""

    def __init__(self, longest_seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._longest_seconds = longest_seconds
        self._clock = clock
        self._lock = Lock()
        self._by_hash: dict[str, Session] = {}

    def open(self, name: str, stamp: str) -> str:
        """A new session's id, which only the browser keeps."""
        made, now = secrets.token_urlsafe(_ID_BYTES), self._clock()
        with self._lock:
            for key in [key for key, session in self._by_hash.items() if self._is_over(session)]:
                del self._by_hash[key]
            while len(self._by_hash) >= _MAX_SESSIONS:
                del self._by_hash[next(iter(self._by_hash))]
            self._by_hash[_hash(made)] = Session(name=name, stamp=stamp, opened=now, seen=now)
        return made

    def find(self, session_id: str) -> Session | None:
        """The session of that id, if it is not over; it counts as seen now."""
        key = _hash(session_id)
        with self._lock:
            session = self._by_hash.get(key)
            if session is None or self._is_over(session):
                self._by_hash.pop(key, None)
                return None
            self._by_hash[key] = replace(session, seen=self._clock())
            return session

    def close(self, session_id: str) -> None:
        """End a session."""
        with self._lock:
            self._by_hash.pop(_hash(session_id), None)

    def _is_over(self, session: Session) -> bool:
        now = self._clock()
        return now - session.opened >= self._longest_seconds or now - session.seen >= IDLE_SECONDS


def _hash(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()
