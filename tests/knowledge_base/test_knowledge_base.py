from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.manifest import MANIFEST_NAME
from knowledge_base.verify import verify


@pytest.fixture
def kb_path(tmp_path: Path, word_embedder, make_document) -> Path:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a.md", "1", [make_document("md:a@1", {"Uses": "Pain.", "Dose": "One tablet."})])
        builder.publish()
    return tmp_path


def test_exists(kb_path: Path, tmp_path_factory) -> None:
    assert KnowledgeBase.exists(kb_path)
    assert not KnowledgeBase.exists(tmp_path_factory.mktemp("empty"))


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _garble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[:400] = b"x" * 400
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: (path / MANIFEST_NAME).unlink(), "manifest.json is missing"),
        (lambda path: (path / MANIFEST_NAME).write_text('{"embedder": "wo'), "manifest.json is damaged"),
        (lambda path: _truncate(path / "vectors-1.faiss"), "vectors-1.faiss is damaged"),
        (lambda path: (path / "vectors-1.faiss").unlink(), "vectors-1.faiss is missing"),
        (lambda path: (path / "passages.sqlite").unlink(), "passages.sqlite is missing"),
    ],
)
def test_damage_is_one_clear_line(kb_path: Path, word_embedder, damage, message: str) -> None:
    damage(kb_path)
    with pytest.raises(KnowledgeBaseError) as caught:
        KnowledgeBase.open(kb_path, word_embedder)
    assert message in str(caught.value)
    assert "vademecum ingest" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert verify(kb_path) == [str(caught.value)]


def test_a_garbled_database_is_one_clear_line(kb_path: Path, word_embedder) -> None:
    _garble(kb_path / "passages.sqlite")
    with pytest.raises(KnowledgeBaseError, match=r"passages\.sqlite is damaged"):
        KnowledgeBase.open(kb_path, word_embedder).store.documents()
    assert len(verify(kb_path)) == 1


def test_refresh_moves_to_the_newest_generation(kb_path: Path, word_embedder, make_document) -> None:
    base = KnowledgeBase.open(kb_path, word_embedder)
    version = base.index_version
    assert base.refresh() is False
    with KnowledgeBaseBuilder(kb_path, word_embedder) as builder:
        builder.add_file("b.md", "1", [make_document("md:b@1", {"Uses": "Fever."})])
        assert base.refresh() is False, "nothing is published yet"
        builder.publish()
    assert [info.id for info in base.store.documents()] == ["md:a@1"]
    assert base.refresh() is True
    assert [info.id for info in base.store.documents()] == ["md:a@1", "md:b@1"]
    assert len(base.dense) == 3
    assert base.index_version != version


def test_a_reader_of_the_old_generation_survives_a_removal(kb_path: Path, word_embedder, make_document) -> None:
    base = KnowledgeBase.open(kb_path, word_embedder)
    numbers = base.store.numbers().tolist()
    with KnowledgeBaseBuilder(kb_path, word_embedder) as builder:
        builder.remove_documents(["md:a@1"])
        builder.publish()
    assert base.store.passages(numbers) == {}
    assert len(base.store.numbers_with("pain", at_most=3)) == 0
    with pytest.raises(KnowledgeBaseError, match="has just been removed"):
        base.store.source_text("md:a@1")
    assert base.refresh()
    assert len(base.dense) == 0


def test_a_folder_that_only_can_be_read(kb_path: Path, word_embedder) -> None:
    kb_path.chmod(0o555)
    try:
        assert len(KnowledgeBase.open(kb_path, word_embedder).store.documents()) == 1
    finally:
        kb_path.chmod(0o755)
