"""The key at the door of the model server, on every path."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import anyio
import pytest

import chatbot.model_server

_FILE = Path(chatbot.model_server.__file__).parent / "inside" / "vademecum_door.py"


def ask(monkeypatch: pytest.MonkeyPatch, kind: str, headers: list[tuple[bytes, bytes]]) -> list[dict[str, object]]:
    """What is sent in reply; `inside` where the application was reached."""
    monkeypatch.setenv("VLLM_API_KEY", "secret")
    spec = importlib.util.spec_from_file_location("door_under_test", _FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sent: list[dict[str, object]] = []

    async def inside(scope, receive, send) -> None:
        await send({"type": "inside"})

    async def send(message) -> None:
        sent.append(message)

    anyio.run(module.Door(inside), {"type": kind, "path": "/invocations", "headers": headers}, None, send)
    return sent


@pytest.mark.parametrize(
    "headers", [[], [(b"authorization", b"Bearer wrong")], [(b"authorization", b"secret")], [(b"x-key", b"secret")]]
)
def test_without_the_key_nothing_is_reached(
    monkeypatch: pytest.MonkeyPatch, headers: list[tuple[bytes, bytes]]
) -> None:
    assert [message.get("status") for message in ask(monkeypatch, "http", headers)] == [401, None]
    assert ask(monkeypatch, "websocket", headers) == [{"type": "websocket.close", "code": 1008}]


def test_with_the_key_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(monkeypatch, "http", [(b"authorization", b"Bearer secret")]) == [{"type": "inside"}]


def test_starting_and_ending_need_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(monkeypatch, "lifespan", []) == [{"type": "inside"}]
