"""An answerer together with the knowledge base it answers from, for those that show sources or search."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from chatbot.answering import Answerer
from chatbot.llm import ChatModel
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import Query

_WARM_UP: Final = "side effects of ibuprofen"
_WARM_UP_GATE: Final = "I take ibuprofen"
"""Speaks of somebody and alarms no rule: the gate's example sentences are embedded for it."""


class OpenedAnswerer(Answerer):
    """An answerer whose parts are real and at hand."""

    def __init__(
        self,
        knowledge_base: KnowledgeBase,
        chat_model: ChatModel | None,
        *,
        country: str,
        helplines: Path | None = None,
    ) -> None:
        self.knowledge_base = knowledge_base
        self.retriever = HybridRetriever(knowledge_base)
        self.model_name = chat_model.name if chat_model is not None else "extractive"
        super().__init__(knowledge_base, self.retriever, chat_model, country=country, helplines=helplines)

    def warm_up(self) -> None:
        """Load the embedder and the indexes now, so that the first question does not wait for them."""
        self.retriever.search(Query(text=_WARM_UP, k=1))
        self._triage.assess(_WARM_UP_GATE)
