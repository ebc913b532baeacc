"""What is kept and for how long: which versions become history, and what is deleted once nobody reads it.

Functions over the writing connection of `writer.py`, each to be run in one transaction unless it says otherwise.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import groupby
from typing import Final, NamedTuple

from knowledge_base.passage_store import read_header
from knowledge_base.types import DocumentInfo
from knowledge_base.versions import ages

_SEVERAL_VERSIONS: Final = """
    SELECT set_id, number, header, EXISTS (SELECT 1 FROM file_documents f WHERE f.document = c.number)
    FROM current_documents c
    WHERE set_id IN (SELECT set_id FROM current_documents WHERE set_id IS NOT NULL GROUP BY set_id HAVING count(*) > 1)
    ORDER BY set_id, number
"""
_IN_NO_FILE: Final = """
    SELECT set_id FROM documents d WHERE retired IS NULL AND set_id IS NOT NULL GROUP BY set_id
    HAVING NOT max(EXISTS (SELECT 1 FROM file_documents f WHERE f.document = d.number))
"""
_IN_ANY_PASSAGE: Final = "SELECT 1 FROM passage_places p WHERE p.text_hash = embeddings.text_hash"


class Version(NamedTuple):
    """A version of a label that is searched now, and whether a file that was read last still holds it."""

    number: int
    info: DocumentInfo
    in_a_file: bool


def older_ones(versions: Sequence[Version]) -> list[int]:
    """The numbers of the versions of one label that another stands in for: the older ones, and what was replaced."""
    values = ages([one.info for one in versions])
    # All of one type, as `ages` gives them.
    newest = max((value for value in values if value is not None), default=None)
    behind = [value is not None and value != newest for value in values]
    kept_in_file = any(one.in_a_file for one, is_behind in zip(versions, behind, strict=True) if not is_behind)
    return [
        one.number
        for one, is_behind in zip(versions, behind, strict=True)
        if is_behind or (kept_in_file and not one.in_a_file)
    ]


def settle_versions(db: sqlite3.Connection, generation: int) -> None:
    """From `generation` on search the newest version of each label, and nothing of a label that no file holds."""
    for (set_id,) in db.execute(_IN_NO_FILE).fetchall():
        db.execute("UPDATE documents SET retired = ? WHERE retired IS NULL AND set_id = ?", (generation, set_id))
    rows = db.execute(_SEVERAL_VERSIONS).fetchall()
    for _, some in groupby(rows, key=lambda row: row[0]):
        versions = [Version(number, read_header(header), bool(in_file)) for _, number, header, in_file in some]
        db.executemany(
            "UPDATE documents SET superseded = ? WHERE number = ?",
            [(generation, number) for number in older_ones(versions)],
        )


def clear(db: sqlite3.Connection, generation: int) -> None:
    """Delete what `generation` and later ones do not show: retired documents, and history from the word index."""
    retired = _numbers(db, "SELECT number FROM documents WHERE retired <= ?", (generation,))
    for number in retired:
        _delete(db, number)
    past = "SELECT number FROM documents WHERE superseded <= ?"
    _take_out_of_index(db, past, (generation,))
    db.execute(f"DELETE FROM doses WHERE document IN ({past})", (generation,))  # noqa: S608 - a constant
    db.execute("DELETE FROM dose_disagreements WHERE generation < ?", (generation,))
    if retired:
        db.execute(f"DELETE FROM embeddings WHERE NOT EXISTS ({_IN_ANY_PASSAGE})")  # noqa: S608 - a constant


def forget_history(db: sqlite3.Connection, generation: int) -> int:
    """Delete the older versions of every label for good, and say how many there were."""
    past = _numbers(db, "SELECT number FROM documents WHERE superseded <= ?", (generation,))
    for number in past:
        # Its files are read again by the next ingest: one of them may be all that is left of the label some day.
        db.execute("DELETE FROM files WHERE path IN (SELECT path FROM file_documents WHERE document = ?)", (number,))
        _delete(db, number)
    return len(past)


def drop_unused_vectors(db: sqlite3.Connection, model: str) -> int:
    """Delete the vectors of other models and of texts that are not searched, and say how many there were."""
    cursor = db.execute(
        "DELETE FROM embeddings WHERE model != ? OR NOT EXISTS"
        " (SELECT 1 FROM passage_places p JOIN current_documents d ON d.number = p.document"
        " WHERE p.text_hash = embeddings.text_hash)",
        (model,),
    )
    return cursor.rowcount


def _delete(db: sqlite3.Connection, number: int) -> None:
    _take_out_of_index(db, "SELECT ?", (number,))
    texts = _numbers(db, "SELECT DISTINCT text_number FROM passage_places WHERE document = ?", (number,))
    for table in (
        *("passage_places", "names", "lines", "sections", "tables", "changes", "texts", "doses"),
        "file_documents",
    ):
        db.execute(f"DELETE FROM {table} WHERE document = ?", (number,))  # noqa: S608 - constants
    db.executemany(
        "DELETE FROM passage_texts WHERE number = :number"
        " AND NOT EXISTS (SELECT 1 FROM passage_places WHERE text_number = :number)",
        [{"number": text} for text in texts],
    )
    db.execute("DELETE FROM documents WHERE number = ?", (number,))


def _take_out_of_index(db: sqlite3.Connection, documents: str, parameters: Sequence[int]) -> None:
    """Take the passages of documents out of the word index, those that still stand in it."""
    db.execute(
        "INSERT INTO passage_index (passage_index, rowid, heading, text, scope)"  # noqa: S608 - constants
        " SELECT 'delete', w.number, w.heading, w.text, w.scope FROM passage_words w"
        " JOIN passage_places p ON p.number = w.number JOIN passage_index_docsize s ON s.id = w.number"
        f" WHERE p.document IN ({documents})",
        parameters,
    )


def _numbers(db: sqlite3.Connection, query: str, parameters: Sequence[int]) -> list[int]:
    return [row[0] for row in db.execute(query, parameters)]
