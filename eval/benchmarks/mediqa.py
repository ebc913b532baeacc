"""MEDIQA 2019, task 3: ranking the answers that a system found for a consumer's question.

Ben Abacha, Shivade and Demner-Fushman, BioNLP 2019. Answers graded 3 or 4 are right. Mean reciprocal rank of the first
right one, Spearman's correlation with the reference ranking, precision of the first; the task's accuracy asks for a
class of each answer, which a ranking does not give. The weights of our ranker were fitted on the test set among others:
its figures for ours are not held back, those of the validation set are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eval.benchmark import RANKING, Benchmark, Item, Origin, Output, System
from eval.benchmarks.published import read_xml, squeezed
from eval.benchmarks.ranked import judge_ranking, rank_ids
from eval.training_topics import titled
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    from lxml import etree

_FOLDER: Final = Path("mediqa2019_qa")
_FILES: Final = {
    "validation": "MEDIQA2019-Task3-QA-ValidationSet.xml.gz",
    "test": "MEDIQA2019-Task3-QA-TestSet-wLabels.xml.gz",
}
_RIGHT: Final = 2
"""Grade 3 of 4, counted from 0."""


class Mediqa(Benchmark):
    """The questions of the validation and the test set."""

    name = "mediqa2019"
    title = "MEDIQA 2019, question answering"
    origin = Origin(
        address="https://github.com/abachaa/MEDIQA2019",
        licence="none stated",
        paper="Ben Abacha, Shivade and Demner-Fushman, Overview of the MEDIQA 2019 Shared Task, BioNLP 2019",
        files={
            str(_FOLDER / _FILES["validation"]): "635e9993e321eec3e9ef1e6bdf7be944c83dbb76043f6e586577f519143605a7",
            str(_FOLDER / _FILES["test"]): "5bc924b4e13769cd71d9b61d1afc07b79da0e85d5d2c0711336656b698f5141f",
        },
    )
    layers = ("retrieval",)
    systems = RANKING
    main = "MRR"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions with at least one right answer, the validation set first.

        Raises:
            MissingDataError: a file is not there.
            VademecumError: a file is not as published.
        """
        items = [
            item
            for part, name in _FILES.items()
            for question in read_xml(folder / _FOLDER / name).iter("Question")
            if (item := _item(part, question)) is not None
        ]
        return items[:limit]

    async def ask(self, item: Item, system: System) -> Output:
        """The answers in ranked order."""
        texts = {answer: titled(text) for answer, text in zip(item.gold, item.context, strict=True)}
        return await rank_ids(item, system, item.question, texts)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """MRR, Spearman's correlation and precision of the first; each set apart as well."""
        grades = {answer: one["grade"] for answer, one in item.gold.items()}
        scores = judge_ranking(output.answer, grades, good=_RIGHT)
        found = {
            "MRR": scores["MRR"],
            "P@1": float(grades[output.answer[0]] >= _RIGHT),
            "Spearman": spearman([item.gold[answer]["rank"] for answer in output.answer]),
        }
        return {**found, **{f"{name}, {item.topic} set": value for name, value in found.items()}}


def spearman(ranks: Sequence[int]) -> float | None:
    """Spearman's correlation of reference ranks, taken in the order of a ranking, with that ranking; in [-1, 1].

    Without ties: 1 - 6 * sum of squared differences / (n * (n ** 2 - 1)), the reference ranks made 1 to n first.
    """
    n = len(ranks)
    if n < len(("one", "another")):
        return None
    order = {rank: place for place, rank in enumerate(sorted(ranks))}
    squares = sum((order[rank] - place) ** 2 for place, rank in enumerate(ranks))
    return 1 - 6 * squares / (n * (n**2 - 1))


def _item(part: str, question: etree._Element) -> Item | None:
    try:
        gold = {
            answer.get("AID") or "": {
                "grade": int(answer.get("ReferenceScore") or "") - 1,
                "rank": int(answer.get("ReferenceRank") or ""),
            }
            for answer in question.iter("Answer")
        }
    except ValueError as error:
        raise VademecumError(f"MEDIQA {part} set: a question is not as published ({error}); get it again") from error
    if all(one["grade"] < _RIGHT for one in gold.values()):
        return None
    return Item(
        id=f"{part}/{question.get('QID') or ''}",
        question=squeezed(question.findtext("QuestionText")),
        gold=gold,
        topic=part,
        context=tuple((answer.findtext("AnswerText") or "").strip() for answer in question.iter("Answer")),
    )
