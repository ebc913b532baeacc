"""A model server in a process of its own that behaves as its model's name says; run as a program it prints its port.

`model_process.py [OWNER [PIECE...]]`: who its list of models says owns them, and what it says. `GET /seen` tells
which requests came and how many readers left before the end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

OWNER = sys.argv[1] if len(sys.argv) > 1 else "test"
PIECES = sys.argv[2:] or ["Take it ", "with food ", "[E1]."]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    requests: ClassVar[list[dict[str, Any]]] = []
    left: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        if self.path == "/seen":
            self._whole(200, {"requests": self.requests, "left": self.left})
        elif "Bearer wrong" in self.headers.get("Authorization", ""):
            self._whole(401, {"error": {"message": "no"}})
        else:
            data = [{"id": "tiny", "object": "model", "created": 0, "owned_by": OWNER}]
            self._whole(200, {"object": "list", "data": data})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/tokenize":
            n_words = sum(len(message["content"].split()) for message in body["messages"])
            self._whole(200, {"count": n_words, "max_model_len": 512, "tokens": []})
        else:
            self._reply(body)

    def _reply(self, body: dict[str, Any]) -> None:
        self.requests.append(body)
        kind, n_before = body["model"], sum(one["model"] == body["model"] for one in self.requests) - 1
        match kind:
            case "refuses":
                self._whole(400, {"error": {"message": "no"}})
            case "breaks":
                self._whole(500, {"error": {"message": "no"}})
            case "busy-once" if n_before == 0:
                self._whole(429, {"error": {"message": "busy"}}, {"Retry-After": "0.3"})
            case "busy-until-a-date" if n_before == 0:
                self._whole(503, {"error": {"message": "busy"}}, {"Retry-After": formatdate(time.time() + 1)})
            case "busy-always":
                self._whole(429, {"error": {"message": "busy"}}, {"Retry-After": "0"})
            case "busy-for-an-hour":
                self._whole(429, {"error": {"message": "busy"}}, {"Retry-After": "3600"})
            case "hangs-up-once" if n_before == 0:
                self.close_connection = True
            case "slow":
                time.sleep(2)
                self._stream(kind, PIECES)
            case "silent":
                self._stream(kind, [])
            case _:
                self._stream(kind, PIECES, counted=bool((body.get("stream_options") or {}).get("include_usage")))

    def _stream(self, kind: str, pieces: list[str], *, counted: bool = False) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        if kind == "ends-early":
            self.close_connection = True
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for place, piece in enumerate(pieces):
                self._piece(kind, {"role": "assistant", "content": piece}, None)
                if place == 1:
                    self._misbehave(kind)
                    if kind in ("ends-early", "garbled", "error-in-reply", "hangs-up-in-reply"):
                        return
            while kind == "endless":
                self._piece(kind, {"content": "and on "}, None)
                time.sleep(0.02)
            self._piece(kind, {}, "stop")
            if counted and kind != "uncounted":
                usage = {"prompt_tokens": 40, "completion_tokens": len(pieces), "total_tokens": 40 + len(pieces)}
                self._line(json.dumps({"id": "1", "object": "chat.completion.chunk", "choices": [], "usage": usage}))
            self._line("[DONE]")
            self.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            self.left.append(kind)
            self.close_connection = True

    def _misbehave(self, kind: str) -> None:
        match kind:
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stalls":
                time.sleep(30)
            case "keeps-alive":
                for _ in range(100):
                    self._write(": still here\n\n")
                    time.sleep(0.1)
            case "garbled":
                self._line("not JSON")
            case "error-in-reply":
                self._line(json.dumps({"error": {"message": "out of memory"}}))
            case "hangs-up-in-reply":
                self.close_connection = True

    def _piece(self, kind: str, delta: dict[str, str], finish_reason: str | None) -> None:
        choice = {"delta": delta, "index": 0, "finish_reason": finish_reason}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": kind, "choices": [choice]}
        self._line(json.dumps(chunk), chunked=kind != "ends-early")

    def _line(self, data: str, *, chunked: bool = True) -> None:
        self._write(f"data: {data}\n\n", chunked=chunked)

    def _write(self, text: str, *, chunked: bool = True) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
        self.wfile.flush()

    def _whole(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()
