"""Reading `passages.sqlite`: documents, sections, passages, names and the word index of one generation.

Older versions open by their ids and are in no search. Safe to share between threads.
Knows no vectors and no questions; `schema.py` has the tables, `writer.py` the other direction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.medicine_table import medicine_table
from knowledge_base.read_connections import ReadConnections
from knowledge_base.source_comparison import SourceComparison
from knowledge_base.types import Box, DocumentInfo, DrugName, Kind, Line, Passage, Section, Table
from knowledge_base.versions import newest_first

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PASSAGE: Final = (
    'p.number, p.id, p.document, p.code, p.kind, p."start", p."end", p.page, p.title, p.path, p.boxes, p.text'
)
_NUMBERS_PER_QUERY: Final = 500
_ROWS_AT_ONCE: Final = 20_000
_N_WORD_COLUMNS: Final = 3


class PassageColumns(NamedTuple):
    """Where every passage stands, row by row in the order of their numbers, without its text.

    `document` counts through `documents()`; `code`, `title` and `kind` count through the lists of different values.
    """

    number: NDArray[np.int64]
    document: NDArray[np.int32]
    code: NDArray[np.int32]
    title: NDArray[np.int32]
    kind: NDArray[np.int32]
    codes: tuple[str | None, ...]
    titles: tuple[str, ...]
    kinds: tuple[Kind, ...]


class PassageStore:
    """The stored documents of one generation, read only; `path` is the knowledge base's folder."""

    def __init__(self, path: Path, *, generation: int) -> None:
        self.path = path
        self.generation = generation
        self._file = ReadConnections(path, generation)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._file.close()

    # Documents

    def documents(self) -> list[DocumentInfo]:
        """Every document, by id."""
        return list(self._by_id.values())

    def document(self, document_id: str) -> DocumentInfo:
        """One document's header, also of an older version.

        Raises:
            KnowledgeBaseError: no such document.
        """
        info = self._by_id.get(document_id) or self._past_by_id.get(document_id)
        if info is None:
            raise KnowledgeBaseError(f"no document {document_id} in {self.path}; see: vademecum kb list")
        return info

    def is_current(self, document_id: str) -> bool:
        """Whether a document is searched; an older version only opens."""
        return document_id in self._by_id

    def past(self) -> list[DocumentInfo]:
        """Every older version that is kept, by id."""
        return list(self._past_by_id.values())

    def versions(self, set_id: str) -> list[DocumentInfo]:
        """The versions of a set id: those that are searched first, each kind the newest first."""
        held = ([info for info in some if info.set_id == set_id] for some in (self.documents(), self.past()))
        return [info for some in held for info in newest_first(some)]

    def source_text(self, document_id: str) -> str:
        """The whole stored text that every offset of this document points into."""
        row = self._file.one("SELECT text FROM texts WHERE document = ?", (self._number(document_id),))
        if row is None:
            raise self._removed(document_id)
        return str(row[0])

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """A document's sections in their order."""
        rows = self._file.all(
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
        rows = self._file.all(
            'SELECT "start", "end", page, x0, y0, x1, y1 FROM lines'
            ' WHERE document = ? AND "start" < ? AND "end" > ? ORDER BY "start", ordinal',
            (self._number(document_id), end, start),
        )
        return tuple(
            Line(start=first, end=last, page=page, box=Box(x0, y0, x1, y1))
            for first, last, page, x0, y0, x1, y1 in rows
        )

    def tables(self, document_id: str, start: int, end: int) -> tuple[Table, ...]:
        """The tables that touch `[start, end)`, in the order of the text."""
        rows = self._touching("tables", '"start", "end", html', document_id, start, end)
        return tuple(Table(start=first, end=last, html=html) for first, last, html in rows)

    def changes(self, document_id: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """The stretches touching `[start, end)` that the source marks as changed since its last version."""
        return tuple(
            (first, last) for first, last in self._touching("changes", '"start", "end"', document_id, start, end)
        )

    # Passages

    def passage(self, passage_id: str) -> Passage:
        """One passage by its stable id, also of an older version.

        Raises:
            KnowledgeBaseError: no such passage.
        """
        rows = self._file.all(f"SELECT {_PASSAGE} FROM passages p WHERE p.id = ?", (passage_id,))  # noqa: S608 - a constant
        for row in rows:
            if row[2] in self._by_number or row[2] in self._past_by_number:
                return self._passage(row)
        raise KnowledgeBaseError(f"no passage {passage_id} in {self.path}; a newer version may have replaced it")

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """Passages by number; a number that is not (or no longer) stored is left out."""
        found: dict[int, Passage] = {}
        for start in range(0, len(numbers), _NUMBERS_PER_QUERY):
            some = [int(number) for number in numbers[start : start + _NUMBERS_PER_QUERY]]
            marks = ", ".join("?" * len(some))
            query = f"SELECT {_PASSAGE} FROM passages p WHERE p.number IN ({marks})"  # noqa: S608 - marks only
            found.update(
                (row[0], self._passage(row)) for row in self._file.all(query, some) if row[2] in self._by_number
            )
        return {int(number): found[number] for number in numbers if number in found}

    def passages_of(self, document_id: str, codes: Collection[str] | None = None) -> list[Passage]:
        """A document's passages in the order of its text, of the sections with these codes if given."""
        # Told the codes, SQLite reads and sorts the texts of those sections alone.
        wanted = "" if codes is None else f" AND p.code IN ({', '.join('?' * len(codes))})"
        query = f'SELECT {_PASSAGE} FROM passages p WHERE p.document = ?{wanted} ORDER BY p."start", p.number'  # noqa: S608
        return [self._passage(row) for row in self._file.all(query, (self._number(document_id), *(codes or ())))]

    def numbers(
        self, document_ids: Collection[str] | None = None, kinds: Collection[Kind] | None = None
    ) -> NDArray[np.int64]:
        """The numbers of all passages of these documents and kinds, ascending; None means any."""
        import numpy as np

        columns = self.columns
        wanted = np.ones(len(columns.number), dtype=bool)
        if document_ids is not None:
            wanted &= np.isin(columns.document, [p for p, one in enumerate(self._by_id) if one in document_ids])
        if kinds is not None:
            wanted &= np.isin(columns.kind, [place for place, kind in enumerate(columns.kinds) if kind in kinds])
        return columns.number[wanted]

    @cached_property
    def columns(self) -> PassageColumns:
        """Where every passage stands; read once."""
        import numpy as np

        places = {number: place for place, number in enumerate(self._by_number)}
        codes: dict[str | None, int] = {}
        titles: dict[str, int] = {}
        kinds: dict[Kind, int] = {}
        parts = [np.empty((0, 5), dtype=np.int64)]
        query = (
            "SELECT p.number, p.document, p.code, p.title, p.kind FROM passages p"
            " JOIN visible d ON d.number = p.document ORDER BY p.number"
        )
        with self._file.connection() as connection:
            cursor = connection.execute(query)
            # In parts, so that a million passages are never a million Python objects at once.
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                coded = [
                    (
                        number,
                        places[document],
                        codes.setdefault(code, len(codes)),
                        titles.setdefault(title, len(titles)),
                        kinds.setdefault(kind, len(kinds)),
                    )
                    for number, document, code, title, kind in rows
                ]
                parts.append(np.array(coded, dtype=np.int64))
        number, *others = np.concatenate(parts).T
        document, code, title, kind = (column.astype(np.int32) for column in others)
        return PassageColumns(number.copy(), document, code, title, kind, tuple(codes), tuple(titles), tuple(kinds))

    def numbers_with(self, match: str, *, at_most: int) -> list[int]:
        """The first passages that fit an FTS5 expression, in the order of their numbers.

        Raises:
            ValueError: `match` is no FTS5 expression.
        """
        query = "SELECT rowid FROM passage_index WHERE passage_index MATCH ? ORDER BY rowid LIMIT ?"
        try:
            rows = self._file.all(query, (match, at_most + self._n_hidden))
        except sqlite3.OperationalError as error:
            raise ValueError(f"not an FTS5 expression: {match!r} ({error})") from error
        return [row[0] for row in rows if self._is_visible(row[0])][:at_most]

    def word_places(self, stem: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where a stem stands: passage numbers, ascending and repeated, and `in text << 32 | word` inside each."""
        import numpy as np

        rows = self._file.all(
            "SELECT doc, col = 'text', offset FROM word_places WHERE term = ? AND col != 'scope'", (stem,)
        )
        places = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return places[:, 0], places[:, 1] << 32 | places[:, 2]

    def word_counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The number of every passage of the word index, hidden ones too, and its words in all columns."""
        import numpy as np

        rows = self._file.all("SELECT id, sz FROM passage_index_docsize ORDER BY id")
        # FTS5 stores the words of the three columns as SQLite varints: seven bits a byte, the last byte below 128.
        data = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.uint8)
        ends = np.flatnonzero(data < 128)
        starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
        shift = 7 * (np.repeat(ends, ends - starts + 1) - np.arange(len(data)))
        sizes = np.add.reduceat((data & 127).astype(np.int64) << shift, starts) if len(ends) else ends
        return np.array([row[0] for row in rows], dtype=np.int64), sizes.reshape(-1, _N_WORD_COLUMNS).sum(axis=1)

    def stems(self, phrases: Sequence[str]) -> list[tuple[str, ...]]:
        """The words of each phrase as FTS5 cuts and stems them."""
        found: list[list[str]] = [[] for _ in phrases]
        with self._file.connection() as connection:
            connection.executemany("INSERT INTO asked (rowid, words) VALUES (?, ?)", enumerate(phrases))
            try:
                for place, stem in connection.execute("SELECT doc, term FROM asked_places ORDER BY doc, offset"):
                    found[place].append(stem)
            finally:
                connection.execute("INSERT INTO asked (asked) VALUES ('delete-all')")
        return [tuple(stems) for stems in found]

    def drug_names(self) -> list[DrugName]:
        """Every different name that the documents give to medicines."""
        rows = self._file.all(
            "SELECT DISTINCT n.name, n.relation, n.ingredients FROM names n JOIN visible d ON d.number = n.document"
            " ORDER BY 1, 2, 3"
        )
        return [
            DrugName(name=name, relation=relation, ingredients=tuple(json.loads(ingredients)))
            for name, relation, ingredients in rows
        ]

    @cached_property
    def known_drug_names(self) -> frozenset[str]:
        """Every medicine name known: those that the documents give, and the medicine table's ingredients."""
        held = (word for name in self.drug_names() for word in (name.name, *name.ingredients))
        return medicine_table().ingredients.union(held)

    @cached_property
    def comparison(self) -> SourceComparison:
        """What the documents have in common, and where they are at odds."""
        return SourceComparison(self._file, self.generation, self._by_number, self.passages)

    def integrity_problems(self) -> list[str]:
        """What SQLite itself finds wrong with the file, one line each."""
        return [f"{self.path}: {row[0]}" for row in self._file.all("PRAGMA quick_check") if row[0] != "ok"]

    # Inside

    def _touching(self, table: str, columns: str, document_id: str, start: int, end: int) -> list[Any]:
        query = f'SELECT {columns} FROM {table} WHERE document = ? AND "start" < ? AND "end" > ? ORDER BY "start"'  # noqa: S608
        try:
            return self._file.all(query, (self._number(document_id), end, start))
        except sqlite3.OperationalError as error:
            # Written before there were such tables, and nobody has ingested anything since.
            if "no such table" in str(error):
                return []
            raise

    @cached_property
    def _by_number(self) -> dict[int, DocumentInfo]:
        rows = self._file.all("SELECT number, header FROM visible ORDER BY id")
        return {number: read_header(header) for number, header in rows}

    @cached_property
    def _by_id(self) -> dict[str, DocumentInfo]:
        return {info.id: info for info in self._by_number.values()}

    @cached_property
    def _number_by_id(self) -> dict[str, int]:
        return {info.id: number for some in (self._past_by_number, self._by_number) for number, info in some.items()}

    @cached_property
    def _past_by_number(self) -> dict[int, DocumentInfo]:
        rows = self._file.all("SELECT number, header FROM past ORDER BY id")
        return {number: read_header(header) for number, header in rows}

    @cached_property
    def _past_by_id(self) -> dict[str, DocumentInfo]:
        return {info.id: info for info in self._past_by_number.values()}

    @property
    def _n_hidden(self) -> int:
        """How many passages a run in progress, or one that was killed, has put into the word index."""
        row = self._file.one("SELECT count(*) FROM passages WHERE document IN (SELECT number FROM hidden)")
        return int(row[0]) if row is not None else 0

    def _is_visible(self, number: int) -> bool:
        known = self.columns.number
        row = int(known.searchsorted(number))
        return row < len(known) and int(known[row]) == number

    def _number(self, document_id: str) -> int:
        self.document(document_id)
        return self._number_by_id[document_id]

    def _passage(self, row: Sequence[Any]) -> Passage:
        number, passage_id, document, code, kind, start, end, page, title, path, boxes, text = row
        return Passage(
            id=passage_id,
            number=number,
            document=self._by_number.get(document) or self._past_by_number[document],
            kind=kind,
            section_code=code,
            section_title=title,
            section_path=_section_path(path),
            start=start,
            end=end,
            text=text,
            page=page,
            boxes=tuple(Box(*box) for box in json.loads(boxes)) if boxes != "[]" else (),
        )

    def _removed(self, document_id: str) -> KnowledgeBaseError:
        return KnowledgeBaseError(f"document {document_id} has just been removed from {self.path}; try again")


def read_header(header: str) -> DocumentInfo:
    """The document header that `writer.py` stored as JSON."""
    values: dict[str, Any] = json.loads(header)
    values.update((name, tuple(value)) for name, value in values.items() if isinstance(value, list))
    return DocumentInfo(**values)


@lru_cache(maxsize=4096)
def _section_path(path: str) -> tuple[str, ...]:
    return tuple(json.loads(path))
