"""The file of users: what is in it, who can read it, and that nothing in it is a secret in plain text."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from chatbot.accounts.users import Users
from knowledge_base.errors import VademecumError

PASSWORD = "correct horse battery"  # noqa: S105


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path / "home" / "users.sqlite")


def test_a_user_signs_in_with_the_right_password_only(users: Users) -> None:
    users.add("anna", "clinician", PASSWORD)
    assert users.sign_in("anna", PASSWORD).role == "clinician"
    assert users.sign_in("anna", PASSWORD + "x") is None
    assert users.sign_in("bob", PASSWORD) is None
    assert users.sign_in("anna", PASSWORD * 100) is None


def test_without_a_file_there_is_nobody_and_none_is_made(users: Users, tmp_path: Path) -> None:
    assert users.all() == ()
    assert users.sign_in("anna", PASSWORD) is None
    assert not (tmp_path / "home").exists()


def test_the_file_is_its_owners_alone_and_holds_no_secret(users: Users, tmp_path: Path) -> None:
    users.add("anna", "admin", PASSWORD)
    token = users.new_token("anna")
    path = tmp_path / "home" / "users.sqlite"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    held = path.read_bytes()
    assert PASSWORD.encode() not in held and token.encode() not in held
    assert b"$argon2id$" in held
    path.chmod(0o644)
    with pytest.raises(VademecumError, match="chmod 600"):
        users.all()


def test_a_token_counts_until_the_next_one_or_its_end(users: Users) -> None:
    users.add("anna", "patient", PASSWORD)
    first = users.new_token("anna")
    assert users.of_token(first).name == "anna"
    second = users.new_token("anna")
    assert users.of_token(first) is None
    users.revoke_token("anna")
    assert users.of_token(second) is None
    assert users.of_token("") is None


def test_a_new_password_changes_the_stamp(users: Users) -> None:
    users.add("anna", "patient", PASSWORD)
    before = users.find("anna").stamp
    users.set_password("anna", PASSWORD + " again")
    assert users.find("anna").stamp != before
    assert users.sign_in("anna", PASSWORD) is None


@pytest.mark.parametrize("name", ["", "Anna", "a b", "../x", "local", "a" * 65, "anna\n", "\u0430nna"])
def test_a_name_that_could_be_mistaken_is_refused(users: Users, name: str) -> None:
    with pytest.raises(VademecumError, match="user name"):
        users.add(name, "patient", PASSWORD)


def test_what_cannot_be_done_is_one_clear_line(users: Users) -> None:
    users.add("anna", "patient", PASSWORD)
    with pytest.raises(VademecumError, match="already"):
        users.add("anna", "patient", PASSWORD)
    with pytest.raises(VademecumError, match="role"):
        users.add("bob", "doctor", PASSWORD)
    with pytest.raises(VademecumError, match="12 to 256"):
        users.add("bob", "patient", "short")
    for change in (users.remove, users.new_token, users.revoke_token):
        with pytest.raises(VademecumError, match="no user carl"):
            change("carl")


def test_a_file_that_is_none_of_ours_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "users.sqlite"
    path.write_bytes(b"not a database, but long enough to be looked at" * 20)
    path.chmod(0o600)
    with pytest.raises(VademecumError, match="cannot be used"):
        Users(path).all()
