"""The program as it runs: a small knowledge base, two users, and servers in processes of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

VADEMECUM = Path(sys.executable).parent / "vademecum"
STARTER = Path(__file__).resolve().parents[2] / "knowledge_base" / "data" / "starter"
PASSWORD = "correct horse battery"  # noqa: S105
_START_SECONDS = 180


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session", name="free_port")
def _free_port() -> Callable[[], int]:
    """The function `free_port`."""
    return free_port


@pytest.fixture(scope="session")
def small_kb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three monographs and a PDF, ingested by the command line."""
    folder = tmp_path_factory.mktemp("system")
    documents = [STARTER / "monographs" / f"{name}.md" for name in ("ibuprofen", "lisinopril", "methotrexate")]
    documents.append(STARTER / "guidelines" / "catheter-associated-uti-prevention.pdf")
    run(["ingest", *documents, "--kb", folder / "kb"], folder)
    return folder / "kb"


def run(arguments: list[object], home: Path, **more: object) -> subprocess.CompletedProcess[str]:
    """The command line with a home of its own, in this checkout."""
    environment = os.environ | {"VADEMECUM_HOME": str(home), "OMP_NUM_THREADS": "1", **more.pop("environment", {})}
    command = [sys.executable, "-m", "chatbot.cli", *map(str, arguments)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=_START_SECONDS, check=True, **more
    )


@pytest.fixture(scope="session")
def command_line() -> Callable[..., subprocess.CompletedProcess[str]]:
    """The function `run`."""
    return run


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A home with anna (clinician), bob (patient) and root (admin); `.path`, and their `.tokens`."""
    from chatbot.accounts.users import Users

    path = tmp_path_factory.mktemp("home")
    users = Users(path / "users.sqlite")
    for name, role in (("anna", "clinician"), ("bob", "patient"), ("root", "admin")):
        users.add(name, role, PASSWORD)
    return SimpleNamespace(path=path, tokens={name: users.new_token(name) for name in ("anna", "bob", "root")})


@contextmanager
def serving(command: str, home: Path, kb: Path, **settings: str) -> Iterator[str]:
    """The address of `vademecum chat` or `serve` in a process of its own."""
    port = free_port()
    environment = os.environ | {"VADEMECUM_HOME": str(home), "OMP_NUM_THREADS": "1", **settings}
    log = home / f"{command}-{port}.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "chatbot.cli", command, "--kb", str(kb), "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=log.open("w"),
    )
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                pytest.fail(f"{command} ended with {process.returncode}: {log.read_text()[-2000:]}")
            try:
                httpx.get(f"{url}/health")
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(120)


@pytest.fixture(scope="module")
def server(home: SimpleNamespace, small_kb: Path) -> Iterator[Callable[..., str]]:
    """A function `(command, kb, **settings)` that starts a server for the module and gives its address."""
    with ExitStack() as running:
        made: dict[str, str] = {}

        def start(command: str, kb: Path = small_kb, **settings: str) -> str:
            key = repr((command, kb, settings))
            if key not in made:
                made[key] = running.enter_context(serving(command, home.path, kb, **settings))
            return made[key]

        yield start
