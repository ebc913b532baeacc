"""Passwords: hashed with Argon2id (RFC 9106) and compared in constant time; their text is never kept."""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from knowledge_base.errors import VademecumError

MIN_CHARS: Final = 12
MAX_CHARS: Final = 256
"""A longer one is refused before it is hashed, as hashing takes the caller's text at any length."""


def hash_password(password: str) -> str:
    """The hash to store, its parameters and salt inside.

    Raises:
        VademecumError: the password is too short or too long.
    """
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise VademecumError(f"a password has {MIN_CHARS} to {MAX_CHARS} characters; choose another")
    return PasswordHasher().hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Whether a password is the stored one; as slow for a user that does not exist, so that time tells nothing."""
    try:
        PasswordHasher().verify(stored or _nobodys_hash(), password[:MAX_CHARS])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None and len(password) <= MAX_CHARS


@cache
def _nobodys_hash() -> str:
    return PasswordHasher().hash("x" * MIN_CHARS)
