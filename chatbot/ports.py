"""Whether a port of this machine is free."""

from __future__ import annotations

import socket
from contextlib import closing

from knowledge_base.errors import VademecumError


def refuse_taken(host: str, port: int) -> None:
    """Say so now if nothing could listen there.

    Raises:
        VademecumError: another program has the port.
    """
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise VademecumError(f"port {port} on {host} is taken; choose another with --port") from error
