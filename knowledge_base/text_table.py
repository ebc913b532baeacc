"""BM25 of a few texts among themselves, by SQLite's FTS5 in memory (Robertson and Zaragoza 2009).

What all of the texts share tells nothing, which the word index of a whole knowledge base cannot know.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from queue import Empty, LifoQueue
from typing import Final

_HEADING_WEIGHT: Final = 2.0


class TextTable:
    """Tables that are emptied and kept for the next question; safe to share between threads."""

    def __init__(self) -> None:
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()

    def bm25(self, expression: str, texts: Sequence[tuple[str, str]]) -> Mapping[int, float]:
        """BM25 of the texts, each a heading and a body, that fit an FTS5 expression, by their place."""
        if not expression or not texts:
            return {}
        try:
            db = self._idle.get_nowait()
        except Empty:
            db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
            columns = "heading, body, content = '', tokenize = 'porter unicode61'"
            db.execute(f"CREATE VIRTUAL TABLE texts USING fts5({columns})")
        db.execute("BEGIN")
        try:
            rows = ((place, *text) for place, text in enumerate(texts))
            db.executemany("INSERT INTO texts(rowid, heading, body) VALUES (?, ?, ?)", rows)
            query = "SELECT rowid, -bm25(texts, ?, 1.0) FROM texts WHERE texts MATCH ?"
            return dict(db.execute(query, (_HEADING_WEIGHT, expression)).fetchall())
        finally:
            db.execute("ROLLBACK")
            self._idle.put(db)
