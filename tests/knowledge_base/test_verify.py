from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.verify import verify


@pytest.fixture
def kb_path(tmp_path: Path, word_embedder, make_document) -> Path:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        for name in "ab":
            document = make_document(f"md:{name}@1", {"Uses": "Pain.", "Dose": f"{name} tablets."})
            builder.add_file(f"{name}.md", "1", [document])
        builder.publish()
    return tmp_path


def _execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path / "passages.sqlite")) as connection, connection:
        connection.execute(statement)


def test_clean(kb_path: Path) -> None:
    assert verify(kb_path) == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE passage_texts SET text = 'Pain!' WHERE number = 1", "its text is not the source text at"),
        ('UPDATE passage_places SET "end" = 99999 WHERE number = 1', "its text is not the source text at"),
        ("UPDATE texts SET text = ' ' || text WHERE document = 1", "its text is not the source text at"),
        ('UPDATE sections SET "end" = 99999 WHERE document = 1', "lies outside the text"),
        ("DELETE FROM passage_places WHERE number = 2", "1 vectors have no passage"),
        ("DELETE FROM passage_places WHERE number = 2", "3 passages are stored, the manifest says 4"),
        ("UPDATE documents SET retired = 1 WHERE number = 2", "1 documents are stored, the manifest says 2"),
    ],
)
def test_each_fault_is_found(kb_path: Path, statement: str, problem: str) -> None:
    _execute(kb_path, statement)
    assert any(problem in found for found in verify(kb_path))


def test_one_changed_bit_in_the_vectors_is_found(kb_path: Path) -> None:
    path = kb_path / "vectors-1.faiss"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert verify(kb_path) == [f"{path}: checksum differs from the manifest's"]


def test_nothing_there(tmp_path: Path) -> None:
    assert "no knowledge base in" in verify(tmp_path)[0]
