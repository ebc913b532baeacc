"""A copy of a knowledge base with some more documents in it, kept for the next run; the original is never written."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Final

from ingest.chunking import chunk
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.embedder import Progress
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.schema import DATABASE_NAME
from knowledge_base.types import SourceDocument

_NAME_CHARS: Final = 16


def enlarged_kb(
    kb: KnowledgeBase, documents: Sequence[SourceDocument], cache: Path, progress: Progress | None = None
) -> KnowledgeBase:
    """The knowledge base with these documents added, opened; made once for the same content, under `cache`.

    Raises:
        KnowledgeBaseError: the copy cannot be written.
        IngestError: a document cannot be cut into passages.
    """
    chunked = [(document, chunk(document, kb.embedder)) for document in documents]
    digest = hashlib.sha256(kb.index_version.encode())
    for document, passages in chunked:
        digest.update(repr((asdict(document.info), document.text, document.names)).encode())
        digest.update(repr([(one.id, one.section_code, one.section_path) for one in passages]).encode())
    path = cache / digest.hexdigest()[:_NAME_CHARS]
    if not KnowledgeBase.exists(path):
        cache.mkdir(parents=True, exist_ok=True)
        # Made beside its place and moved there whole, so that a run that is stopped leaves nothing half done.
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            copy = Path(folder) / "kb"
            _copy(kb, copy)
            with KnowledgeBaseBuilder(copy, kb.embedder) as builder:
                builder.add_file("enlarged", digest.hexdigest(), chunked)
                builder.publish(progress)
            copy.rename(path)
    return KnowledgeBase.open(path, kb.embedder)


def _copy(kb: KnowledgeBase, path: Path) -> None:
    path.mkdir()
    # SQLite's own copy takes what still lies in the write-ahead log.
    with (
        closing(sqlite3.connect(f"file:{kb.path / DATABASE_NAME}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(path / DATABASE_NAME)) as target,
    ):
        source.backup(target)
    shutil.copy2(kb.path / kb.manifest.vectors_file, path)
    kb.manifest.save(path)
