"""`vademecum history`: list, search, show, export, delete, wipe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("sqlcipher3", reason="the extra `privacy` is not installed")

from chatbot.cli import build_app
from chatbot.history.errors import HistoryError
from chatbot.history.types import LOCAL_OWNER, KeptMessage
from chatbot.settings import load_settings
from chatbot.wiring import open_history


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("VADEMECUM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*arguments: str, given: str | None = None) -> Result:
    result = CliRunner().invoke(build_app(), ["history", *arguments], input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def keep(conversation_id: str, text: str) -> None:
    messages = [KeptMessage(role="user", text=text), KeptMessage(role="assistant", text="Yes. [1]", sources=("Label",))]
    open_history(load_settings()).add(LOCAL_OWNER, conversation_id, messages)


def test_looking_before_anything_is_kept_makes_no_file(home):
    assert run("list").stdout == ""
    assert json.loads(run("search", "x", "--json").stdout) == []
    assert run("wipe").stdout == "deleted 0 conversations\n"
    with pytest.raises(HistoryError, match="no conversation was kept yet"):
        run("show", "1")
    assert not home.exists()


def test_what_is_kept_is_listed_found_shown_and_written_out(home, tmp_path):
    keep("1", "warfarin and milk?")
    keep("2", "metformin?")
    assert {one["id"] for one in json.loads(run("list", "--json").stdout)} == {"1", "2"}
    assert "warfarin and milk?" in run("list").stdout
    assert [one["id"] for one in json.loads(run("search", "MILK", "--json").stdout)] == ["1"]
    assert json.loads(run("show", "1", "--json").stdout)["messages"][1]["sources"] == ["Label"]
    assert run("show", "2").stdout.startswith("# metformin?\n")
    assert len(json.loads(run("export").stdout)) == 2
    out = tmp_path / "out.md"
    run("export", "1", "--format", "md", "--out", str(out))
    assert "milk" in out.read_text()
    assert oct(out.stat().st_mode)[-3:] == "600"


def test_deleted_and_wiped(home):
    keep("1", "one")
    keep("2", "two")
    assert run("delete", "1").stdout == "deleted 1 conversation\n"
    with pytest.raises(HistoryError, match="no conversation 1"):
        run("delete", "1")
    assert run("wipe", given="n\n").exit_code == 1
    assert len(json.loads(run("list", "--json").stdout)) == 1
    assert run("wipe", "--yes").stdout == "deleted 1 conversation\n"
    assert run("list").stdout == ""


def test_without_its_key_the_file_is_not_opened_and_no_new_key_is_made(home):
    keep("1", "one")
    key = home / "conversations.key"
    key.rename(home / "elsewhere")
    with pytest.raises(HistoryError, match="needs its key"):
        run("list")
    assert not key.exists()
    (home / "elsewhere").rename(key)
    key.chmod(0o644)
    with pytest.raises(HistoryError, match="chmod 600"):
        run("list")
