"""A disk that fills up in the middle of an ingest: a small file system in memory, which only root may mount."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import ingest_paths
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.verify import verify


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for 2 MiB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small file system takes root on Linux")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    yield disk
    # Lazily: the knowledge base that looked at it may still be open.
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.parametrize("n_left_kib", [1, 60, 120, 200, 300, 500])
def test_a_full_disk_is_one_line_and_the_last_generation_stays(
    tmp_path: Path, small_disk: Path, word_embedder, n_left_kib: int
) -> None:
    files, kb = tmp_path / "files", small_disk / "kb"
    files.mkdir()
    (files / "0.md").write_text("# Storage\n\nKeep the tablets in a dry place.\n")
    ingest_paths([files], kb, word_embedder)
    (files / "1.md").write_text("".join(f"# Part {n}\n\nTake {n} tablets with water.\n\n" for n in range(2000)))
    ballast = small_disk / "ballast"
    disk = os.statvfs(small_disk)
    ballast.write_bytes(bytes(max(disk.f_bavail * disk.f_frsize - n_left_kib * 1024, 0)))
    with pytest.raises(KnowledgeBaseError, match=r"no room left on the disk|disk is full") as caught:
        ingest_paths([files], kb, word_embedder)
    assert "\n" not in str(caught.value)
    ballast.unlink()
    base = KnowledgeBase.open(kb, word_embedder)
    assert (base.manifest.generation, base.manifest.n_documents) == (1, 1)
    assert verify(kb) == []


def test_with_room_again_the_next_run_goes_on(tmp_path: Path, small_disk: Path, word_embedder) -> None:
    files, kb = tmp_path / "files", small_disk / "kb"
    files.mkdir()
    (files / "0.md").write_text("".join(f"# Part {n}\n\nTake {n} tablets with water.\n\n" for n in range(300)))
    ballast = small_disk / "ballast"
    disk = os.statvfs(small_disk)
    ballast.write_bytes(bytes(disk.f_bavail * disk.f_frsize - 600 * 1024))
    with pytest.raises(KnowledgeBaseError, match="no room left on the disk"):
        ingest_paths([files], kb, word_embedder)
    ballast.unlink()
    report = ingest_paths([files], kb, word_embedder)
    assert (report.documents, report.passages) == (1, 300)
    assert verify(kb) == []
