"""One file over a bad line: it arrives whole, or what came of it waits for the next try."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ingest.downloads.client import NotFoundError
from ingest.downloads.transfer import transfer
from ingest.downloads.types import Download, TransientError
from knowledge_base.errors import IngestError

BODY = bytes(range(250)) * 1_200


def bring(service, target: Path, *, md5: str | None = None, known=None):
    seen: list[tuple[int, int]] = []
    with service.client() as client:
        download = Download(url=f"{service.url}/file.zip", name=target.name, md5=md5)
        return transfer(client, download, target, known, lambda done, total: seen.append((done, total))), seen


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "file.zip"


def test_a_file_arrives_whole_with_its_checksum(service, target: Path) -> None:
    service.bodies["/file.zip"] = BODY
    fetched, seen = bring(service, target)
    assert target.read_bytes() == BODY
    assert fetched.sha256 == hashlib.sha256(BODY).hexdigest()
    assert seen[-1] == (len(BODY), len(BODY))
    assert [path.name for path in target.parent.iterdir()] == ["file.zip"]


def test_a_cut_connection_is_continued_where_it_was_cut(service, target: Path, fault) -> None:
    service.bodies["/file.zip"] = BODY
    service.faults = [fault(cut_after=270_000)]
    bring(service, target)
    assert target.read_bytes() == BODY
    assert service.seen[1][1]["Range"].startswith("bytes=2")


def test_many_cuts_do_not_count_as_long_as_bytes_come(service, target: Path, fault) -> None:
    body = bytes(range(250)) * 12_000
    service.bodies["/file.zip"] = body
    service.faults = [fault(cut_after=270_000) for _ in range(10)]
    bring(service, target)
    assert target.read_bytes() == body


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_service_is_asked_again(service, target: Path, fault, status: int) -> None:
    service.bodies["/file.zip"] = BODY
    service.faults = [fault(status=status, headers={"Retry-After": "7"}), fault(status=status)]
    bring(service, target)
    assert target.read_bytes() == BODY
    assert 7.0 in service.slept


def test_a_service_that_stays_busy_is_one_line(service, target: Path, fault) -> None:
    service.faults = [fault(status=429) for _ in range(50)]
    with pytest.raises(TransientError, match="answered 429"):
        bring(service, target)
    assert len(service.seen) < 10
    assert not target.exists()


def test_what_came_before_the_program_ended_is_continued(service, target: Path, fault) -> None:
    service.bodies["/file.zip"] = BODY
    service.faults = [fault(cut_after=270_000), *(fault(status=503) for _ in range(50))]
    with pytest.raises(TransientError):
        bring(service, target)
    service.faults = []
    n_before = len(service.seen)
    bring(service, target)
    assert target.read_bytes() == BODY
    assert "Range" in service.seen[n_before][1]


def test_halves_of_two_versions_are_never_joined(service, target: Path, fault) -> None:
    service.bodies["/file.zip"] = BODY
    service.faults = [fault(cut_after=270_000), *(fault(status=503) for _ in range(50))]
    with pytest.raises(TransientError):
        bring(service, target)
    service.faults, service.bodies["/file.zip"] = [], BODY[::-1]
    bring(service, target)
    assert target.read_bytes() == BODY[::-1]


def test_a_service_without_ranges_is_loaded_from_the_start(service, target: Path, fault) -> None:
    service.bodies["/file.zip"], service.has_ranges = BODY, False
    service.faults = [fault(cut_after=270_000)]
    bring(service, target)
    assert target.read_bytes() == BODY


def test_a_part_that_is_longer_than_the_file_is_loaded_anew(service, target: Path, fault) -> None:
    service.bodies["/file.zip"] = BODY
    service.faults = [fault(cut_after=270_000), *(fault(status=503) for _ in range(50))]
    with pytest.raises(TransientError):
        bring(service, target)
    service.faults = []
    with target.with_name("file.zip.part").open("ab") as file:
        file.write(b"x" * len(BODY))
    bring(service, target)
    assert target.read_bytes() == BODY


def test_a_wrong_checksum_is_never_kept(service, target: Path) -> None:
    service.bodies["/file.zip"] = BODY
    with pytest.raises(TransientError, match="MD5"):
        bring(service, target, md5="0" * 32)
    assert list(target.parent.iterdir()) == []


def test_the_published_checksum_is_accepted(service, target: Path) -> None:
    service.bodies["/file.zip"] = BODY
    bring(service, target, md5=hashlib.md5(BODY, usedforsecurity=False).hexdigest().upper())
    assert target.read_bytes() == BODY


def test_a_file_that_has_not_changed_is_not_sent_again(service, target: Path) -> None:
    service.bodies["/file.zip"] = BODY
    fetched, _ = bring(service, target)
    again, seen = bring(service, target, known=fetched)
    assert again == fetched
    assert seen == []


def test_an_empty_file_is_refused(service, target: Path) -> None:
    service.bodies["/file.zip"] = b""
    with pytest.raises(IngestError, match="empty"):
        bring(service, target)
    assert not target.exists()


def test_a_missing_file_is_not_asked_for_twice(service, target: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing found"):
        bring(service, target)
    assert len(service.seen) == 1
