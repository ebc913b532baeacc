"""Checking a knowledge base from end to end: what `vademecum kb verify` runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from knowledge_base.builder import check_embedder
from knowledge_base.dense_index import DenseIndex
from knowledge_base.embedder import Embedder
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.manifest import IndexManifest, file_sha256
from knowledge_base.passage_store import PassageStore
from knowledge_base.passage_text import embedding_text
from knowledge_base.types import Passage


def verify(path: Path, embedder: Embedder | None = None) -> list[str]:
    """Everything that is wrong with the knowledge base in `path`, one line each; empty if nothing is.

    With the embedder that made its vectors the length of every passage is checked against its limit.
    """
    try:
        manifest = IndexManifest.load(path)
        if embedder is not None:
            check_embedder(manifest, embedder, path)
        store = PassageStore(path, generation=manifest.generation)
        return [*_vectors_problems(path, manifest, store), *_store_problems(manifest, store, embedder)]
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


def _store_problems(manifest: IndexManifest, store: PassageStore, embedder: Embedder | None) -> Iterator[str]:
    documents = store.documents()
    if len(documents) != manifest.n_documents:
        yield f"{len(documents)} documents are stored, the manifest says {manifest.n_documents}"
    n_passages = 0
    for info in (*documents, *store.past()):
        text = store.source_text(info.id)
        passages = store.passages_of(info.id)
        n_passages += len(passages) if store.is_current(info.id) else 0
        for passage in passages:
            yield from _passage_problems(passage, text, embedder)
        for section in store.sections(info.id):
            if not 0 <= section.start <= section.end <= len(text):
                yield f"{info.id}: section {section.title!r} lies outside the text ({section.start}:{section.end})"
    if n_passages != manifest.n_passages:
        yield f"{n_passages} passages are stored, the manifest says {manifest.n_passages}"
    indexed, _ = store.word_counts()
    if missing := set(store.numbers().tolist()).difference(indexed.tolist()):
        yield f"{len(missing)} passages are not in the word index"
    yield from store.integrity_problems()


def _passage_problems(passage: Passage, text: str, embedder: Embedder | None) -> Iterator[str]:
    if not 0 <= passage.start < passage.end <= len(text) or text[passage.start : passage.end] != passage.text:
        yield f"{passage.id}: its text is not the source text at {passage.start}:{passage.end}"
    # What cites it is found again by this id alone.
    place = f"{passage.document.id}#{passage.section_code or '-'}:{passage.start}-{passage.end}"
    if passage.id != place:
        yield f"{passage.id}: its id does not name its place, {place}"
    if embedder is not None and (n_tokens := embedder.count_tokens(embedding_text(passage))) > embedder.max_tokens:
        yield f"{passage.id}: {n_tokens} tokens, the embedder reads {embedder.max_tokens}"
