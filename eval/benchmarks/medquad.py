"""MedQuAD: is the answer to a question found among the answers of the collection?

Ben Abacha and Demner-Fushman, BMC Bioinformatics 20, 2019; a collection without a measure of its own. Known-item
search: the question as published, the answer it came with, over a pool of answers drawn with a seed (the whole is too
large for a quick run). The question does not stand in the pool. The weights of our ranker were fitted on reworded
questions of this collection, so the figures for ours are not held back.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from eval.benchmark import RANKING, Benchmark, Item, Origin, Output, System
from eval.benchmarks.published import each, json_rows
from eval.benchmarks.ranked import judge_ranking, rank_ids
from knowledge_base.text_ranker import FreeText

_FILE: Final = Path("medquad", "medquad.jsonl.gz")
_SEED: Final = 20190701
_N_POOL: Final = 1000
_N_QUESTIONS: Final = 200


class MedQuad(Benchmark):
    """Questions over a pool of answers; the document is the cluster."""

    name = "medquad"
    title = "MedQuAD, known answers"
    origin = Origin(
        address="https://github.com/abachaa/MedQuAD",
        licence="CC BY 4.0",
        paper="Ben Abacha and Demner-Fushman, A question-entailment approach, BMC Bioinformatics 20, 2019",
        files={str(_FILE): "18be078a8d106c67e132ca657aa9790d22228e2199077c692f0a69b61764f7c5"},
    )
    layers = ("retrieval",)
    systems = RANKING
    main = "MRR"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions of the draw.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        return [
            Item(
                id=row["id"],
                question=row["question"],
                gold={row["id"]: 1},
                topic=row["qtype"],
                cluster=row["doc"],
            )
            for row in drawn(folder)[:_N_QUESTIONS][:limit]
        ]

    async def ask(self, item: Item, system: System) -> Output:
        """The answers of the pool in ranked order."""
        texts = {row["id"]: FreeText("", row["answer"]) for row in drawn(system.data)}
        return await rank_ids(item, system, item.question, texts)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """MRR, and whether the answer is the first or among the first ten."""
        scores = judge_ranking(output.answer, item.gold)
        return {"MRR": scores["MRR"], "recall@10": scores["recall@10"], "first": float(output.answer[0] in item.gold)}


@lru_cache(maxsize=1)
def drawn(folder: Path) -> list[Mapping[str, str]]:
    """The answers of the pool in the order of the draw, each text once.

    Raises:
        MissingDataError: the file is not there.
        VademecumError: it is not as published.
    """
    path = folder / _FILE
    rows = each(path, json_rows(path), _row)
    by_text = {row["answer"]: row for row in rows if row["answer"]}
    order = [by_text[text] for text in sorted(by_text)]
    random.Random(_SEED).shuffle(order)  # noqa: S311 - a draw, no secret
    return order[:_N_POOL]


def _row(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        "id": f"{row['doc']}#{row['id']}",
        **{key: str(row[key]).strip() for key in ("question", "answer", "qtype", "doc")},
    }
