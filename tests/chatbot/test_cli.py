"""The command line as a person meets it: help, settings, bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "vademecum"


def run(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "VADEMECUM_HOME": str(home), **environment}
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, env=env, check=False, timeout=300)


def one_line_of_error(result: subprocess.CompletedProcess[str]) -> str:
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    return lines[0]


@pytest.mark.parametrize(
    "command", ["ingest", "search", "ask", "chat", "serve", "model", "eval", "fetch", "kb", "doctor"]
)
def test_every_command_of_the_contract_has_help(command: str, tmp_path: Path) -> None:
    result = run(command, "--help", home=tmp_path)
    assert result.returncode == 0
    assert "Usage: vademecum" in result.stdout


def test_a_named_knowledge_base_that_is_missing_is_an_error(tmp_path: Path) -> None:
    result = run("ask", "what is ibuprofen", "--kb", str(tmp_path / "none"), home=tmp_path)
    assert result.returncode == 1
    assert str(tmp_path / "none") in one_line_of_error(result)
    assert not (tmp_path / "none").exists()


def test_a_setting_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    result = run("model", "status", home=tmp_path, VADEMECUM_PORT="http")
    assert result.returncode == 1
    assert "VADEMECUM_PORT" in one_line_of_error(result)


def test_a_broken_settings_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("port = = 3")
    result = run("model", "status", home=tmp_path)
    assert result.returncode == 1
    assert "config.toml" in one_line_of_error(result)


def test_the_environment_wins_over_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('llm_base_url = "http://127.0.0.1:9/from-file"')
    result = run("model", "status", home=tmp_path, VADEMECUM_LLM_BASE_URL="http://127.0.0.1:9/from-environment")
    assert result.returncode == 1
    assert "from-environment" in one_line_of_error(result)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: needs an object"),
        ('{"question": "  "}', "line 2: needs an object"),
        ('{"question": "q", "history": [{"role": "nurse", "content": "x"}]}', "line 2: `history`"),
    ],
)
def test_a_bad_batch_line_is_named_before_anything_is_answered(tmp_path: Path, line: str, complaint: str) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text(json.dumps({"question": "what is ibuprofen"}) + "\n" + line + "\n")
    result = run("ask", "--batch", str(batch), home=tmp_path)
    assert result.returncode == 1
    assert result.stdout == ""
    assert complaint in one_line_of_error(result)


def test_an_empty_question_is_refused(tmp_path: Path) -> None:
    result = run("ask", "   ", home=tmp_path)
    assert result.returncode == 1
    assert "empty" in one_line_of_error(result)


def test_the_chat_refuses_a_public_address(tmp_path: Path) -> None:
    result = run("chat", "--host", "0.0.0.0", home=tmp_path)  # noqa: S104 - the address is what is refused
    assert result.returncode == 1
    assert "vademecum users add" in one_line_of_error(result)


def test_what_is_no_unicode_does_not_stop_a_batch(tmp_path: Path) -> None:
    from chatbot.commands.asking import _read_batch

    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"question": "dose \\ud800 of ibuprofen", "id": 1}\n')
    assert [request["question"] for request in _read_batch(batch)] == ["dose ? of ibuprofen"]
