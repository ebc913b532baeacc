"""Reading `passages.sqlite`: documents, sections, passages, names and the word index of one generation.

Safe to share between threads: connections are read only and each is used by one thread at a time.
Knows no vectors and no questions; `schema.py` has the tables, `writer.py` the other direction.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from queue import Empty, LifoQueue
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.schema import DATABASE_NAME, scope_words
from knowledge_base.types import Box, DocumentInfo, DrugName, Kind, Line, Passage, Section

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KINDS: Final[tuple[Kind, ...]] = ("label", "guideline", "patient", "other")
_VISIBLE_VIEW: Final = (
    "CREATE TEMP VIEW visible AS SELECT * FROM documents"
    " WHERE added <= {generation:d} AND (retired IS NULL OR retired > {generation:d})"
)
_PASSAGE: Final = (
    'p.number, p.id, p.document, p.code, p.kind, p."start", p."end", p.page, p.title, p.path, p.boxes, p.text'
)
_WEIGHTS: Final = "2.0, 1.0, 0.0"
"""BM25 weights of heading, text and scope; a word of the heading counts twice, as titles do in most engines."""
_MAX_SCOPE_DOCUMENTS: Final = 24
"""Up to here the word index narrows fastest; above, a list of passage numbers does (measured on 20,000)."""
_NUMBERS_PER_QUERY: Final = 500


class PassageOutline(NamedTuple):
    """Where a passage stands: its document, its section's code and title, its kind."""

    number: int
    document_id: str
    code: str | None
    title: str
    kind: Kind


