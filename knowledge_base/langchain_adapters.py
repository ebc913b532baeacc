"""The knowledge base at LangChain's boundary: a `BaseRetriever` and an `Embeddings`.

Metadata carries the stable identity of each passage (id, document, offsets), so that an answer made
with any chain can be traced to the character. The only module of this layer that imports langchain-core.
"""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from knowledge_base.embedder import Embedder
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import Kind, Query, ScoredPassage


class VademecumRetriever(BaseRetriever):
    """Hybrid retrieval as a LangChain retriever: `VademecumRetriever(retriever=..., k=8).invoke(question)`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: HybridRetriever
    k: int = 8
    kinds: tuple[Kind, ...] | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        retrieval = self.retriever.search(Query(text=query, k=self.k, kinds=self.kinds))
        return [to_langchain(scored) for scored in retrieval.passages]


class VademecumEmbeddings(Embeddings):
    """Any `Embedder` as LangChain embeddings."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages."""
        vectors: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Vector of a question."""
        vector: list[float] = self._embedder.embed_queries([text])[0].tolist()
        return vector


def to_langchain(scored: ScoredPassage) -> Document:
    """A ranked passage as a LangChain document."""
    passage = scored.passage
    info = passage.document
    metadata: dict[str, Any] = {
        "passage_id": passage.id,
        "document_id": info.id,
        "source": info.source_path,
        "title": info.title,
        "kind": passage.kind,
        "set_id": info.set_id,
        "version": info.version,
        "effective_date": info.effective_date,
        "ingredients": list(info.ingredients),
        "section_code": passage.section_code,
        "section_path": list(passage.section_path),
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "rank": scored.rank,
        "score": scored.score,
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)
