"""The users of this installation: name, role, hashed password, hashed API token, in one SQLite file of mode 0600.

Every read sees the file as it is now, so that a user who is removed or a password that is changed counts at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from chatbot.accounts import passwords
from chatbot.accounts.identity import ROLES, Identity, Role
from knowledge_base.errors import VademecumError

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?")
_RESERVED: Final = frozenset({"local"})
"""The owner of what is made without accounts."""
_PREFIX: Final = "vdm_"
"""Every API token begins so; a scanner that looks for secrets in files can find it."""
_TOKEN_BYTES: Final = 32
_OWNER_ONLY: Final = 0o600
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS users (
  name TEXT PRIMARY KEY, role TEXT NOT NULL, password_hash TEXT NOT NULL, changed TEXT NOT NULL,
  token_hash TEXT UNIQUE) STRICT, WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One user; `stamp` changes with the password and the role, which ends the sessions opened before."""

    name: str
    role: Role
    stamp: str
    has_token: bool

    @property
    def identity(self) -> Identity:
        """Name and role."""
        return Identity(name=self.name, role=self.role)


class Users:
    """The file of users; a missing file is one without users."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> tuple[User, ...]:
        """Every user by name."""
        return self._select("ORDER BY name", ())

    def find(self, name: str) -> User | None:
        """The user of that name."""
        return next(iter(self._select("WHERE name = ?", (name,))), None)

    def add(self, name: str, role: str, password: str) -> None:
        """Add a user.

        Raises:
            VademecumError: the name, role or password is not allowed, or the name is taken.
        """
        if not _NAME.fullmatch(name) or name in _RESERVED:
            raise VademecumError(f"user name {name!r}: use lower-case letters, digits and . _ @ - (at most 64)")
        if role not in ROLES:
            raise VademecumError(f"role {role!r}: choose one of {', '.join(ROLES)}")
        values = (name, role, passwords.hash_password(password), _now())
        try:
            with self._open() as connection:
                connection.execute("INSERT INTO users (name, role, password_hash, changed) VALUES (?, ?, ?, ?)", values)
        except sqlite3.IntegrityError as error:
            raise VademecumError(f"there is a user {name} already; change it with: vademecum users passwd") from error

    def remove(self, name: str) -> None:
        """Take a user out; what they are signed in to ends.

        Raises:
            VademecumError: there is no such user.
        """
        self._change("DELETE FROM users WHERE name = ?", (name,), name)

    def set_password(self, name: str, password: str) -> None:
        """Change a password; sessions opened with the old one end.

        Raises:
            VademecumError: there is no such user, or the password is not allowed.
        """
        values = (passwords.hash_password(password), _now(), name)
        self._change("UPDATE users SET password_hash = ?, changed = ? WHERE name = ?", values, name)

    def new_token(self, name: str) -> str:
        """A new API token of a user, shown this once; the one before it no longer counts.

        Raises:
            VademecumError: there is no such user.
        """
        token = _PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
        self._change("UPDATE users SET token_hash = ? WHERE name = ?", (_token_hash(token), name), name)
        return token

    def revoke_token(self, name: str) -> None:
        """Make a user's API token useless.

        Raises:
            VademecumError: there is no such user.
        """
        self._change("UPDATE users SET token_hash = NULL WHERE name = ?", (name,), name)

    def sign_in(self, name: str, password: str) -> User | None:
        """The user, if the password is right; takes equally long if there is no such user."""
        rows = self._rows("SELECT password_hash FROM users WHERE name = ?", (name,))
        return self.find(name) if passwords.fits(rows[0][0] if rows else None, password) else None

    def of_token(self, token: str) -> User | None:
        """The user whose API token this is."""
        if not token.startswith(_PREFIX):
            return None
        return next(iter(self._select("WHERE token_hash = ?", (_token_hash(token),))), None)

    def _select(self, condition: str, values: tuple[str, ...]) -> tuple[User, ...]:
        query = f"SELECT name, role, changed, token_hash IS NOT NULL FROM users {condition}"  # noqa: S608 - our own words
        return tuple(
            User(name=name, role=role, stamp=f"{changed} {role}", has_token=bool(has_token))
            for name, role, changed, has_token in self._rows(query, values)
        )

    def _rows(self, query: str, values: tuple[str, ...]) -> list[tuple[str, Role, str, int]]:
        if not self._path.exists():
            return []
        with self._open() as connection:
            return connection.execute(query, values).fetchall()

    def _change(self, statement: str, values: tuple[str, ...], name: str) -> None:
        if not self._path.exists() or self.find(name) is None:
            raise VademecumError(f"there is no user {name}; see: vademecum users list")
        with self._open() as connection:
            connection.execute(statement, values)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the file, which is made readable for its owner alone before anything is in it."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # The journal that SQLite puts beside the file takes the file's mode.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, _OWNER_ONLY))
            if self._path.stat().st_mode & 0o077:
                raise VademecumError(f"{self._path} can be read by others; run: chmod 600 {self._path}")
            connection = sqlite3.connect(self._path, timeout=10)
            try:
                with connection:
                    connection.execute(_SCHEMA)
                    yield connection
            finally:
                connection.close()
        except (OSError, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.IntegrityError):
                raise
            raise VademecumError(f"{self._path} cannot be used as a file of users: {error}") from error


def _token_hash(token: str) -> str:
    # A token is 256 random bits: nobody guesses it, so a quick hash is enough.
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
