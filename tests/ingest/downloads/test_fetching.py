"""A list of downloads into a folder: one that fails does not stop the rest, what is there is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.downloads.fetching import fetch_all
from ingest.downloads.types import Download
from knowledge_base.errors import IngestError


def download(service, name: str, **known) -> Download:
    return Download(url=f"{service.url}/{name}", name=name, **known)


def test_the_ledger_names_source_and_checksum(service, tmp_path: Path) -> None:
    service.bodies = {"/a": b"1", "/b": b"2"}
    with service.client() as client:
        report = fetch_all(client, [download(service, "a"), download(service, "b")], tmp_path / "labels")
    assert report.fetched == ("a", "b")
    ledger = json.loads((tmp_path / "labels" / "downloads.json").read_text())
    assert ledger["a"]["url"] == f"{service.url}/a"
    assert len(ledger["a"]["sha256"]) == 64


def test_what_is_there_is_not_asked_for(service, tmp_path: Path) -> None:
    service.bodies = {"/a": b"1"}
    with service.client() as client:
        fetch_all(client, [download(service, "a")], tmp_path)
        report = fetch_all(client, [download(service, "a")], tmp_path)
    assert (report.fetched, report.kept) == ((), ("a",))
    assert len(service.seen) == 1


def test_a_file_that_was_shortened_since_is_loaded_again(service, tmp_path: Path) -> None:
    service.bodies = {"/a": b"123"}
    with service.client() as client:
        fetch_all(client, [download(service, "a")], tmp_path)
        (tmp_path / "a").write_bytes(b"1")
        report = fetch_all(client, [download(service, "a")], tmp_path)
    assert report.fetched == ("a",)


def test_an_update_asks_and_takes_only_what_changed(service, tmp_path: Path) -> None:
    service.bodies = {"/a": b"1", "/b": b"2"}
    both = [download(service, "a"), download(service, "b")]
    with service.client() as client:
        fetch_all(client, both, tmp_path)
        service.bodies["/b"] = b"new"
        report = fetch_all(client, both, tmp_path, update=True)
    assert (report.fetched, report.kept) == (("b",), ("a",))
    assert (tmp_path / "b").read_bytes() == b"new"


@pytest.mark.parametrize(("version", "n_requests"), [("3", 1), ("4", 2)])
def test_a_version_that_is_there_is_not_asked_for(service, tmp_path: Path, version: str, n_requests: int) -> None:
    service.bodies = {"/a": b"1"}
    with service.client() as client:
        fetch_all(client, [download(service, "a", version="3")], tmp_path)
        fetch_all(client, [download(service, "a", version=version)], tmp_path, update=True)
    assert len(service.seen) == n_requests


def test_one_that_fails_does_not_stop_the_others(service, tmp_path: Path) -> None:
    service.bodies = {"/b": b"2"}
    with service.client() as client:
        report = fetch_all(client, [download(service, "a"), download(service, "b")], tmp_path)
    assert report.fetched == ("b",)
    assert [name for name, _ in report.failed] == ["a"]


def test_a_disk_that_is_too_small_is_said_before_anything_is_loaded(service, tmp_path: Path) -> None:
    with service.client() as client, pytest.raises(IngestError, match="GiB are wanted"):
        fetch_all(client, [download(service, "a", size=2**60)], tmp_path)
    assert service.seen == []


def test_a_folder_that_cannot_be_made_is_one_line(service, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with service.client() as client, pytest.raises(IngestError, match="cannot be written"):
        fetch_all(client, [download(service, "a")], tmp_path / "file" / "labels")


def test_a_damaged_ledger_is_one_line(service, tmp_path: Path) -> None:
    (tmp_path / "downloads.json").write_text("{")
    with service.client() as client, pytest.raises(IngestError, match=r"downloads\.json cannot be read"):
        fetch_all(client, [download(service, "a")], tmp_path)
