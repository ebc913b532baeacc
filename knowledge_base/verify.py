"""Checking a knowledge base from end to end: what `vademecum kb verify` runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from knowledge_base.dense_index import DenseIndex
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.manifest import IndexManifest, file_sha256
from knowledge_base.passage_store import PassageStore


def verify(path: Path) -> list[str]:
    """Everything that is wrong with the knowledge base in `path`, one line each; empty if nothing is."""
    try:
        manifest = IndexManifest.load(path)
        store = PassageStore(path, generation=manifest.generation)
        return [*_vectors_problems(path, manifest, store), *_store_problems(manifest, store)]
    except KnowledgeBaseError as error:
        return [str(error)]


def _vectors_problems(path: Path, manifest: IndexManifest, store: PassageStore) -> Iterator[str]:
    vectors_path = path / manifest.vectors_file
    try:
        dense = DenseIndex.read(vectors_path)
    except KnowledgeBaseError as error:
        yield str(error)
        return
    if file_sha256(vectors_path) != manifest.vectors_sha256:
        yield f"{vectors_path}: checksum differs from the manifest's"
    if dense.dimension != manifest.dimension:
        yield f"{vectors_path}: vectors of {dense.dimension} dimensions, the manifest says {manifest.dimension}"
    indexed, stored = set(dense.numbers.tolist()), set(store.numbers().tolist())
    if len(indexed) != len(dense):
        yield f"{vectors_path}: {len(dense) - len(indexed)} passages have more than one vector"
    if stored - indexed:
        yield f"{vectors_path}: {len(stored - indexed)} passages have no vector"
    if indexed - stored:
        yield f"{vectors_path}: {len(indexed - stored)} vectors have no passage"


def _store_problems(manifest: IndexManifest, store: PassageStore) -> Iterator[str]:
    documents = store.documents()
    if len(documents) != manifest.n_documents:
        yield f"{len(documents)} documents are stored, the manifest says {manifest.n_documents}"
    n_passages = 0
    for info in documents:
        text = store.source_text(info.id)
        passages = store.passages_of(info.id)
        n_passages += len(passages)
        for passage in passages:
            if not 0 <= passage.start < passage.end <= len(text) or text[passage.start : passage.end] != passage.text:
                yield f"{passage.id}: its text is not the source text at {passage.start}:{passage.end}"
        for section in store.sections(info.id):
            if not 0 <= section.start <= section.end <= len(text):
                yield f"{info.id}: section {section.title!r} lies outside the text ({section.start}:{section.end})"
    if n_passages != manifest.n_passages:
        yield f"{n_passages} passages are stored, the manifest says {manifest.n_passages}"
    yield from store.integrity_problems()
