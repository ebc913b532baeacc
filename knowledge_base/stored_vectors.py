"""The vectors of a knowledge base's texts, in the order and the portions in which they are made and indexed.

What is missing is listed in a temporary table and vectors come in blocks, so memory does not grow with their number.
Works on the writer's connection. Knows no FAISS.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_VECTORS_AT_ONCE: Final = 10_000
"""15 MB of 384 components: less is no faster, and more is only memory."""


def list_missing(connection: sqlite3.Connection, model: str) -> int:
    """Note every embedding text without a vector of `model`, longest first, and return how many there are."""
    connection.execute("DROP TABLE IF EXISTS temp.missing_vectors")
    # Texts of one length make batches without padding, whichever documents they are of.
    connection.execute(
        "CREATE TEMP TABLE missing_vectors AS"
        " SELECT p.text_hash AS text_hash, min(p.number) AS number"
        " FROM passages p JOIN current_documents d ON d.number = p.document"
        " WHERE NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.model = ? AND e.text_hash = p.text_hash)"
        " GROUP BY p.text_hash ORDER BY max(length(p.text)) DESC, p.text_hash",
        (model,),
    )
    return int(connection.execute("SELECT count(*) FROM temp.missing_vectors").fetchone()[0])


def missing(connection: sqlite3.Connection, first: int, n: int) -> list[tuple[bytes, int]]:
    """Hash and a passage's number of `n` of the noted texts from place `first` (0 the longest) on."""
    return connection.execute(
        "SELECT text_hash, number FROM temp.missing_vectors WHERE rowid > ? ORDER BY rowid LIMIT ?", (first, n)
    ).fetchall()


def blocks(
    connection: sqlite3.Connection, model: str, dimension: int, n: int = _VECTORS_AT_ONCE
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Number (n,) and vector (n, dimension) of every current passage, by number."""
    import numpy as np

    last = -1
    while True:
        rows: Sequence[tuple[int, bytes]] = connection.execute(
            "SELECT p.number, e.vector FROM passages p JOIN current_documents d ON d.number = p.document"
            " JOIN embeddings e ON e.model = ? AND e.text_hash = p.text_hash"
            " WHERE p.number > ? ORDER BY p.number LIMIT ?",
            (model, last, n),
        ).fetchall()
        if not rows:
            return
        vectors = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float32).reshape(len(rows), dimension)
        yield np.array([row[0] for row in rows], dtype=np.int64), vectors
        last = rows[-1][0]
