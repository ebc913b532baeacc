"""The tables of `passages.sqlite` and how an older file is brought up to date.

Every row of a document lives from generation `added` until generation `retired`: a reader pinned to
generation G sees `added <= G and (retired is null or retired > G)`, so what a killed ingest left
behind is invisible until the run that completes it. From generation `superseded` on a document is history:
a newer version of its set id stands in its place, it is not searched, and what cites it still opens. Passage
numbers are never used twice, because FAISS keys by them. Knows SQL only; values are made in `passage_store.py`
and taken apart in `writer.py`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Final

from knowledge_base.errors import KnowledgeBaseError

DATABASE_NAME: Final = "passages.sqlite"

TOKENIZER: Final = "porter unicode61 remove_diacritics 2"
"""How FTS5 cuts and stems words; part of the first migration, so it cannot change without another."""

_M001_TABLES: Final = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    header TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    added INTEGER NOT NULL,
    retired INTEGER
);
CREATE UNIQUE INDEX documents_current ON documents (id) WHERE retired IS NULL;
CREATE INDEX documents_retired ON documents (retired) WHERE retired IS NOT NULL;

CREATE VIEW current_documents AS SELECT * FROM documents WHERE retired IS NULL;

CREATE TABLE texts (document INTEGER PRIMARY KEY, text TEXT NOT NULL);

CREATE TABLE sections (
    document INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    code TEXT,
    title TEXT NOT NULL,
    path TEXT NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    kind TEXT,
    table_rows TEXT NOT NULL,
    PRIMARY KEY (document, ordinal)
) WITHOUT ROWID;

CREATE TABLE lines (
    document INTEGER NOT NULL,
    "start" INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    page INTEGER NOT NULL,
    x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL, y1 REAL NOT NULL,
    PRIMARY KEY (document, "start", ordinal)
) WITHOUT ROWID;

CREATE TABLE passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    document INTEGER NOT NULL,
    code TEXT,
    kind TEXT NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    page INTEGER,
    text_hash BLOB NOT NULL,
    title TEXT NOT NULL,
    path TEXT NOT NULL,
    boxes TEXT NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (document, id)
);
CREATE INDEX passages_id ON passages (id);
CREATE INDEX passages_text_hash ON passages (text_hash);

CREATE TABLE names (
    document INTEGER NOT NULL,
    name TEXT NOT NULL,
    relation TEXT NOT NULL,
    ingredients TEXT NOT NULL,
    PRIMARY KEY (document, name, relation, ingredients)
) WITHOUT ROWID;

CREATE TABLE files (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE file_documents (
    path TEXT NOT NULL,
    document INTEGER NOT NULL,
    PRIMARY KEY (path, document)
) WITHOUT ROWID;
CREATE INDEX file_documents_document ON file_documents (document);

CREATE TABLE embeddings (
    number INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (model, text_hash)
);

-- `scope` holds one made-up word a document and one a kind. Searches are narrowed by passage numbers now.
CREATE VIEW passage_words AS
    SELECT number, heading, text, 'qzd' || document || ' qzk' || kind AS scope FROM passages;
CREATE VIRTUAL TABLE passage_index USING fts5(
    heading, text, scope,
    content = 'passage_words', content_rowid = 'number',
    tokenize = "{TOKENIZER}"
);
"""  # noqa: S608 - a constant

_M002_HISTORY_TEXTS_DOSES: Final = """
ALTER TABLE documents ADD COLUMN superseded INTEGER;
ALTER TABLE documents ADD COLUMN doses_read INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN set_id TEXT GENERATED ALWAYS AS (json_extract(header, '$.set_id')) VIRTUAL;
CREATE INDEX documents_set_id ON documents (set_id) WHERE set_id IS NOT NULL;
DROP VIEW current_documents;
CREATE VIEW current_documents AS SELECT * FROM documents WHERE retired IS NULL AND superseded IS NULL;

-- Generics repeat each other: a text is stored once however many passages have it.
DROP VIEW passage_words;
CREATE TABLE passage_texts (number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, text TEXT NOT NULL);
ALTER TABLE passages RENAME TO passage_places;
ALTER TABLE passage_places ADD COLUMN text_number INTEGER;
INSERT OR IGNORE INTO passage_texts (hash, text) SELECT text_sha256(text), text FROM passage_places ORDER BY number;
UPDATE passage_places SET text_number =
    (SELECT number FROM passage_texts WHERE hash = text_sha256(passage_places.text));
ALTER TABLE passage_places DROP COLUMN text;
CREATE INDEX passage_places_text ON passage_places (text_number);
CREATE VIEW passages AS
    SELECT p.number, p.id, p.document, p.code, p.kind, p."start", p."end", p.page, p.text_hash, p.title, p.path,
        p.boxes, p.heading, p.text_number, t.text
    FROM passage_places p LEFT JOIN passage_texts t ON t.number = p.text_number;
CREATE VIEW passage_words AS
    SELECT number, heading, text, 'qzd' || document || ' qzk' || kind AS scope FROM passages;

-- Made of the passages by `stored_doses.py`; `doses_read` says by which version of it.
CREATE TABLE doses (
    number INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    passage INTEGER NOT NULL,
    drug TEXT NOT NULL,
    unit TEXT NOT NULL,
    population TEXT NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    written TEXT NOT NULL
);
CREATE INDEX doses_document ON doses (document);
CREATE INDEX doses_compared ON doses (drug, unit, population);
CREATE TABLE dose_disagreements (
    generation INTEGER NOT NULL,
    dose INTEGER NOT NULL,
    other INTEGER NOT NULL,
    PRIMARY KEY (generation, dose, other)
) WITHOUT ROWID;
"""

_M003_TABLES_AND_CHANGES: Final = """
-- So that the next ingest of a known file reads it with the readers of today; texts that stay keep their vectors.
DELETE FROM files;
CREATE TABLE tables (
    document INTEGER NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    html TEXT NOT NULL,
    PRIMARY KEY (document, "start")
) WITHOUT ROWID;
CREATE TABLE changes (
    document INTEGER NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    PRIMARY KEY (document, "start")
) WITHOUT ROWID;
"""

# Append only: the number of migrations that ran is the file's `user_version`.
MIGRATIONS: Final = (_M001_TABLES, _M002_HISTORY_TEXTS_DOSES, _M003_TABLES_AND_CHANGES)
HISTORY_SINCE: Final = MIGRATIONS.index(_M002_HISTORY_TEXTS_DOSES) + 1
"""The schema from which a file has older versions, shared texts and doses."""


def text_sha256(text: str) -> bytes:
    """The key under which a passage's text is stored."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to the present schema, one transaction a step.

    Raises:
        KnowledgeBaseError: a newer version of the program wrote the file.
    """
    version = schema_version(connection)
    refuse_newer(version, path)
    connection.create_function("text_sha256", 1, text_sha256, deterministic=True)
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")


def refuse_newer(version: int, path: Path) -> None:
    """Stop at a file with more migrations than this program knows.

    Raises:
        KnowledgeBaseError: there are more.
    """
    if version > len(MIGRATIONS):
        raise KnowledgeBaseError(
            f"{path}: written by a newer version of vademecum (schema {version}, this one knows {len(MIGRATIONS)}); "
            "update the program"
        )


def schema_version(connection: sqlite3.Connection) -> int:
    """How many migrations the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
