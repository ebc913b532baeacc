"""A server on this machine that behaves as openFDA and DailyMed do, faults included."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from ingest.downloads.client import Client
from ingest.downloads.pace import Pace


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the next request: an answer with a status, or a body cut off or stalled after some bytes."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    stalls: bool = False


@dataclass
class Service:
    """Answers by path (query included); `seen` keeps path and headers of each request."""

    url: str = ""
    bodies: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    has_ranges: bool = True
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)

    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]

    def client(self, *, site: str = "example.org", key: str | None = None) -> Client:
        pace = Pace(1_000_000, sleep=self.slept.append)
        return Client(self.url, site=site, pace=pace, key=key)


class Handler(BaseHTTPRequestHandler):
    service: ClassVar[Service]

    def do_GET(self) -> None:
        self.service.seen.append((self.path, dict(self.headers)))
        fault = self.service.faults.pop(0) if self.service.faults else Fault()
        if fault.status:
            self._send(fault.status, b"", fault.headers)
        elif self.path in self.service.redirects:
            self._send(302, b"", {"Location": self.service.redirects[self.path]})
        elif self.path not in self.service.bodies:
            self._send(404, b"{}", {})
        else:
            self._send_file(self.service.bodies[self.path], fault)

    def _send_file(self, body: bytes, fault: Fault) -> None:
        etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
        headers = {"ETag": etag}
        if self.headers.get("If-None-Match") == etag:
            self._send(304, b"", headers)
            return
        asked = self.headers.get("Range")
        if self.service.has_ranges and asked and self.headers.get("If-Range") == etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                self._send(416, b"", headers)
                return
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            self._send(206, body[start:], headers, fault)
        else:
            self._send(200, body, headers, fault)

    def _send(self, status: int, body: bytes, headers: dict[str, str], fault: Fault = Fault()) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: fault.cut_after])
        if fault.stalls:
            self.service.stalled.set()
            self.service.goes_on.wait(30)
        self.close_connection = fault.cut_after is not None

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


@pytest.fixture
def service() -> Iterator[Service]:
    """The imitated service, running."""
    service = Service()
    handler = type("ServiceHandler", (Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield service
    service.goes_on.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def fault() -> type[Fault]:
    return Fault
