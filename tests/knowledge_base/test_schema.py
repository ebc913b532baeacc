"""A knowledge base of the first schema: read as it is, and brought up to date by the next writer."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.dense_index import DenseIndex
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.manifest import IndexManifest, file_sha256
from knowledge_base.passage_text import embedding_hash, embedding_text, lexical_heading
from knowledge_base.retriever import HybridRetriever
from knowledge_base.schema import MIGRATIONS, schema_version
from knowledge_base.types import Query
from knowledge_base.verify import verify

FIRST_SCHEMA = "6e2463f5ef4d655a"


def fill(db: sqlite3.Connection, number: int, document, passages, embedder) -> None:
    """Write one document as the first version of the program did."""
    info = document.info
    db.execute(
        "INSERT INTO documents (number, id, header, fingerprint, added) VALUES (?, ?, ?, x'', 1)",
        (number, info.id, json.dumps(asdict(info))),
    )
    db.execute("INSERT INTO texts VALUES (?, ?)", (number, document.text))
    for place, one in enumerate(document.sections):
        row = (number, place, one.code, one.title, json.dumps(one.path), one.start, one.end, one.kind, "[]")
        db.execute("INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    for p in passages:
        text = embedding_text(p)
        row = (p.id, number, p.section_code, p.kind, p.start, p.end, embedding_hash(text), p.section_title)
        db.execute(
            'INSERT INTO passages (id, document, code, kind, "start", "end", page, text_hash, title, path, boxes,'
            " heading, text) VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, '[]', ?, ?)",
            (*row, json.dumps(p.section_path), lexical_heading(p), p.text),
        )
        vector = embedder.embed_passages([text])[0].tobytes()
        db.execute(
            "INSERT OR IGNORE INTO embeddings (model, text_hash, vector) VALUES ('words@1', ?, ?)",
            (embedding_hash(text), vector),
        )
    db.execute("INSERT INTO files VALUES (?, ?)", (info.source_path, info.sha256))
    db.execute("INSERT INTO file_documents VALUES (?, ?)", (info.source_path, number))
    db.execute("""INSERT INTO names VALUES (?, 'ibuprofen', 'ingredient', '["ibuprofen"]')""", (number,))


@pytest.fixture
def old_base(tmp_path: Path, word_embedder, make_document) -> Path:
    """Two labels, one of them with the dose of the other a thousand times, in a folder of the first schema."""
    texts = {1: "Take 200 mg of ibuprofen daily.", 2: "Take 200 g of ibuprofen daily."}
    with closing(sqlite3.connect(tmp_path / "passages.sqlite")) as db, db:
        db.executescript(f"{MIGRATIONS[0]} PRAGMA user_version = 1; PRAGMA journal_mode = WAL;")
        for number, text in texts.items():
            sections = {"Dosage": text, "Uses": "Pain and fever."}
            made = make_document(f"spl:{number}@1", sections, codes={"Dosage": "34068-7"}, source_path=f"/{number}.xml")
            fill(db, number, *made, word_embedder)
        db.execute("INSERT INTO passage_index (passage_index) VALUES ('rebuild')")
        db.execute("INSERT INTO meta VALUES ('generation', '1')")
        rows = db.execute(
            "SELECT p.number, vector FROM passages p JOIN embeddings USING (text_hash) ORDER BY 1"
        ).fetchall()
    numbers = np.array([row[0] for row in rows], dtype=np.int64)
    vectors = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float32).reshape(len(rows), -1)
    DenseIndex.build(numbers, vectors).write(tmp_path / "vectors-1.faiss")
    IndexManifest(
        embedder="words", revision="1", dimension=32, n_documents=2, n_passages=4, generation=1,
        created_at="2026-01-01T00:00:00+00:00", vectors_file="vectors-1.faiss",
        vectors_sha256=file_sha256(tmp_path / "vectors-1.faiss"), schema=1,
    ).save(tmp_path)  # fmt: skip
    return tmp_path


def test_what_ran_once_never_changes() -> None:
    assert hashlib.sha256(MIGRATIONS[0].encode()).hexdigest().startswith(FIRST_SCHEMA)


def test_an_old_file_is_read_as_it_is(old_base: Path, word_embedder) -> None:
    assert verify(old_base, word_embedder) == []
    base = KnowledgeBase.open(old_base, word_embedder)
    found = HybridRetriever(base).search(Query(text="ibuprofen for fever"))
    assert "Pain and fever." in {one.passage.text for one in found.passages}
    assert base.store.past() == []
    assert base.store.comparison.dose_disagreements == {}
    with closing(sqlite3.connect(old_base / "passages.sqlite")) as db:
        assert schema_version(db) == 1, "readers change nothing"


def test_the_next_writer_brings_it_up_to_date(old_base: Path, word_embedder, make_document) -> None:
    reader = KnowledgeBase.open(old_base, word_embedder)
    before = reader.store.passages(reader.store.numbers().tolist())
    n_embedded = word_embedder.n_embedded
    with KnowledgeBaseBuilder(old_base, word_embedder) as builder:
        assert not builder.known_file("/1.xml", "0" * 64), "the readers of today have not read it"
        assert reader.store.passages_of("spl:1@1") == [before[1], before[2]], "who reads meanwhile goes on reading"
        assert builder.publish().generation == 2, "doses were never compared in this file"
        assert builder.publish().generation == 2
    assert word_embedder.n_embedded == n_embedded, "nothing is embedded again"
    assert verify(old_base, word_embedder) == []
    store = KnowledgeBase.open(old_base, word_embedder).store
    assert store.passages(store.numbers().tolist()) == before
    assert len(store.numbers_with("fever", at_most=9)) == 2
    assert {one.here.written for some in store.comparison.dose_disagreements.values() for one in some} == {
        "200 mg",
        "200 g",
    }
    with closing(sqlite3.connect(old_base / "passages.sqlite")) as db:
        assert schema_version(db) == len(MIGRATIONS)
        assert db.execute("SELECT count(*) FROM passage_texts").fetchone() == (3,)
    with KnowledgeBaseBuilder(old_base, word_embedder) as builder:
        builder.add_file("/3.xml", "1", [make_document("spl:3@1", {"Uses": "Cough."})])
        builder.publish()
    assert min(set(KnowledgeBase.open(old_base, word_embedder).store.numbers().tolist()) - set(before)) > max(before)


def test_a_file_of_a_newer_program_is_refused_by_reader_and_writer(old_base: Path, word_embedder) -> None:
    with closing(sqlite3.connect(old_base / "passages.sqlite")) as db:
        db.execute("PRAGMA user_version = 99")
    for attempt in (
        lambda: KnowledgeBase.open(old_base, word_embedder),
        lambda: KnowledgeBaseBuilder(old_base, word_embedder).__enter__(),
    ):
        with pytest.raises(KnowledgeBaseError, match="newer version of vademecum"):
            attempt()
