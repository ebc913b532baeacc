"""Put on the path of a process, it refuses what would leave this machine and writes down that it was tried.

Loaded by Python itself before the program; the environment names the file to write to.
"""

import os
import socket
import sys

_LOG = os.environ["VADEMECUM_TEST_CALLS"]
_LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyname_ex", "socket.gethostbyaddr")
_HERE = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", socket.gethostname())  # noqa: S104


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    return name in _HERE or name.startswith("127.")


def _refuse(what: str) -> None:
    with open(_LOG, "a") as log:  # noqa: PTH123 - nothing but what is loaded already
        log.write(what + "\n")
    raise ConnectionRefusedError(f"refused by the test: {what}")


def _watch(event: str, arguments: tuple) -> None:
    if event in _LOOKUPS and not _is_here(arguments[0]):
        _refuse(f"{event} {arguments[0]!r}")
    if event in ("socket.connect", "socket.sendto"):
        family, address = arguments[0].family, arguments[1]
        if family != socket.AF_UNIX and not _is_here(address[0]):
            _refuse(f"{event} {address!r}")


sys.addaudithook(_watch)
