"""What is made once of a knowledge base and used for every item: its names, its list check, its retriever."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from chatbot.list_check import ListChecker
from eval.interactions import held_ingredients
from knowledge_base.catalogue import Catalogue
from knowledge_base.retriever import HybridRetriever

if TYPE_CHECKING:
    from knowledge_base.drug_names import DrugLexicon
    from knowledge_base.knowledge_base import KnowledgeBase


@lru_cache(maxsize=2)
def retriever_of(knowledge_base: KnowledgeBase) -> HybridRetriever:
    """Search over a knowledge base."""
    return HybridRetriever(knowledge_base)


def lexicon_of(knowledge_base: KnowledgeBase) -> DrugLexicon:
    """The names of medicines that it holds."""
    return retriever_of(knowledge_base).lexicon


@lru_cache(maxsize=2)
def list_checker_of(knowledge_base: KnowledgeBase) -> ListChecker:
    """The check of lists of medicines over it."""
    return ListChecker(knowledge_base.store, retriever_of(knowledge_base))


@lru_cache(maxsize=2)
def catalogue_of(knowledge_base: KnowledgeBase) -> Catalogue:
    """Which documents it has on which medicine."""
    return Catalogue(knowledge_base.store)


@lru_cache(maxsize=2)
def held_of(knowledge_base: KnowledgeBase) -> Mapping[str, str]:
    """The ingredients that have a document of their own, by canonical name."""
    return held_ingredients(knowledge_base.store)
