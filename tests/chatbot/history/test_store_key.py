"""Where the key comes from, and who may read it."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from chatbot.history.errors import HistoryError
from chatbot.history.store_key import StoreKey, find_key, make_key


class FakeKeyring:
    """A keyring in memory."""

    def __init__(self, value: str | None = None) -> None:
        self.value = value

    def get_password(self, service_name: str, username: str) -> str | None:
        return self.value

    def set_password(self, service_name: str, username: str, password: str) -> None:
        self.value = password


class LockedKeyring(FakeKeyring):
    """A keyring that nobody has unlocked."""

    def get_password(self, service_name: str, username: str) -> str | None:
        raise RuntimeError("locked, and it holds a secret")


def test_a_new_key_is_in_a_file_of_its_owner_alone_and_found_again(tmp_path):
    path = tmp_path / "home" / "key"
    made = make_key(path, None)
    assert oct(path.stat().st_mode)[-3:] == "600"
    found = find_key(None, path, None)
    assert found is not None
    assert found.pragma() == made.pragma()
    assert made.secret.get_secret_value() not in repr(made)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o610])
def test_a_file_open_to_others_is_refused_with_what_to_do(tmp_path, mode):
    path = tmp_path / "key"
    make_key(path, None)
    path.chmod(mode)
    with pytest.raises(HistoryError, match=f"mode 0{mode:o}.*chmod 600 {path}"):
        find_key(None, path, None)


def test_the_environment_wins_over_the_keyring_and_the_keyring_over_the_file(tmp_path):
    path = tmp_path / "key"
    make_key(path, None)
    keyring = FakeKeyring("of the keyring, long")
    given = find_key(SecretStr("of the environment"), path, keyring)
    held = find_key(None, path, keyring)
    assert given is not None
    assert held is not None
    assert given.source == "VADEMECUM_STORE_KEY"
    assert held.source == "the system's keyring"
    assert find_key(None, tmp_path / "none", FakeKeyring()) is None


def test_a_new_key_goes_to_the_keyring_where_there_is_one(tmp_path):
    keyring = FakeKeyring()
    make_key(tmp_path / "key", keyring)
    assert keyring.value is not None
    assert len(keyring.value) == 64
    assert not (tmp_path / "key").exists()


def test_no_other_file_is_written_over(tmp_path):
    (tmp_path / "key").write_text("something else")
    with pytest.raises(HistoryError, match="cannot be written"):
        make_key(tmp_path / "key", None)
    assert (tmp_path / "key").read_text() == "something else"


def test_what_is_wrong_is_told_without_the_key(tmp_path):
    with pytest.raises(HistoryError, match="too short") as caught:
        find_key(SecretStr("hunter2"), tmp_path / "key", None)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(HistoryError, match="unlock it") as locked:
        find_key(None, tmp_path / "key", LockedKeyring())
    assert "secret" not in str(locked.value)


def test_a_raw_key_and_a_passphrase_are_told_apart():
    assert StoreKey(SecretStr("0F" * 32), "").pragma() == f"\"x'{'0F' * 32}'\""
    assert StoreKey(SecretStr('say "x"'), "").pragma() == '"say ""x"""'