class PassageStore:
    """The stored documents of one generation, read only; `path` is the knowledge base's folder."""

    def __init__(self, path: Path, *, generation: int) -> None:
        self.path = path
        self.generation = generation
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

    # Documents

    def documents(self) -> list[DocumentInfo]:
        """Every document, by id."""
        return list(self._by_id.values())

    def document(self, document_id: str) -> DocumentInfo:
        """One document's header.

        Raises:
            KnowledgeBaseError: no such document.
        """
        try:
            return self._by_id[document_id]
        except KeyError as error:
            raise KnowledgeBaseError(f"no document {document_id} in {self.path}; see: vademecum kb list") from error

    def source_text(self, document_id: str) -> str:
        """The whole stored text that every offset of this document points into."""
        row = self._one("SELECT text FROM texts WHERE document = ?", (self._number(document_id),))
        if row is None:
            raise self._removed(document_id)
        return str(row[0])

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """A document's sections in their order."""
        rows = self._all(
            'SELECT code, title, path, "start", "end", kind, table_rows FROM sections'
            " WHERE document = ? ORDER BY ordinal",
            (self._number(document_id),),
        )
        return tuple(
            Section(
                code=code,
                title=title,
                path=tuple(json.loads(path)),
                start=start,
                end=end,
                kind=kind,
                table_rows=tuple((first, last) for first, last in json.loads(table_rows)),
            )
            for code, title, path, start, end, kind, table_rows in rows
        )

    def lines(self, document_id: str, start: int, end: int) -> tuple[Line, ...]:
        """The printed lines that touch `[start, end)`, in the order of the text."""
        rows = self._all(
            'SELECT "start", "end", page, x0, y0, x1, y1 FROM lines'
            ' WHERE document = ? AND "start" < ? AND "end" > ? ORDER BY "start", ordinal',
            (self._number(document_id), end, start),
        )
        return tuple(
            Line(start=first, end=last, page=page, box=Box(x0, y0, x1, y1))
            for first, last, page, x0, y0, x1, y1 in rows
        )

    # Passages

    def passage(self, passage_id: str) -> Passage:
        """One passage by its stable id.

        Raises:
            KnowledgeBaseError: no such passage.
        """
        rows = self._all(f"SELECT {_PASSAGE} FROM passages p WHERE p.id = ?", (passage_id,))  # noqa: S608 - a constant
        for row in rows:
            if row[2] in self._by_number:
                return self._passage(row)
        raise KnowledgeBaseError(f"no passage {passage_id} in {self.path}; a newer version may have replaced it")

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """Passages by number; a number that is not (or no longer) stored is left out."""
        found: dict[int, Passage] = {}
        for start in range(0, len(numbers), _NUMBERS_PER_QUERY):
            some = [int(number) for number in numbers[start : start + _NUMBERS_PER_QUERY]]
            marks = ", ".join("?" * len(some))
            query = f"SELECT {_PASSAGE} FROM passages p WHERE p.number IN ({marks})"  # noqa: S608 - marks only
            found.update((row[0], self._passage(row)) for row in self._all(query, some) if row[2] in self._by_number)
        return {int(number): found[number] for number in numbers if number in found}

    def passages_of(self, document_id: str, codes: Collection[str] | None = None) -> list[Passage]:
        """A document's passages in the order of its text, of the sections with these codes if given."""
        query = f'SELECT {_PASSAGE} FROM passages p WHERE p.document = ? ORDER BY p."start", p.number'  # noqa: S608
        rows = self._all(query, (self._number(document_id),))
        return [self._passage(row) for row in rows if codes is None or row[3] in codes]

    def numbers(
        self, document_ids: Collection[str] | None = None, kinds: Collection[Kind] | None = None
    ) -> NDArray[np.int64]:
        """The numbers of all passages of these documents and kinds, ascending; None means any."""
        import numpy as np

        numbers, documents, kind_codes = self._columns
        wanted = np.ones(len(numbers), dtype=bool)
        if document_ids is not None:
            wanted &= np.isin(documents, np.fromiter(self._numbers_of(document_ids), dtype=np.int64))
        if kinds is not None:
            wanted &= np.isin(kind_codes, np.array([_KINDS.index(kind) for kind in kinds], dtype=np.int8))
        return numbers[wanted]

    def outline(self) -> list[PassageOutline]:
        """Where every passage stands, by number, without its text."""
        rows = self._all(
            "SELECT p.number, p.document, p.code, p.title, p.kind FROM passages p"
            " JOIN visible d ON d.number = p.document ORDER BY p.number"
        )
        return [
            PassageOutline(number, self._by_number[document].id, code, title, kind)
            for number, document, code, title, kind in rows
        ]

    def lexical(
        self,
        match: str,
        k: int,
        document_ids: Collection[str] | None = None,
        kinds: Collection[Kind] | None = None,
    ) -> list[tuple[int, float]]:
        """The `k` passages that fit an FTS5 expression best by BM25, as (number, score), higher is better.

        `match` sees two columns, `heading` (title, names, section path) and `text`, both stemmed (Porter).

        Raises:
            ValueError: `match` is no FTS5 expression.
        """
        documents = None if document_ids is None else list(self._numbers_of(document_ids))
        if k < 1 or documents == [] or (kinds is not None and not kinds):
            return []
        condition, scope, parameters = "", "", []
        if documents is not None and len(documents) > _MAX_SCOPE_DOCUMENTS:
            condition = " AND +i.rowid IN (SELECT value FROM json_each(?))"
            parameters = [json.dumps(self.numbers(document_ids, kinds).tolist())]
        else:
            scope = scope_words(documents, None if kinds is None else list(kinds))
        expression = f"{{heading text}} : ({match})" + (f" AND {scope}" if scope else "")
        # What a run in progress, or one that was killed, has added is in the word index too.
        n_hidden = self._n_stored - len(self._columns[0])
        try:
            rows = self._all(
                f"SELECT i.rowid, bm25(passage_index, {_WEIGHTS}) AS score FROM passage_index i"  # noqa: S608 - constants
                f" WHERE passage_index MATCH ?{condition} ORDER BY score LIMIT ?",
                (expression, *parameters, k + n_hidden),
            )
        except sqlite3.OperationalError as error:
            raise ValueError(f"not an FTS5 expression: {match!r} ({error})") from error
        visible = self._visible_numbers
        return [(number, -score) for number, score in rows if number in visible][:k]

    def drug_names(self) -> list[DrugName]:
        """Every different name that the documents give to medicines."""
        rows = self._all(
            "SELECT DISTINCT n.name, n.relation, n.ingredients FROM names n JOIN visible d ON d.number = n.document"
            " ORDER BY 1, 2, 3"
        )
        return [
            DrugName(name=name, relation=relation, ingredients=tuple(json.loads(ingredients)))
            for name, relation, ingredients in rows
        ]

    def integrity_problems(self) -> list[str]:
        """What SQLite itself finds wrong with the file, one line each."""
        return [f"{self._file}: {row[0]}" for row in self._all("PRAGMA quick_check") if row[0] != "ok"]

    # Inside

    @cached_property
    def _by_number(self) -> dict[int, DocumentInfo]:
        rows = self._all("SELECT number, header FROM visible ORDER BY id")
        return {number: read_header(header) for number, header in rows}

    @cached_property
    def _by_id(self) -> dict[str, DocumentInfo]:
        return {info.id: info for info in self._by_number.values()}

    @cached_property
    def _number_by_id(self) -> dict[str, int]:
        return {info.id: number for number, info in self._by_number.items()}

    @cached_property
    def _columns(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
        """Number, document and kind of every visible passage, by number."""
        import numpy as np

        rows = self._all(
            "SELECT p.number, p.document, p.kind FROM passages p JOIN visible d ON d.number = p.document"
            " ORDER BY p.number"
        )
        return (
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[1] for row in rows], dtype=np.int64),
            np.array([_KINDS.index(row[2]) for row in rows], dtype=np.int8),
        )

    @cached_property
    def _visible_numbers(self) -> frozenset[int]:
        return frozenset(self._columns[0].tolist())

    @property
    def _n_stored(self) -> int:
        row = self._one("SELECT count(*) FROM passages")
        return int(row[0]) if row is not None else 0

    def _number(self, document_id: str) -> int:
        self.document(document_id)
        return self._number_by_id[document_id]

    def _numbers_of(self, document_ids: Iterable[str]) -> Iterator[int]:
        known = self._number_by_id
        return (known[document_id] for document_id in document_ids if document_id in known)

    def _passage(self, row: Sequence[Any]) -> Passage:
        number, passage_id, document, code, kind, start, end, page, title, path, boxes, text = row
        return Passage(
            id=passage_id,
            number=number,
            document=self._by_number[document],
            kind=kind,
            section_code=code,
            section_title=title,
            section_path=tuple(json.loads(path)),
            start=start,
            end=end,
            text=text,
            page=page,
            boxes=tuple(Box(*box) for box in json.loads(boxes)),
        )

    def _removed(self, document_id: str) -> KnowledgeBaseError:
        return KnowledgeBaseError(f"document {document_id} has just been removed from {self.path}; try again")

    def _all(self, query: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._connection() as connection:
            return connection.execute(query, parameters).fetchall()

    def _one(self, query: str, parameters: Sequence[Any] = ()) -> Any:  # noqa: ANN401 - a row or None
        with self._connection() as connection:
            return connection.execute(query, parameters).fetchone()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
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
        mode = "mode=ro" if os.access(self.path, os.W_OK) else "immutable=1"
        try:
            uri = f"file:{quote(str(self._file))}?{mode}"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=60)
            connection.execute(_VISIBLE_VIEW.format(generation=self.generation))
            return connection
        except sqlite3.DatabaseError as error:
            raise _damaged(self._file, error) from error


def read_header(header: str) -> DocumentInfo:
    """The document header that `writer.py` stored as JSON."""
    values = json.loads(header)
    for name in ("ingredients", "brands", "classes"):
        values[name] = tuple(values[name])
    return DocumentInfo(**values)


def _damaged(path: Path, error: Exception) -> KnowledgeBaseError:
    return KnowledgeBaseError(
        f"{path} is damaged ({error}); delete {path.parent} and make it again with: "
        f"vademecum ingest PATH --kb {path.parent}"
    )
