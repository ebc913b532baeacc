"""A knowledge base of any size whose texts mean nothing and whose statistics are plausible.

Labels of about 70 passages of 50 to 100 words; the number of labels falls with the rank of the generic, so the
commonest have hundreds. Words are drawn by how often the starter monographs use them, with a tail of made-up ones
after Zipf's law; vectors stand in clusters. The same size and seed give the same base. It has no source texts and no
embeddings of its own, so it can be searched, not verified nor added to.

    python -m benchmarks.synthetic FOLDER --passages N
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge_base.dense_index import DenseIndex
from knowledge_base.embedder import Embedder, SentenceTransformerEmbedder
from knowledge_base.loinc import NAMES
from knowledge_base.manifest import IndexManifest, file_sha256
from knowledge_base.medicine_table import medicine_table
from knowledge_base.schema import DATABASE_NAME, MIGRATIONS, text_sha256
from knowledge_base.types import DocumentInfo
from knowledge_base.words import folded_words
from knowledge_base.writer import PassageWriter

_PER_LABEL = 70
_WORDS = (50, 100)
_TAIL_WORDS = 200_000
_TAIL_SHARE = 0.1
"""Of all words: names, numbers and rare terms that the monographs do not have."""
_GENERIC_EXPONENT = 0.7
"""Number of labels of a generic by its rank: a few hundred for the commonest of 14,000 labels."""
_CLUSTERS = 4096
_SPREAD = 0.8
"""Length of the noise on a cluster's centre of length one: two passages of one cluster have a cosine near 0.6."""
_VECTORS_AT_ONCE = 50_000
_INSERT = (
    'INSERT INTO passage_places (number, id, document, code, kind, "start", "end", page, text_hash, title, path, boxes,'
    " heading, text_number) VALUES (?1, ?2, ?3, ?4, 'label', ?5, ?6, NULL, x'', ?7, ?8, '[]', ?9, ?1)"
)


class _Label(NamedTuple):
    number: int
    info: DocumentInfo
    n_passages: int


def main() -> None:
    """Build one knowledge base."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, required=True)
    arguments = parser.parse_args()
    build(arguments.folder, arguments.passages)


def build(folder: Path, n_passages: int, *, seed: int = 0) -> None:
    """Write the knowledge base into a folder that has none yet."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    labels = list(_labels(n_passages, rng))
    PassageWriter(folder).close()
    with sqlite3.connect(folder / DATABASE_NAME) as connection:
        # A base that is not finished is thrown away, so nothing of it need survive a crash.
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
        for label in labels:
            header = json.dumps(asdict(label.info))
            connection.execute(
                "INSERT INTO documents (number, id, header, fingerprint, added) VALUES (?, ?, ?, x'', 1)",
                (label.number, label.info.id, header),
            )
            names = [(label.info.ingredients[0], "ingredient"), (label.info.brands[0], "brand")]
            connection.executemany(
                "INSERT INTO names (document, name, relation, ingredients) VALUES (?, ?, ?, ?)",
                [(label.number, name, relation, json.dumps(label.info.ingredients)) for name, relation in names],
            )
        for *place, text in _passages(labels, rng):
            connection.execute("INSERT INTO passage_texts VALUES (?, ?, ?)", (place[0], text_sha256(text), text))
            connection.execute(_INSERT, place)
        connection.execute("INSERT INTO passage_index (passage_index) VALUES ('rebuild')")
        connection.execute("INSERT INTO meta VALUES ('generation', '1')")
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    _publish(folder, len(labels), n_passages, rng, SentenceTransformerEmbedder())


