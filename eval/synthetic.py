"""Questions made from a knowledge base and written wordings, under a seed: known medicines, and names nobody gave.

For the gate: what a document of a medicine has a section on must be answered from there; an invented name must be
declined. No question is written down, so none can be learned.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from eval.benchmark import Item
from eval.questions import Questions
from eval.section_finding import SectionKind, section_kinds
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever

_DRUG: Final = "{drug}"
_STARTS: Final = ("blor", "cavi", "dren", "fluzo", "kemo", "lorva", "mirta", "nexi", "plu", "quiro", "sorbe", "trav")
_MIDDLES: Final = ("da", "len", "mo", "ne", "pri", "quo", "ra", "xa", "zu")
_ENDS: Final = ("bline", "cade", "dexil", "fenac", "gliptor", "mustat", "nazim", "podril", "trisan", "vexan")


class Synthetic(Questions):
    """Made questions, judged as questions of one's own are."""

    name = "synthetic"
    title = "Questions made from the knowledge base"

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = tuple(items)

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions it was made with."""
        return self._items[:limit]


def made_items(kb: KnowledgeBase, n_known: int, n_invented: int, seed: int) -> list[Item]:
    """Questions on medicines of the knowledge base, then on invented ones.

    Args:
        kb: whose medicines and sections count.
        n_known: at most so many of the first kind.
        n_invented: so many of the second.
        seed: of the one generator that draws.
    """
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    kinds = section_kinds()
    pairs = [
        (info.ingredients[0], kind)
        for info in kb.store.documents()
        if info.kind != "guideline" and len(info.ingredients) == 1
        for held in [frozenset(section.code for section in kb.store.sections(info.id))]
        for kind in kinds
        if held & kind.codes
    ]
    draw.shuffle(pairs)
    known = [_known(number, *pair, draw) for number, pair in enumerate(pairs[:n_known])]
    return [*known, *_invented(kb, kinds, n_invented, draw)]


def _known(number: int, ingredient: str, kind: SectionKind, draw: random.Random) -> Item:
    gold = {"kind": "answer", "ingredient": ingredient, "section_codes": sorted(kind.codes)}
    question = draw.choice(kind.wordings)[1].replace(_DRUG, ingredient)
    return Item(id=f"known {number}", question=question, gold=gold, topic=kind.name, cluster=ingredient)


def _invented(kb: KnowledgeBase, kinds: Sequence[SectionKind], n: int, draw: random.Random) -> list[Item]:
    retriever = HybridRetriever(kb)
    items: list[Item] = []
    while len(items) < n:
        name = draw.choice(_STARTS) + draw.choice(_MIDDLES) + draw.choice(_ENDS)
        if retriever.resolve(name).mentions:
            continue
        question = draw.choice(draw.choice(kinds).wordings)[1].replace(_DRUG, name)
        gold = {"kind": "abstention", "section_codes": []}
        items.append(Item(id=f"invented {len(items)}", question=question, gold=gold, topic="invented", cluster=name))
    return items
