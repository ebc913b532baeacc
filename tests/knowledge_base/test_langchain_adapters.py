from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.langchain_adapters import VademecumEmbeddings, VademecumRetriever
from knowledge_base.retriever import HybridRetriever


def test_passages_as_langchain_documents(tmp_path: Path, word_embedder, make_document) -> None:
    document = make_document(
        "md:i@1", {"Side effects": "Nausea is common.", "Storage": "Keep it dry."}, codes={"Side effects": "34084-4"}
    )
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("i.md", "1", [document])
        builder.publish()
    base = KnowledgeBase.open(tmp_path, word_embedder)
    found = VademecumRetriever(retriever=HybridRetriever(base), k=1).invoke("What are the side effects of ibuprofen?")
    assert [one.page_content for one in found] == ["Nausea is common."]
    [passage] = base.store.passages_of("md:i@1", {"34084-4"})
    assert found[0].id == found[0].metadata["passage_id"] == passage.id
    start, end = found[0].metadata["start"], found[0].metadata["end"]
    assert base.store.source_text(found[0].metadata["document_id"])[start:end] == found[0].page_content
    assert found[0].metadata["rank"] == 1


def test_embeddings(word_embedder) -> None:
    embeddings = VademecumEmbeddings(word_embedder)
    [passage] = embeddings.embed_documents(["take with food"])
    assert embeddings.embed_query("take with food") == pytest.approx(passage)
    assert len(passage) == word_embedder.dimension
