"""Rankings as a benchmark keeps and judges them: ids in ranked order against graded judgements of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from eval.benchmark import Item, Output, System
from eval.rankings import ndcg, reciprocal_rank
from knowledge_base.text_ranker import FreeText

DEPTH: Final = 10
KEPT: Final = 100
"""Ids that are kept of a ranking: what lies deeper is no result."""


async def rank_ids(item: Item, system: System, question: str, texts: Mapping[str, FreeText]) -> Output:
    """The ids of the texts in ranked order, the first hundred."""
    ids = list(texts)
    places = await system.rank_texts(question, list(texts.values()))
    return Output(item=item.id, system=system.name, answer=[ids[place] for place in places[:KEPT]])


def judge_ranking(
    ranking: Sequence[str], grades: Mapping[str, int], *, good: int = 1, depth: int = DEPTH
) -> dict[str, float | None]:
    """nDCG, reciprocal rank, average precision, precision and recall; `good` is the least grade that is relevant."""
    relevant = frozenset(one for one, grade in grades.items() if grade >= good)
    found = [one in relevant for one in ranking[:depth]]
    return {
        f"nDCG@{depth}": ndcg(ranking, grades, depth),
        "MRR": reciprocal_rank(ranking, grades, good),
        "MAP@100": average_precision(ranking[:KEPT], relevant),
        f"P@{depth}": sum(found) / depth if relevant else None,
        f"recall@{depth}": sum(found) / len(relevant) if relevant else None,
    }


def average_precision(ranking: Sequence[str], relevant: frozenset[str], at_most: int | None = None) -> float | None:
    """The mean over relevant ids of precision at their ranks; 0 for one that is not ranked.

    Args:
        ranking: ids, best first.
        relevant: the ids to find; without any it cannot be judged.
        at_most: the divisor is no more than this, as BioASQ has it since its eighth edition (10).
    """
    if not relevant:
        return None
    n_found, total = 0, 0.0
    for rank, one in enumerate(ranking, start=1):
        if one in relevant:
            n_found += 1
            total += n_found / rank
    return total / (len(relevant) if at_most is None else min(len(relevant), at_most))
