"""The tables of `passages.sqlite` and how an older file is brought up to date.

Every row of a document lives from generation `added` until generation `retired`: a reader pinned to
generation G sees `added <= G and (retired is null or retired > G)`, so what a killed ingest left
behind is invisible until the run that completes it. Passage numbers are never used twice, because
FAISS keys by them. Knows SQL only; values are made in `passage_store.py` and taken apart in `writer.py`.
"""

from __future__ import annotations

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

_M002_TABLES_AND_CHANGES: Final = """
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
MIGRATIONS: Final = (_M001_TABLES, _M002_TABLES_AND_CHANGES)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to the present schema, one transaction a step.

    Raises:
        KnowledgeBaseError: a newer version of the program wrote the file.
    """
    version = schema_version(connection)
    if version > len(MIGRATIONS):
        raise KnowledgeBaseError(
            f"{path}: written by a newer version of vademecum (schema {version}, this one knows {len(MIGRATIONS)}); "
            "update the program"
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")


def schema_version(connection: sqlite3.Connection) -> int:
    """How many migrations the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
