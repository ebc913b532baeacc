"""Read-only connections to `passages.sqlite`, each pinned to one generation and used by one thread at a time.

Each has two views of its own: `visible`, the documents of the generation that are searched, and `past`, older versions
that open and are not searched. Files of every schema since the first can be read, as a reader may not change them.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any, Final
from urllib.parse import quote

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.schema import (
    DATABASE_NAME,
    HISTORY_SINCE,
    TOKENIZER,
    refuse_newer,
    schema_version,
)

_HELD: Final = "added <= {generation:d} AND (retired IS NULL OR retired > {generation:d})"
_PAST: Final = "superseded IS NOT NULL AND superseded <= {generation:d}"
_TEMPORARY: Final = f"""
CREATE TEMP VIEW visible AS SELECT number, id, header FROM main.documents WHERE {_HELD} AND NOT ({{past}});
CREATE TEMP VIEW past AS SELECT number, id, header FROM main.documents WHERE {_HELD} AND {{past}};
CREATE TEMP VIEW hidden AS SELECT number FROM main.documents WHERE NOT ({_HELD});
CREATE VIRTUAL TABLE temp.word_places USING fts5vocab(main, passage_index, instance);
CREATE VIRTUAL TABLE temp.asked USING fts5(words, content = '', tokenize = "{TOKENIZER}");
CREATE VIRTUAL TABLE temp.asked_places USING fts5vocab(temp, asked, instance);
"""  # noqa: S608 - constants
"""What a connection needs beside the file's own tables; kept in memory."""
_BEFORE_HISTORY: Final = """
CREATE TEMP VIEW passage_places AS SELECT *, number AS text_number FROM main.passages;
CREATE TEMP TABLE doses (number, document, passage, drug, unit, population, low, high, written);
CREATE TEMP TABLE dose_disagreements (generation, dose, other);
"""
"""Stands in for what a file of the first schema has not got: nothing shared, nothing at odds."""


class ReadConnections:
    """The connections of one store; `path` is the knowledge base's folder."""

    def __init__(self, path: Path, generation: int) -> None:
        self._path = path
        self._generation = generation
        self._file = path / DATABASE_NAME
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        if not self._file.is_file():
            raise KnowledgeBaseError(f"{self._file} is missing; make it again with: vademecum ingest PATH --kb {path}")

    def close(self) -> None:
        """Close the connections that are not in use."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def all(self, query: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Every row of a query."""
        with self.connection() as connection:
            return connection.execute(query, parameters).fetchall()

    def one(self, query: str, parameters: Sequence[Any] = ()) -> Any:  # noqa: ANN401 - a row or None
        """The first row of a query, or None."""
        with self.connection() as connection:
            return connection.execute(query, parameters).fetchone()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for the time of a `with` block.

        Raises:
            KnowledgeBaseError: the file is damaged, or a newer version of the program wrote it.
        """
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._connect()
        try:
            yield connection
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise _damaged(self._file, error) from error
        finally:
            self._idle.put(connection)

    def _connect(self) -> sqlite3.Connection:
        # In a folder that cannot be written SQLite cannot set up its WAL index, and nobody changes the file.
        mode = "mode=ro" if os.access(self._path, os.W_OK) else "immutable=1"
        try:
            uri = f"file:{quote(str(self._file))}?{mode}"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=60, isolation_level=None)
            version = schema_version(connection)
            refuse_newer(version, self._file)
            has_history = version >= HISTORY_SINCE
            past = _PAST.format(generation=self._generation) if has_history else "FALSE"
            connection.executescript(_TEMPORARY.format(generation=self._generation, past=past))
            if not has_history:
                connection.executescript(_BEFORE_HISTORY)
            return connection
        except sqlite3.DatabaseError as error:
            raise _damaged(self._file, error) from error


def _damaged(path: Path, error: Exception) -> KnowledgeBaseError:
    return KnowledgeBaseError(
        f"{path} is damaged ({error}); delete {path.parent} and make it again with: "
        f"vademecum ingest PATH --kb {path.parent}"
    )
