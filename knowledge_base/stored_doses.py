"""The doses of the stored passages and which of them are at odds, made once for a generation and only looked up later.

Functions over the writing connection of `writer.py`. What is stored can always be made again from the passages.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Final

from knowledge_base.dose_comparison import StoredDose, disagreements
from knowledge_base.doses import READER, read_doses
from knowledge_base.passage_store import read_header

DOCUMENTS_AT_ONCE: Final = 100
"""Documents read in one transaction."""


def read_some(db: sqlite3.Connection) -> bool:
    """Read the doses of some documents that this version of the reader has not read; whether there were any."""
    documents = db.execute(
        "SELECT number, header FROM current_documents WHERE doses_read != ? LIMIT ?", (READER, DOCUMENTS_AT_ONCE)
    ).fetchall()
    for document, header in documents:
        info = read_header(header)
        passages = db.execute("SELECT number, code, path, text FROM passages WHERE document = ?", (document,))
        rows = [
            (document, number, *dose)
            for number, code, path, text in passages
            for dose in read_doses(info, code, json.loads(path), text)
        ]
        db.execute("DELETE FROM doses WHERE document = ?", (document,))
        db.executemany(
            "INSERT INTO doses (document, passage, drug, unit, population, low, high, written)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        db.execute("UPDATE documents SET doses_read = ? WHERE number = ?", (READER, document))
    return bool(documents)


def compare(db: sqlite3.Connection, generation: int) -> None:
    """Find the doses at odds among the documents that `generation` searches."""
    db.execute("DELETE FROM dose_disagreements WHERE generation = ?", (generation,))
    keys = db.execute(
        "SELECT s.drug, s.unit, s.population FROM doses s JOIN current_documents d ON d.number = s.document"
        " GROUP BY s.drug, s.unit, s.population HAVING count(DISTINCT s.document) > 1"
    ).fetchall()
    for key in keys:
        doses = db.execute(
            "SELECT s.number, s.document, s.passage, s.low, s.high FROM doses s"
            " JOIN current_documents d ON d.number = s.document"
            " WHERE s.drug = ? AND s.unit = ? AND s.population = ?",
            key,
        )
        pairs = disagreements([StoredDose(*row) for row in doses])
        db.executemany(
            "INSERT OR IGNORE INTO dose_disagreements VALUES (?, ?, ?)", ((generation, *pair) for pair in pairs)
        )
    db.execute("INSERT OR REPLACE INTO meta VALUES ('doses', ?)", (_state(generation),))


def is_compared(db: sqlite3.Connection, generation: int) -> bool:
    """Whether this version of the reader has compared the doses of a generation."""
    row = db.execute("SELECT value FROM meta WHERE key = 'doses'").fetchone()
    return row is not None and row[0] == _state(generation)


def _state(generation: int) -> str:
    return f"{READER}@{generation}"
