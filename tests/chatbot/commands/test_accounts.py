"""`vademecum users`: what it prints and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from chatbot.cli import build_app
from knowledge_base.errors import VademecumError


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("VADEMECUM_HOME", str(tmp_path))

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(build_app(), ["users", *arguments], input=typed)

    return run


def test_the_life_of_a_user(users) -> None:
    assert users("list", "--json").stdout.strip() == "[]"
    added = users("add", "anna", "--role", "clinician", "--password-stdin", typed="correct horse battery\n")
    assert added.stdout == "added anna (clinician)\n"
    token = users("token", "anna").stdout.strip()
    assert token.startswith("vdm_") and len(token) > 40
    listed = users("list", "--json").stdout
    assert json.loads(listed) == [{"name": "anna", "role": "clinician", "has_token": True}]
    assert token not in listed
    assert users("token", "anna", "--revoke").exit_code == 0
    assert users("passwd", "anna", "--password-stdin", typed="another long password\n").exit_code == 0
    assert users("remove", "anna").stdout == "removed anna\n"
    assert users("list").stdout == ""


def test_a_password_is_never_an_argument_and_never_guessed(users) -> None:
    refused = users("add", "anna")
    assert isinstance(refused.exception, VademecumError)
    assert "--password-stdin" in str(refused.exception)
    short = users("add", "anna", "--password-stdin", typed="short\n")
    assert "12 to 256" in str(short.exception)
