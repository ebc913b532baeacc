"""The whole product without a network: nothing tries to leave the machine, and nothing needs to.

Each process is watched from its first line by `socket_guard/sitecustomize.py`, and where the system allows it, runs
in a network namespace that has a loopback device and nothing else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
JOURNEY = HERE / "journey.py"
_SECONDS = 900
_LOOPBACK_UP = "import fcntl,socket,struct; s=socket.socket(); fcntl.ioctl(s,0x8914,struct.pack('16sh',b'lo',1))"
_EXEC = "import os,sys; os.execv(sys.argv[1],sys.argv[1:])"


def environment(home: Path, calls: Path, **more: str) -> dict[str, str]:
    """As a user has it, without the switches that a test run or this machine may have set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "GRADIO", "VADEMECUM"))}
    watched = {"PYTHONPATH": f"{HERE / 'socket_guard'}:{ROOT}", "VADEMECUM_TEST_CALLS": str(calls)}
    return kept | {"VADEMECUM_HOME": str(home), "OMP_NUM_THREADS": "1"} | watched | more


def namespace() -> list[str]:
    """The command that gives another one a network of its own with nothing but loopback; empty where it may not."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], check=False, capture_output=True).returncode:
        return []
    return [unshare, "-rn", sys.executable, "-S", "-c", f"{_LOOPBACK_UP}; {_EXEC}"]


def test_the_whole_product_runs_without_a_network_and_tries_to_reach_none(tmp_path: Path) -> None:
    env = environment(tmp_path / "home", tmp_path / "calls")
    command = [*namespace(), sys.executable, str(JOURNEY), str(tmp_path)]
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split("\n")[:4] == ["ingest ok", "ask ok", "chat ok", "serve ok"]
    assert not (tmp_path / "calls").exists(), (tmp_path / "calls").read_text()


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import httpx; httpx.get('http://192.0.2.1/')",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    ],
)
def test_the_watcher_sees_and_refuses_what_would_leave(code: str, tmp_path: Path) -> None:
    env = environment(tmp_path, tmp_path / "calls")
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "192.0.2.1" in (tmp_path / "calls").read_text() or "example.org" in (tmp_path / "calls").read_text()
