"""Writers and readers at the same time: an ingest, a removal, a second writer, a folder that cannot be written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.pipeline import ingest_paths
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.verify import verify

READER = Path(__file__).parent / "running_reader.py"
ROOT = Path(__file__).parents[2]


def label(version: int, text: str, name: str = "ibuprofen") -> str:
    return (
        f"---\ntitle: {name.title()} tablets\nkind: label\nset_id: {name}\nversion: {version}\n"
        f"ingredients: [{name}]\n---\n\n# Dosage\n\n{text}\n"
    )


@contextmanager
def running_reader(kb: Path, words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(READER), str(kb), words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def next_answer(process: subprocess.Popen[str]) -> list:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def until(process: subprocess.Popen[str], generation: int) -> list:
    """The first answer from a generation; what comes before it is of older ones and whole."""
    while (answer := next_answer(process))[0] < generation:
        assert len(answer[1]) == len(answer[2]) == 2, answer
    return answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "ibuprofen.md").write_text(label(1, "Take one ibuprofen tablet with water."))
    (folder / "naproxen.md").write_text(label(1, "Take one naproxen tablet with water.", "naproxen"))
    return folder


def test_a_running_reader_answers_all_the_while(tmp_path: Path, folder: Path, word_embedder) -> None:
    kb = tmp_path / "kb"
    ingest_paths([folder], kb, word_embedder)
    with running_reader(kb, "tablet with water") as reader:
        old = next_answer(reader)
        assert old[:2] == [1, ["markdown:ibuprofen@1", "markdown:naproxen@1"]]
        (folder / "ibuprofen.md").write_text(label(2, "Take two ibuprofen tablets with water."))
        seen = []

        def ask_meanwhile(stage: str, done: int, total: int) -> None:
            seen.append(next_answer(reader))

        ingest_paths([folder], kb, word_embedder, ask_meanwhile)
        assert seen, "the reader answered during the run"
        assert all(answer == old for answer in seen), "from the last generation and nothing else"
        new = until(reader, 2)
        assert new[1] == ["markdown:ibuprofen@2", "markdown:naproxen@1"]
        assert "Take two ibuprofen tablets with water." in new[2]
        assert "Take one ibuprofen tablet with water." not in new[2]
        with KnowledgeBaseBuilder(kb, word_embedder) as builder:
            builder.remove_documents(["markdown:ibuprofen@2"])
            builder.publish()
        assert until(reader, 3)[1:] == [["markdown:naproxen@1"], ["Take one naproxen tablet with water."]]
    assert verify(kb, word_embedder) == []


def test_a_second_ingest_is_told_in_one_line_and_changes_nothing(tmp_path: Path, folder: Path, word_embedder) -> None:
    kb = tmp_path / "kb"
    with KnowledgeBaseBuilder(kb, word_embedder):
        with pytest.raises(KnowledgeBaseError, match="another ingest or removal is at work") as refused:
            ingest_paths([folder], kb, word_embedder)
        assert "\n" not in str(refused.value)
    assert ingest_paths([folder], kb, word_embedder).documents == 2


@pytest.fixture
def read_only(tmp_path: Path, folder: Path, word_embedder) -> Iterator[Path]:
    """A knowledge base on a file system that is mounted for reading only."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a file system for reading only")
    place = tmp_path / "mounted"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(place)], capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount a tmpfs")
    try:
        ingest_paths([folder], place / "kb", word_embedder)
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        yield place / "kb"
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_read_only_file_system_is_read_and_not_written(read_only: Path, folder: Path, word_embedder) -> None:
    assert verify(read_only, word_embedder) == []
    assert len(KnowledgeBase.open(read_only, word_embedder).store.documents()) == 2
    with pytest.raises(KnowledgeBaseError, match="cannot be written") as refused:
        ingest_paths([folder], read_only, word_embedder)
    assert "\n" not in str(refused.value)
    with pytest.raises(KnowledgeBaseError, match="cannot be made"):
        ingest_paths([folder], read_only.parent / "new", word_embedder)
