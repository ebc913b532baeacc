"""The client of an OpenAI-compatible server, against a real server on this machine."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import anyio
import pytest

from chatbot.llm import ChatModelError, Message, OpenAIChatModel


class Handler(BaseHTTPRequestHandler):
    requests: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        models = {"object": "list", "data": [{"id": "tiny", "object": "model", "created": 0, "owned_by": "test"}]}
        self._send(200, json.dumps(models), "application/json")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append(body)
        model = body["model"]
        if model == "refuses":
            self._send(400, json.dumps({"error": {"message": "no"}}), "application/json")
            return
        if model == "slow":
            time.sleep(2)
        pieces = [] if model == "silent" else ["Take it ", "with food ", "[E1]."]
        chunks = [
            {"delta": {"role": "assistant", "content": piece}, "index": 0, "finish_reason": None} for piece in pieces
        ]
        lines = [
            json.dumps({"id": "1", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": [chunk]})
            for chunk in chunks
        ]
        if model == "garbled":
            lines = ["not JSON"]
        self._send(200, "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]), "text/event-stream")

    def _send(self, status: int, body: str, kind: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the client of the slow model has gone
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def say(model: OpenAIChatModel) -> list[str]:
    async def run() -> list[str]:
        messages = [Message(role="system", content="rules"), Message(role="user", content="hello")]
        return [piece async for piece in model.stream(messages, max_tokens=50)]

    return anyio.run(run)


def test_the_reply_comes_in_pieces(address: str) -> None:
    assert say(OpenAIChatModel(base_url=address, model="named")) == ["Take it ", "with food ", "[E1]."]
    request = Handler.requests[-1]
    assert (request["temperature"], request["max_tokens"], request["stream"]) == (0.0, 50, True)
    assert [message["role"] for message in request["messages"]] == ["system", "user"]


def test_an_unnamed_model_is_the_one_the_server_offers(address: str) -> None:
    model = OpenAIChatModel(base_url=address)
    say(model)
    assert model.name == "tiny"
    assert anyio.run(model.check) == ("tiny",)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("refuses", "status 400"),
        ("silent", "empty reply"),
        ("slow", "did not answer within"),
        ("garbled", "can not be read"),
    ],
)
def test_whatever_goes_wrong_is_one_line(address: str, name: str, complaint: str) -> None:
    with pytest.raises(ChatModelError, match=complaint) as caught:
        say(OpenAIChatModel(base_url=address, model=name, timeout_seconds=0.3 if name == "slow" else 5))
    assert "\n" not in str(caught.value)


def test_no_server_at_all() -> None:
    with pytest.raises(ChatModelError, match="can not be reached"):
        say(OpenAIChatModel(base_url="http://127.0.0.1:9/v1", model="x"))


def test_no_log_holds_what_was_sent_at_any_level(address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    say(OpenAIChatModel(base_url=address, model="named"))
    assert caplog.records
    assert "hello" not in caplog.text
    assert "rules" not in caplog.text
