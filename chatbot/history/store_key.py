"""The key of the conversation file: from the environment, the system's keyring, or a file only its owner can read.

Knows where a key may be and how it must be guarded; knows no database.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from pydantic import SecretStr

from chatbot.history.errors import HistoryError

_N_BYTES: Final = 32
"""AES-256."""
_RAW: Final = re.compile(r"[0-9a-fA-F]{64}")
_MIN_CHARS: Final = 12
"""A shorter passphrase can be guessed by whoever has the file."""
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_SERVICE: Final = "vademecum"
_NAME: Final = "conversations"


class Keyring(Protocol):
    """The part of the package `keyring` that is used."""

    def get_password(self, service_name: str, username: str) -> str | None:
        """The stored secret, or None."""
        ...

    def set_password(self, service_name: str, username: str, password: str) -> None:
        """Store a secret."""
        ...


@dataclass(frozen=True, slots=True)
class StoreKey:
    """A key and where it came from; the key itself is shown nowhere."""

    secret: SecretStr
    source: str

    def pragma(self) -> str:
        """The key as SQLCipher takes it: 64 hexadecimal digits are the key, anything else is a passphrase."""
        value = self.secret.get_secret_value()
        quoted = f"x'{value}'" if _RAW.fullmatch(value) else value
        return '"' + quoted.replace('"', '""') + '"'


def find_key(given: SecretStr | None, path: Path, keyring: Keyring | None) -> StoreKey | None:
    """The key there is: the one given, then the keyring's, then the file's; None if there is none.

    Args:
        given: the setting `store_key`.
        path: the key file.
        keyring: the system's keyring, or None where there is none.

    Raises:
        HistoryError: the key is too short, or the file cannot be read or is open to others.
    """
    if given is not None:
        return _checked(given.get_secret_value(), "VADEMECUM_STORE_KEY")
    if keyring is not None and (held := _from_keyring(keyring)):
        return _checked(held, "the system's keyring")
    return _from_file(path) if path.exists() else None


def make_key(path: Path, keyring: Keyring | None) -> StoreKey:
    """A new random key, kept in the keyring if there is one and in a file of mode 0600 otherwise.

    Raises:
        HistoryError: it could not be written down.
    """
    value = secrets.token_hex(_N_BYTES)
    if keyring is not None:
        try:
            keyring.set_password(_SERVICE, _NAME, value)
        except Exception as error:
            raise HistoryError(f"the system's keyring refused the key ({type(error).__name__})") from error
        return StoreKey(SecretStr(value), "the system's keyring")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Exclusive and with its mode from the start: no moment in which others can read it or put their own in.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(value + "\n")
    except OSError as error:
        raise HistoryError(f"the key file {path} cannot be written ({type(error).__name__})") from error
    return StoreKey(SecretStr(value), str(path))


def system_keyring() -> Keyring | None:
    """The system's keyring if the package `keyring` is installed and finds one that keeps secrets."""
    if importlib.util.find_spec("keyring") is None:
        return None
    module = importlib.import_module("keyring")
    # Its "fail" and "null" stand-ins have no priority above zero.
    return module if getattr(module.get_keyring(), "priority", 0) > 0 else None


def _from_keyring(keyring: Keyring) -> str | None:
    try:
        return keyring.get_password(_SERVICE, _NAME)
    except Exception as error:
        raise HistoryError(f"the system's keyring cannot be read ({type(error).__name__}); unlock it") from error


def _from_file(path: Path) -> StoreKey:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            raise HistoryError(f"the key file {path} is open to others (mode {mode:04o}); run: chmod 600 {path}")
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise HistoryError(f"the key file {path} cannot be read ({type(error).__name__})") from error
    return _checked(value, str(path))


def _checked(value: str, source: str) -> StoreKey:
    if len(value) < _MIN_CHARS:
        raise HistoryError(f"the key from {source} is too short: at least {_MIN_CHARS} characters")
    return StoreKey(SecretStr(value), source)
