"""Conversations in one encrypted SQLite file (SQLCipher 4: AES-256, HMAC for each page).

Every function takes the owner and can neither return nor change another's rows: the owner is in every statement.
Write-ahead log with full synchronisation, so that what was said to be kept survives a killed process.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from chatbot.history.errors import HistoryError
from chatbot.history.schema import MIGRATIONS
from chatbot.history.store_key import StoreKey
from chatbot.history.types import ConversationSummary, KeptConversation, KeptMessage

_TITLE_CHARS: Final = 80
_WAIT_SECONDS: Final = 10.0
_SUMMARY: Final = (
    "SELECT c.id, c.title, c.created_at, c.updated_at, (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id)"
    " FROM conversations c WHERE c.owner = ?"
)


def is_available() -> bool:
    """Whether the extra `privacy` is installed."""
    return importlib.util.find_spec("sqlcipher3") is not None


class ConversationStore:
    """The file; safe to share between threads, as each call opens its own connection."""

    def __init__(
        self,
        path: Path,
        key: StoreKey,
        *,
        retention_days: int | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Open or make the file, and delete what is older than `retention_days` (None keeps everything).

        Raises:
            HistoryError: the key is wrong, or the file cannot be used.
        """
        self._sqlite: Any = importlib.import_module("sqlcipher3.dbapi2")
        self._path = path
        self._key = key
        self._retention_days = retention_days
        self._now = now
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as connection:
            self._migrate(connection)
        self.expire()

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    def add(self, owner: str, conversation_id: str, messages: Sequence[KeptMessage]) -> None:
        """Append messages to a conversation of the owner, which begins with them if there is none of that id.

        Raises:
            HistoryError: the id belongs to somebody else, or the file cannot be written.
        """
        now = self._time()
        title = " ".join(messages[0].text.split())[:_TITLE_CHARS] if messages else ""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (conversation_id, owner, title, now, now),
            )
            changed = connection.execute(
                "UPDATE conversations SET updated_at = ? WHERE id = ? AND owner = ?", (now, conversation_id, owner)
            ).rowcount
            if not changed:
                connection.execute("ROLLBACK")
                raise _unknown(conversation_id)
            connection.executemany(
                "INSERT INTO messages (conversation_id, role, text, sources, created_at) VALUES (?, ?, ?, ?, ?)",
                [(conversation_id, one.role, one.text, json.dumps(one.sources), now) for one in messages],
            )
            connection.execute("COMMIT")

    def conversations(self, owner: str) -> tuple[ConversationSummary, ...]:
        """All conversations of the owner, the latest first."""
        with self._open() as connection:
            rows = connection.execute(f"{_SUMMARY} ORDER BY c.updated_at DESC, c.rowid DESC", (owner,)).fetchall()
        return tuple(_summary(row) for row in rows)

    def conversation(self, owner: str, conversation_id: str) -> KeptConversation:
        """One conversation of the owner.

        Raises:
            HistoryError: the owner has none of that id.
        """
        with self._open() as connection:
            row = connection.execute(f"{_SUMMARY} AND c.id = ?", (owner, conversation_id)).fetchone()
            if row is None:
                raise _unknown(conversation_id)
            messages = connection.execute(
                "SELECT m.role, m.text, m.sources, m.created_at FROM messages m JOIN conversations c"
                " ON c.id = m.conversation_id WHERE c.owner = ? AND c.id = ? ORDER BY m.id",
                (owner, conversation_id),
            ).fetchall()
        return KeptConversation(summary=_summary(row), messages=tuple(_message(one) for one in messages))

    def n_messages(self, owner: str, conversation_id: str) -> int:
        """How many messages of a conversation of the owner there are; 0 if there is no such conversation."""
        with self._open() as connection:
            row = connection.execute(f"{_SUMMARY} AND c.id = ?", (owner, conversation_id)).fetchone()
        return 0 if row is None else _summary(row).n_messages

    def search(self, owner: str, words: str) -> tuple[ConversationSummary, ...]:
        """The owner's conversations in which every one of the words stands, in any case; the latest first."""
        wanted = words.casefold().split()
        found = []
        for summary in self.conversations(owner):
            text = " ".join(one.text for one in self.conversation(owner, summary.id).messages).casefold()
            if wanted and all(word in text for word in wanted):
                found.append(summary)
        return tuple(found)

    def delete(self, owner: str, conversation_id: str) -> None:
        """Delete one conversation of the owner.

        Raises:
            HistoryError: the owner has none of that id.
        """
        with self._open() as connection:
            gone = connection.execute(
                "DELETE FROM conversations WHERE owner = ? AND id = ?", (owner, conversation_id)
            ).rowcount
            if not gone:
                raise _unknown(conversation_id)
            _forget(connection)

    def wipe(self, owner: str) -> int:
        """Delete everything of the owner and give back how many conversations that were."""
        with self._open() as connection:
            gone = connection.execute("DELETE FROM conversations WHERE owner = ?", (owner,)).rowcount
            connection.execute("VACUUM")
            _forget(connection)
        return int(gone)

    def expire(self) -> int:
        """Delete what nobody has added to for longer than is to be kept; give back how many conversations."""
        if self._retention_days is None:
            return 0
        limit = (self._now() - timedelta(days=self._retention_days)).isoformat(timespec="seconds")
        with self._open() as connection:
            gone = connection.execute("DELETE FROM conversations WHERE updated_at < ?", (limit,)).rowcount
            if gone:
                _forget(connection)
        return int(gone)

    @contextmanager
    def _open(self) -> Iterator[Any]:
        """A connection with the key, in autocommit; every error of the file is one `HistoryError`."""
        try:
            with closing(
                self._sqlite.connect(str(self._path), timeout=_WAIT_SECONDS, isolation_level=None)
            ) as connection:
                connection.execute("PRAGMA cipher_log_level = NONE")
                connection.execute(f"PRAGMA key = {self._key.pragma()}")
                self._check_key(connection)
                for pragma in (
                    "journal_mode = WAL",
                    "synchronous = FULL",
                    "foreign_keys = ON",
                    "secure_delete = ON",
                    "temp_store = MEMORY",
                ):
                    connection.execute(f"PRAGMA {pragma}")
                yield connection
        except self._sqlite.Error as error:
            raise HistoryError(f"the conversations in {self._path} cannot be used ({type(error).__name__})") from error

    def _check_key(self, connection: Any) -> None:  # noqa: ANN401 - sqlcipher3 has no types
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except self._sqlite.DatabaseError as error:
            if isinstance(error, self._sqlite.OperationalError):
                raise
            raise HistoryError(
                f"the key from {self._key.source} does not open {self._path}: it is another key's file, or damaged"
            ) from error

    def _migrate(self, connection: Any) -> None:  # noqa: ANN401 - sqlcipher3 has no types
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise HistoryError(f"{self._path} was made by a newer version of vademecum; update the program")
        for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
            connection.executescript(f"BEGIN IMMEDIATE; {step}; PRAGMA user_version = {number}; COMMIT;")
        self._path.chmod(0o600)

    def _time(self) -> str:
        return self._now().isoformat(timespec="seconds")


def _forget(connection: Any) -> None:  # noqa: ANN401 - sqlcipher3 has no types
    """Leave nothing of what was deleted in the write-ahead log."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _unknown(conversation_id: str) -> HistoryError:
    return HistoryError(f"no conversation {conversation_id}; `vademecum history list` shows what there is")


def _summary(row: tuple[Any, ...]) -> ConversationSummary:
    return ConversationSummary(id=row[0], title=row[1], created_at=row[2], updated_at=row[3], n_messages=row[4])


def _message(row: tuple[Any, ...]) -> KeptMessage:
    return KeptMessage(role=row[0], text=row[1], sources=tuple(json.loads(row[2])), created_at=row[3])
