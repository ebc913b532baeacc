"""Writing `passages.sqlite`: documents in and out, vectors, and the clearing of what nobody reads.

Takes values apart into the tables of `schema.py`. Each public method is one transaction. Only
`builder.py` uses it, under the knowledge base's lock. Knows no files of sources and no FAISS.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from knowledge_base import retention, stored_doses, stored_vectors
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.passage_store import read_header
from knowledge_base.passage_text import embedding_hash, embedding_header, embedding_text, lexical_heading
from knowledge_base.schema import DATABASE_NAME, migrate, text_sha256
from knowledge_base.types import Passage, SourceDocument

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# SQLite's own default holds 2 MB in memory; the indexes of a large ingest want more.
_CACHE_KIB: Final = 64 * 1024


class Addition(NamedTuple):
    """What adding one file did: documents and passages new or replaced, documents known already."""

    n_documents: int
    n_passages: int
    n_unchanged: int


class Removal(NamedTuple):
    """What taking documents out came to: ids that are not stored, and how many older versions went with the others."""

    missing: list[str]
    n_older: int


class Compaction(NamedTuple):
    """How many older versions and vectors were dropped."""

    n_versions: int
    n_vectors: int


class PassageWriter:
    """The one writing connection to a knowledge base's SQLite file; `path` is its folder."""

    def __init__(self, path: Path) -> None:
        self._file = path / DATABASE_NAME
        try:
            self._db = sqlite3.connect(self._file, isolation_level=None, timeout=60)
            self._db.execute("PRAGMA journal_mode = WAL")
            # A power cut may undo the last transactions, never half of one; `checkpoint` makes them last.
            self._db.execute("PRAGMA synchronous = NORMAL")
            # What a person removes is overwritten, not only unlinked.
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            migrate(self._db, self._file)
        except sqlite3.DatabaseError as error:
            raise KnowledgeBaseError(
                f"{self._file} cannot be written ({error}); if it is damaged, delete {path} and ingest again"
            ) from error

    def close(self) -> None:
        """Close the connection; a transaction in progress is undone."""
        self._db.close()

    # Facts about the whole

    @property
    def generation(self) -> int:
        """The last generation this file knows to be published, 0 for none."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        return int(row[0]) if row else 0

    def count(self, generation: int) -> tuple[int, int]:
        """How many documents and passages `generation` shows, when it is the newest."""
        n_documents = self._db.execute(
            "SELECT count(*) FROM current_documents WHERE added <= ?", (generation,)
        ).fetchone()[0]
        n_passages = self._db.execute(
            "SELECT count(*) FROM passages p JOIN current_documents d ON d.number = p.document WHERE d.added <= ?",
            (generation,),
        ).fetchone()[0]
        return int(n_documents), int(n_passages)

    def has_changes(self, generation: int) -> bool:
        """Whether `generation` differs from the one before it."""
        row = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM documents WHERE added = :g AND retired IS NULL)"
            " OR EXISTS (SELECT 1 FROM documents WHERE added < :g AND :g IN (retired, superseded))",
            {"g": generation},
        ).fetchone()
        return bool(row[0])

    # Documents

    def knows_file(self, file_path: str, sha256: str) -> bool:
        """Whether exactly this content of the file has been added before."""
        row = self._db.execute("SELECT sha256 FROM files WHERE path = ?", (file_path,)).fetchone()
        return row is not None and row[0] == sha256

    def known_addition(self, file_path: str, generation: int) -> Addition:
        """A known file's documents: new in `generation`, where a stopped run stored them, or known before it."""
        rows = self._db.execute(
            "SELECT d.added = ?, (SELECT count(*) FROM passages AS p WHERE p.document = d.number)"
            " FROM file_documents AS f JOIN documents AS d ON d.number = f.document AND d.retired IS NULL"
            " WHERE f.path = ?",
            (generation, file_path),
        ).fetchall()
        new = [n_passages for is_new, n_passages in rows if is_new]
        return Addition(len(new), sum(new), len(rows) - len(new))

    def add_file(
        self,
        file_path: str,
        sha256: str,
        documents: Iterable[tuple[SourceDocument, Sequence[Passage]]],
        generation: int,
    ) -> Addition:
        """Store a file's documents from `generation` on and retire those it held before and holds no more."""
        added = n_passages = unchanged = 0
        with self._transaction():
            held: set[int] = set()
            for document, passages in documents:
                number, is_new = self._put(document, passages, generation)
                held.add(number)
                added += is_new
                unchanged += not is_new
                n_passages += len(passages) if is_new else 0
            before = {
                row[0] for row in self._db.execute("SELECT document FROM file_documents WHERE path = ?", (file_path,))
            }
            self._db.execute("DELETE FROM file_documents WHERE path = ?", (file_path,))
            self._db.executemany("INSERT INTO file_documents VALUES (?, ?)", [(file_path, number) for number in held])
            self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (file_path, sha256))
            # A version of a label may become history; `settle_versions` sees to it when all files are read.
            self._db.executemany(
                "UPDATE documents SET retired = ? WHERE number = ? AND retired IS NULL AND set_id IS NULL"
                " AND NOT EXISTS (SELECT 1 FROM file_documents WHERE document = number)",
                [(generation, number) for number in before - held],
            )
        return Addition(added, n_passages, unchanged)

    def forget_portions(self, file_path: str, n: int, generation: int) -> None:
        """Forget the portions of a file behind the `n`-th, and with n > 0 the file as it was when read whole."""
        # Portions are `path/000001` and so on; ":" follows "9".
        others = "(path > ? AND path < ?)" if n == 0 else "(path > ? AND path < ? OR path = ?)"
        bounds = (f"{file_path}/{n:06}", f"{file_path}/:", *((file_path,) if n else ()))
        with self._transaction():
            self._db.execute(
                "UPDATE documents SET retired = ? WHERE retired IS NULL AND set_id IS NULL AND number IN"  # noqa: S608
                f" (SELECT document FROM file_documents WHERE {others}) AND NOT EXISTS"
                f" (SELECT 1 FROM file_documents WHERE document = number AND NOT {others})",
                (generation, *bounds, *bounds),
            )
            self._db.execute(f"DELETE FROM file_documents WHERE {others}", bounds)  # noqa: S608
            self._db.execute(f"DELETE FROM files WHERE {others}", bounds)  # noqa: S608

    def remove(self, document_ids: Collection[str], generation: int) -> Removal:
        """Retire documents and forget the files they came from; with the last of a label its older versions too."""
        missing, n_older = [], 0
        with self._transaction():
            for document_id in document_ids:
                number = self._number(document_id)
                if number is None:
                    missing.append(document_id)
                    continue
                older = self._db.execute(
                    "SELECT o.number FROM documents o JOIN current_documents d ON d.set_id = o.set_id"
                    " WHERE d.number = :number AND o.retired IS NULL AND o.superseded IS NOT NULL AND NOT EXISTS"
                    " (SELECT 1 FROM current_documents c WHERE c.set_id = d.set_id AND c.number != :number)",
                    {"number": number},
                ).fetchall()
                n_older += len(older)
                for (one,) in [(number,), *older]:
                    # Forgotten, so that ingesting such a file again brings its documents back.
                    self._db.execute(
                        "DELETE FROM files WHERE path IN (SELECT path FROM file_documents WHERE document = ?)", (one,)
                    )
                    self._db.execute("DELETE FROM file_documents WHERE document = ?", (one,))
                    self._retire(one, generation)
        return Removal(missing, n_older)

    def _put(self, document: SourceDocument, passages: Sequence[Passage], generation: int) -> tuple[int, bool]:
        info = document.info
        fingerprint = _fingerprint(document, passages)
        held = "SELECT number, fingerprint FROM documents WHERE id = ? AND retired IS NULL"
        row = self._db.execute(held, (info.id,)).fetchone()
        if row is not None and row[1] == fingerprint:
            return int(row[0]), False
        if row is not None:
            self._retire(int(row[0]), generation)
            # Other files that hold the document hold its new version from now on.
        cursor = self._db.execute(
            "INSERT INTO documents (id, header, fingerprint, added) VALUES (?, ?, ?, ?)",
            (info.id, json.dumps(asdict(info), ensure_ascii=False), fingerprint, generation),
        )
        number = int(cursor.lastrowid or 0)
        if row is not None:
            self._db.execute("UPDATE OR IGNORE file_documents SET document = ? WHERE document = ?", (number, row[0]))
        self._insert_parts(number, document)
        self._insert_passages(number, passages)
        return number, True

    def _insert_parts(self, number: int, document: SourceDocument) -> None:
        self._db.execute("INSERT INTO texts VALUES (?, ?)", (number, document.text))
        self._db.executemany(
            "INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (number, i, s.code, s.title, _json(s.path), s.start, s.end, s.kind, _json(s.table_rows))
                for i, s in enumerate(document.sections)
            ],
        )
        self._db.executemany(
            "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(number, line.start, i, line.end, line.page, *line.box) for i, line in enumerate(document.lines)],
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO names VALUES (?, ?, ?, ?)",
            [(number, name.name, name.relation, _json(name.ingredients)) for name in document.names],
        )
        self._db.executemany(
            "INSERT INTO tables VALUES (?, ?, ?, ?)",
            [(number, table.start, table.end, table.html) for table in document.tables],
        )
        self._db.executemany("INSERT INTO changes VALUES (?, ?, ?)", [(number, *place) for place in document.changes])

    def _insert_passages(self, number: int, passages: Sequence[Passage]) -> None:
        for p in passages:
            heading = lexical_heading(p)
            cursor = self._db.execute(
                'INSERT INTO passage_places (id, document, code, kind, "start", "end", page, text_hash, title, path,'
                " boxes, heading, text_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    p.id, number, p.section_code, p.kind, p.start, p.end, p.page, embedding_hash(embedding_text(p)),
                    p.section_title, _json(p.section_path), _json(p.boxes), heading, self._text_number(p.text),
                ),
            )  # fmt: skip
            self._db.execute(
                "INSERT INTO passage_index (rowid, heading, text, scope)"
                " SELECT number, heading, text, scope FROM passage_words WHERE number = ?",
                (cursor.lastrowid,),
            )

    def _text_number(self, text: str) -> int:
        """The number of a stored text, stored now if it is new."""
        key = text_sha256(text)
        row = self._db.execute("SELECT number FROM passage_texts WHERE hash = ?", (key,)).fetchone()
        if row is not None:
            return int(row[0])
        return int(self._db.execute("INSERT INTO passage_texts (hash, text) VALUES (?, ?)", (key, text)).lastrowid or 0)

    def _number(self, document_id: str) -> int | None:
        held = "SELECT number FROM documents WHERE id = ? AND retired IS NULL"
        row = self._db.execute(held, (document_id,)).fetchone()
        return None if row is None else int(row[0])

    def _retire(self, number: int, generation: int) -> None:
        self._db.execute("UPDATE documents SET retired = ? WHERE number = ?", (generation, number))

    # Vectors

    def list_missing_embeddings(self, model: str) -> int:
        """Note the texts without a vector of `model` for `missing_embeddings`, and return how many there are."""
        return stored_vectors.list_missing(self._db, model)

    def missing_embeddings(self, first: int, n: int) -> list[tuple[bytes, int]]:
        """Hash of each of `n` noted texts from place `first` on, with a passage that has it, longest first."""
        return stored_vectors.missing(self._db, first, n)

    def embedding_texts(self, numbers: Sequence[int]) -> list[str]:
        """The embedding text of each passage."""
        texts = []
        for number in numbers:
            header, title, text = self._db.execute(
                "SELECT d.header, p.title, p.text FROM passages p JOIN documents d ON d.number = p.document"
                " WHERE p.number = ?",
                (number,),
            ).fetchone()
            texts.append(f"{embedding_header(read_header(header), title)}\n{text}")
        return texts

    def save_embeddings(self, model: str, hashes: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep vectors (n, d) under the hashes of their texts."""
        rows = [(model, text_hash, vector.tobytes()) for text_hash, vector in zip(hashes, vectors, strict=True)]
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO embeddings (model, text_hash, vector) VALUES (?, ?, ?)", rows)

    def vectors(self, model: str, dimension: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Number (n,) and vector (n, dimension) of every current passage, by number, in blocks."""
        return stored_vectors.blocks(self._db, model, dimension)

    # Doses

    def read_doses(self) -> None:
        """Read the doses of every searched document that was not read yet."""
        there_are_more = True
        while there_are_more:
            with self._transaction():
                there_are_more = stored_doses.read_some(self._db)

    def compare_doses(self, generation: int) -> None:
        """Find the doses at odds among what `generation` searches."""
        with self._transaction():
            stored_doses.compare(self._db, generation)

    def has_compared_doses(self, generation: int) -> bool:
        """Whether that was done for `generation`."""
        return stored_doses.is_compared(self._db, generation)

    # Publishing

    def checkpoint(self) -> None:
        """Make everything written so far last over a power cut."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def set_generation(self, generation: int) -> None:
        """Remember which generation the manifest names, should the manifest be lost."""
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('generation', ?)", (str(generation),))

    def settle_versions(self, generation: int) -> None:
        """From `generation` on show the newest version of each label and keep the older ones as history."""
        with self._transaction():
            retention.settle_versions(self._db, generation)

    def clear(self, generation: int) -> None:
        """Delete what `generation` and later ones do not show."""
        with self._transaction():
            retention.clear(self._db, generation)

    def compact(self, model: str, generation: int, *, history: bool) -> Compaction:
        """Drop vectors that no search needs, older versions too if asked, and give the space back to the disk."""
        with self._transaction():
            n_versions = retention.forget_history(self._db, generation) if history else 0
            n_vectors = retention.drop_unused_vectors(self._db, model)
            self._db.execute("INSERT INTO passage_index (passage_index) VALUES ('optimize')")
        self._db.execute("VACUUM")
        self.checkpoint()
        return Compaction(n_versions, n_vectors)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            # A full disk has undone it already.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _fingerprint(document: SourceDocument, passages: Sequence[Passage]) -> bytes:
    """Everything that is stored of a document except where its file lies."""
    header = asdict(document.info)
    del header["source_path"], header["sha256"]
    parts = (
        header,
        [asdict(section) for section in document.sections],
        [asdict(name) for name in document.names],
        [(line.start, line.end, line.page, *line.box) for line in document.lines],
        [(table.start, table.end, table.html) for table in document.tables],
        document.changes,
        [(p.id, p.kind, p.page) for p in passages],
    )
    digest = hashlib.sha256(json.dumps(parts).encode())
    digest.update(document.text.encode())
    return digest.digest()
