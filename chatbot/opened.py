"""An answerer together with the knowledge base it answers from, for those that show sources or search."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from chatbot.answering import Answerer
from chatbot.list_answer import to_answer
from chatbot.list_check import ListChecker
from chatbot.medicine_list import ListCheck
from chatbot.models.types import ChatModel
from chatbot.privacy.identifiers import FindsIdentifiers
from chatbot.prompts import Mode
from chatbot.types import Answer
from chatbot.verifying.entailment import Entails
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.reranker import Reranker
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
        finder: FindsIdentifiers | None = None,
        reranker: Reranker | None = None,
        helplines: Path | None = None,
        mode: Mode = "write",
        entails: Entails | None = None,
    ) -> None:
        self.knowledge_base = knowledge_base
        self.retriever = HybridRetriever(knowledge_base, reranker)
        self.model_name = chat_model.name if chat_model is not None else "extractive"
        super().__init__(
            knowledge_base,
            self.retriever,
            chat_model,
            country=country,
            finder=finder,
            helplines=helplines,
            mode=mode,
            entails=entails,
        )

    def check_list(self, medicines: Sequence[str]) -> Answer:
        """What the labels of these medicines say of each other, as an answer.

        Raises:
            VademecumError: an empty list, or a longer one than can be read.
        """
        return self.answer_list(self.read_list(medicines))

    def read_list(self, medicines: Sequence[str]) -> ListCheck:
        """The same as values.

        Raises:
            VademecumError: as `check_list`.
        """
        return ListChecker(self.knowledge_base.store, self.retriever).check(medicines)

    def answer_list(self, check: ListCheck) -> Answer:
        """A checked list as an answer, with the boxed warnings of its medicines."""
        ingredients = dict.fromkeys(one for drug in check.drugs for one in drug.ingredients)
        boxed = self.boxed_warnings(list(ingredients))
        return to_answer(check, boxed, self.knowledge_base.index_version)

    def warm_up(self) -> None:
        """Load the embedder and the indexes now, so that the first question does not wait for them."""
        self.retriever.search(Query(text=_WARM_UP, k=1))
        self._triage.assess(_WARM_UP_GATE)
        if self._chat_model is not None:
            # What checks a model's sentences reads them.
            _ = self.knowledge_base.store.known_drug_names
