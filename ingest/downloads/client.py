"""HTTP to one service: its own sites only, at its pace, every fault as one line.

Proxies of the environment are respected. A key travels as the user name of basic authentication, so that it stands in
no address, no log and no ledger.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx

from ingest.downloads.pace import Pace
from ingest.downloads.types import TransientError
from knowledge_base.errors import IngestError

_TIMEOUT_SECONDS: Final = 60.0
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_INDEX_BYTES: Final = 16 * 2**20


class NotFoundError(IngestError):
    """The service knows nothing of that name."""


class Client:
    """A service at `base_url`; files may also lie on hosts of `site` (a domain, `fda.gov`) over https."""

    def __init__(self, base_url: str, *, site: str, pace: Pace, key: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._site = site
        self._pace = pace
        self._key = key
        self._http = httpx.Client(
            timeout=_TIMEOUT_SECONDS,
            follow_redirects=True,
            max_redirects=5,
            # Ranges and lengths count the bytes of the file, not of its compressed form.
            headers={"Accept-Encoding": "identity", "User-Agent": "vademecum"},
            event_hooks={"request": [self._refuse_strangers]},
        )

    def __enter__(self) -> Self:
        """Use as a context manager: the connections are closed at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def pace(self) -> Pace:
        """How fast requests may follow each other, and how often they are made again."""
        return self._pace

    def is_own(self, url: str) -> bool:
        """Whether an address is one of this service: its base, or https on its site."""
        parts, base = urlsplit(url), urlsplit(self.base_url)
        if (parts.scheme, parts.netloc) == (base.scheme, base.netloc):
            return True
        host = parts.hostname or ""
        return parts.scheme == "https" and (host == self._site or host.endswith(f".{self._site}"))

    @contextmanager
    def open(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[httpx.Response]:
        """A response whose body is still to be read.

        Raises:
            TransientError: the service cannot be reached, is busy or broke off.
            NotFoundError: it knows nothing of that name.
            IngestError: it refuses, or leads to a strange site.
        """
        self._pace.wait()
        auth = (self._key, "") if self._key and url.startswith(self.base_url) else None
        try:
            with self._http.stream("GET", url, headers=dict(headers or {}), auth=auth) as response:
                _judge(response, url)
                yield response
        except httpx.TooManyRedirects as error:
            raise IngestError(f"{_short(url)} redirects in a circle; try again later") from error
        except httpx.HTTPError as error:
            raise TransientError(
                f"{_short(url)} cannot be reached ({type(error).__name__}); check the connection"
            ) from error

    def text(self, url: str) -> str:
        """The body of a small answer, such as an index.

        Raises:
            IngestError: as `open`, or the body is too large.
        """

        def once() -> str:
            with self.open(url) as response:
                data = bytearray()
                for block in response.iter_bytes():
                    data += block
                    if len(data) > _MAX_INDEX_BYTES:
                        raise IngestError(f"{_short(url)} sends more than an index should hold; check the address")
                return data.decode("utf-8", errors="replace")

        return self._pace.persist(once)

    def json(self, url: str) -> dict[str, Any]:
        """The object that an address answers with.

        Raises:
            IngestError: as `text`, or the answer is no JSON object.
        """
        try:
            value = json.loads(self.text(url))
        except ValueError as error:
            raise IngestError(f"{_short(url)} does not answer with JSON; check the address of the service") from error
        if not isinstance(value, dict):
            raise IngestError(f"{_short(url)} does not answer with a JSON object; check the address of the service")
        return value

    def _refuse_strangers(self, request: httpx.Request) -> None:
        # Redirects come here too: a service that was taken over cannot send the program elsewhere.
        if not self.is_own(str(request.url)):
            raise IngestError(f"{_short(str(request.url))} is not a site of {self._site}; nothing was taken from there")


def _judge(response: httpx.Response, url: str) -> None:
    status = response.status_code
    if status in _PASSING:
        raise TransientError(
            f"{_short(url)} answered {status}; try again later",
            retry_after_seconds=_retry_after(response.headers.get("Retry-After")),
        )
    if status == httpx.codes.NOT_FOUND:
        raise NotFoundError(f"{_short(url)}: nothing found; check the name")
    if status >= httpx.codes.BAD_REQUEST and status != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        raise IngestError(f"{_short(url)} answered {status}; check the name and the key")


def _retry_after(value: str | None) -> float | None:
    """Seconds; a date (RFC 9110, section 10.2.3) is left to the usual waits."""
    return float(value) if value is not None and value.isdecimal() else None


def _short(url: str) -> str:
    """An address without its query, which may be long."""
    return url.partition("?")[0]
