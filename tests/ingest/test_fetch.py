"""Downloads, against a real HTTP server on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from ingest.fetch import fetch_dailymed, fetch_openfda
from knowledge_base.errors import IngestError

SET_ID = "4f70f907-08d5-4c2e-a4be-32c6124faa7b"


@contextmanager
def service(status: int, body: bytes, declared: int | None = None) -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(declared if declared is not None else len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


def test_openfda_labels_are_saved_by_generic_name(tmp_path: Path) -> None:
    body = json.dumps({"results": []}).encode()
    with service(200, body) as (url, seen):
        path = fetch_openfda("Warfarin Sodium", limit=3, out=tmp_path / "labels", base_url=url)
    assert path.read_bytes() == body
    assert path.name == "openfda-warfarin-sodium.json"
    query = parse_qs(urlparse(seen[0]).query)
    assert query == {"search": ['openfda.generic_name:"warfarin sodium"'], "limit": ["3"]}


def test_a_name_cannot_change_the_query(tmp_path: Path) -> None:
    with service(200, b"{}") as (url, seen):
        fetch_openfda('x" OR _exists_:y', limit=1, out=tmp_path, base_url=url)
    assert parse_qs(urlparse(seen[0]).query)["search"] == ['openfda.generic_name:"x or existsy"']


def test_an_unknown_drug_is_said_so(tmp_path: Path) -> None:
    with service(404, b"{}") as (url, _), pytest.raises(IngestError, match="nothing found"):
        fetch_openfda("flonezatrib", limit=1, out=tmp_path, base_url=url)


def test_a_broken_download_leaves_nothing_behind(tmp_path: Path) -> None:
    with service(200, b"half", declared=1000) as (url, _), pytest.raises(IngestError, match="cannot be reached"):
        fetch_dailymed(SET_ID, out=tmp_path, base_url=url)
    assert list(tmp_path.iterdir()) == []


def test_a_malformed_set_id_is_never_sent(tmp_path: Path) -> None:
    with service(200, b"") as (url, seen), pytest.raises(IngestError, match="not a DailyMed set id"):
        fetch_dailymed("../../etc", out=tmp_path, base_url=url)
    assert seen == []


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(IngestError, match="cannot be made"):
        fetch_openfda("warfarin", limit=1, out=file / "labels", base_url="http://127.0.0.1:9")
