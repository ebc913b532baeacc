"""Serving an application on an address until it is stopped. Knows uvicorn; knows no page and no route."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Final

import uvicorn

from chatbot.guard.asgi import App
from knowledge_base.errors import VademecumError

_STOP_SECONDS: Final = 3
"""The page keeps a connection open all the time; what is not done by then is broken off."""
_START_SECONDS: Final = 60.0


class _Announcing(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._announce()


def serve_until_stopped(
    app: App,
    host: str,
    port: int,
    announce: Callable[[], None],
    *,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
) -> None:
    """Serve in this thread; returns after Ctrl-C or a request to end.

    Raises:
        VademecumError: the certificate or its key cannot be used.
    """
    for path in (tls_cert, tls_key):
        if path is not None and not path.is_file():
            raise VademecumError(f"{path} is missing: VADEMECUM_TLS_CERT and VADEMECUM_TLS_KEY name PEM files")
    config = _config(app, host, port, tls_cert, tls_key)
    try:
        config.load()
    except OSError as error:
        raise VademecumError(f"TLS cannot be used with {tls_cert} and {tls_key}: {error}") from error
    _Announcing(config, announce).run()


@contextmanager
def served(app: App, port: int, host: str = "127.0.0.1") -> Iterator[str]:
    """The address of an application that is served in another thread meanwhile.

    Raises:
        VademecumError: it does not listen.
    """
    server = uvicorn.Server(_config(app, host, port))
    thread = Thread(target=server.run, name="server", daemon=True)
    thread.start()
    deadline = monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or monotonic() > deadline:
            raise VademecumError(f"nothing listens on port {port} of {host}")
        sleep(0.02)
    try:
        yield f"http://{host}:{port}/"
    finally:
        server.should_exit = True
        thread.join(2 * _STOP_SECONDS)


def _config(
    app: App, host: str, port: int, tls_cert: Path | None = None, tls_key: Path | None = None
) -> uvicorn.Config:
    # No access log: a path or query of a health question has no place in a log file. Proxies are our own business.
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
    )