def _labels(n_passages: int, rng: np.random.Generator) -> Iterator[_Label]:
    generics = sorted(medicine_table().ingredients)
    rng.shuffle(generics)
    weights = np.arange(1, len(generics) + 1) ** -_GENERIC_EXPONENT
    n_labels = max(round(n_passages / _PER_LABEL), 1)
    drawn = rng.choice(len(generics), size=n_labels, p=weights / weights.sum())
    cuts = np.sort(rng.choice(np.arange(1, n_passages), size=n_labels - 1, replace=False))
    sizes = np.diff(np.concatenate(([0], cuts, [n_passages])))
    for number, (generic, size) in enumerate(zip(drawn.tolist(), sizes.tolist(), strict=True), start=1):
        name = generics[generic]
        info = DocumentInfo(
            id=f"synthetic:{number}@1",
            source_path=f"/synthetic/{number}.xml",
            format="spl",
            kind="label",
            title=f"{name.capitalize()} tablets",
            sha256="",
            set_id=str(number),
            version="1",
            effective_date=f"{2000 + number % 25}-01-01",
            ingredients=(name,),
            brands=(f"brandname{number}",),
        )
        yield _Label(number, info, size)


def _passages(
    labels: list[_Label], rng: np.random.Generator
) -> Iterator[tuple[int, str, int, str, int, int, str, str, str, str]]:
    known, cumulative = vocabulary()
    sections = list(NAMES.items())
    number = 0
    for label in labels:
        sizes = rng.integers(*_WORDS, size=label.n_passages)
        drawn = np.searchsorted(cumulative, rng.random(int(sizes.sum()))).tolist()
        at = start = 0
        for place, size in enumerate(sizes.tolist()):
            number += 1
            code, title = sections[place * len(sections) // label.n_passages]
            text = " ".join([known[word] for word in drawn[at : at + size]])
            end = start + len(text)
            heading = " ".join((label.info.title, *label.info.ingredients, *label.info.brands, title))
            passage_id = f"{label.info.id}#{code}:{start}-{end}"
            yield number, passage_id, label.number, code, start, end, title, json.dumps([title]), heading, text
            at, start = at + size, end + 1


def vocabulary() -> tuple[list[str], NDArray[np.float64]]:
    """Words, and the share of all running words up to and with each."""
    folder = Path(str(files("knowledge_base") / "data" / "starter" / "monographs"))
    counts = Counter(word for path in sorted(folder.glob("*.md")) for word in folded_words(path.read_text("utf-8")))
    known = np.array(list(counts.values()), dtype=np.float64)
    tail = 1.0 / np.arange(1, _TAIL_WORDS + 1)
    shares = np.concatenate((known / known.sum() * (1 - _TAIL_SHARE), tail / tail.sum() * _TAIL_SHARE))
    cumulative = np.cumsum(shares)
    cumulative[-1] = 1.0
    return [*counts, *(f"zz{number:x}" for number in range(_TAIL_WORDS))], cumulative


def _publish(folder: Path, n_documents: int, n_passages: int, rng: np.random.Generator, embedder: Embedder) -> None:
    centres = _unit(rng.standard_normal((_CLUSTERS, embedder.dimension), dtype=np.float32))
    vectors = np.empty((n_passages, embedder.dimension), dtype=np.float32)
    for start in range(0, n_passages, _VECTORS_AT_ONCE):
        some = vectors[start : start + _VECTORS_AT_ONCE]
        noise = _unit(rng.standard_normal(some.shape, dtype=np.float32))
        some[:] = _unit(centres[rng.integers(_CLUSTERS, size=len(some))] + np.float32(_SPREAD) * noise)
    path = folder / "vectors-1.faiss"
    DenseIndex.build(np.arange(1, n_passages + 1, dtype=np.int64), vectors).write(path)
    IndexManifest(
        embedder=embedder.name,
        revision=embedder.revision,
        dimension=embedder.dimension,
        n_documents=n_documents,
        n_passages=n_passages,
        generation=1,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        vectors_file=path.name,
        vectors_sha256=file_sha256(path),
        schema=len(MIGRATIONS),
    ).save(folder)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


if __name__ == "__main__":
    main()
