"""`vademecum model`: what goes wrong before anything is started, and what is said of a server."""

from __future__ import annotations

import json
import socket
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("fcntl", reason="locks and process groups as on Linux and macOS")

from chatbot.cli import build_app
from chatbot.commands.model import model_server
from chatbot.model_server.errors import ModelServerError
from chatbot.settings import load_settings
from knowledge_base.errors import VademecumError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VADEMECUM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VADEMECUM_VLLM_PYTHON", sys.executable)
    monkeypatch.delenv("VADEMECUM_LLM_BASE_URL", raising=False)
    return tmp_path / "home"


@pytest.fixture
def model(tmp_path: Path) -> str:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "config.json").write_text("{}")
    return str(tmp_path / "m")


def run(*arguments: str) -> str:
    """What is printed; an error is raised as it is."""
    result = CliRunner().invoke(build_app(), ["model", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_nothing_runs(home: Path) -> None:
    assert run("status") == "no model server runs\n"
    assert json.loads(run("status", "--json")) == {"state": "not running", "problem": ""}
    assert run("stop") == "no model server runs\n"
    assert not home.exists()


def test_a_missing_environment_is_told_with_what_to_do(home, model, monkeypatch) -> None:
    monkeypatch.setenv("VADEMECUM_VLLM_PYTHON", "/no/such/python")
    with pytest.raises(ModelServerError, match="VADEMECUM_VLLM_PYTHON names an interpreter"):
        run("start", "--model", model)


def test_a_taken_port_is_told_before_anything_is_started(home, model) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(VademecumError, match=f"port {port} on 127.0.0.1 is taken"):
            run("start", "--model", model, "--port", str(port))


def test_a_missing_folder_is_told(home) -> None:
    with pytest.raises(ModelServerError, match="model folder /no/such is missing"):
        run("start", "--model", "/no/such", "--port", str(free_port()))


def test_an_interpreter_without_vllm_is_one_line_and_is_remembered(home, model) -> None:
    # This environment has no vLLM, so the server ends while it starts.
    with pytest.raises(ModelServerError, match="No module named 'vllm'") as caught:
        run("start", "--model", model, "--port", str(free_port()))
    assert "\n" not in str(caught.value)
    assert "the last one failed: the model server ended while it started" in run("status")
    assert json.loads(run("status", "--json"))["state"] == "failed"


def test_a_chat_runs_its_own_model_server_or_the_one_of_the_settings(home, model, monkeypatch) -> None:
    with model_server(load_settings(), None):
        assert not home.exists()
    monkeypatch.setenv("VADEMECUM_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    with pytest.raises(VademecumError, match="names a language model already"), model_server(load_settings(), model):
        pass
