"""`vademecum model`: what goes wrong before anything is started, and what is said of a server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("fcntl", reason="locks and process groups as on Linux and macOS")

from chatbot.cli import build_app
from chatbot.commands.model import model_server
from chatbot.model_server.errors import ModelServerError
from chatbot.model_server.record import ServerFolder
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


@pytest.fixture
def stand_in(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A port, on which `model start` runs a stand-in for vLLM."""
    port, program = free_port(), Path(__file__).parents[1] / "model_server" / "stand_in.py"
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec {sys.executable} {program} {port} {tmp_path}\n")
    python.chmod(0o755)
    monkeypatch.setenv("VADEMECUM_VLLM_PYTHON", str(python))
    return port


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def wait_for_state(state: str) -> None:
    deadline = time.monotonic() + 60
    while json.loads(run("status", "--json"))["state"] != state:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_server_in_the_background_is_started_told_of_and_stopped(home, model, stand_in, tmp_path) -> None:
    assert run("start", "--model", model, "--port", str(stand_in)).startswith(
        f"m is ready on http://127.0.0.1:{stand_in}"
    )
    assert run("status").startswith(f"ready: m on http://127.0.0.1:{stand_in}/v1")
    assert "api_key" not in run("status", "--json")
    with pytest.raises(ModelServerError, match="runs already"):
        run("start", "--model", model, "--port", str(free_port()))
    assert run("stop") == f"stopped m on http://127.0.0.1:{stand_in}/v1\n"
    assert run("status") == "no model server runs\n"
    assert is_gone(int((tmp_path / "engine").read_text()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_in_the_foreground_ends_with_a_signal(home, model, stand_in, tmp_path, number) -> None:
    command = [sys.executable, "-m", "chatbot.cli", "model", "start", "--foreground"]
    process = subprocess.Popen([*command, "--model", model, "--port", str(stand_in)], stderr=subprocess.PIPE, text=True)
    wait_for_state("ready")
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.splitlines()[-1] == "stopped m"
    assert is_gone(int((tmp_path / "engine").read_text()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_program_with_a_model_server_leaves_none_behind(home, model, stand_in, tmp_path, number) -> None:
    code = f"""
import time
from chatbot.commands.model import model_server
from chatbot.settings import load_settings
with model_server(load_settings(), {model!r}, port={stand_in}):
    time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    wait_for_state("ready")
    time.sleep(1)
    process.send_signal(number)
    assert process.wait(60) != 0
    assert run("status") == "no model server runs\n"
    assert is_gone(int((tmp_path / "engine").read_text()))


def test_a_supervisor_that_was_killed_counts_as_none(home, model, stand_in) -> None:
    command = [sys.executable, "-m", "chatbot.cli", "model", "start", "--foreground"]
    process = subprocess.Popen([*command, "--model", model, "--port", str(stand_in)], stderr=subprocess.DEVNULL)
    wait_for_state("ready")
    process.kill()
    process.wait()
    assert run("status") == "no model server runs\n"
    # vLLM itself asks the kernel to be ended with its parent; the stand-in does not.
    os.killpg(ServerFolder(load_settings().model_server_path).read().server_pid, signal.SIGKILL)


def test_a_chat_runs_its_own_model_server_or_the_one_of_the_settings(home, model, monkeypatch) -> None:
    with model_server(load_settings(), None):
        assert not home.exists()
    monkeypatch.setenv("VADEMECUM_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    with pytest.raises(VademecumError, match="names a language model already"), model_server(load_settings(), model):
        pass
