"""MIRAGE: five sets of multiple-choice questions, the score of each and their plain mean.

Xiong, Jin, Lu and Zhang, Findings of ACL 2024: MMLU-Med, MedQA-US, MedMCQA, PubMedQA* (without its abstracts) and
BioASQ-Y/N. Zero-shot; what is searched for is the question alone. Questions of PubMedQA* and BioASQ-Y/N are those of
`pubmedqa` and `bioasq`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from eval.benchmark import ANSWERING, Benchmark, Item, Origin, Output, Published, System, judge_safely
from eval.benchmarks.choices import choose, judge_choice
from eval.benchmarks.published import csv_rows, each, read_json
from eval.bootstrap import Interval, mean_interval
from eval.measures import Measure
from knowledge_base.errors import VademecumError

_FILE: Final = Path("mirage", "benchmark.json.gz")
_PUBLISHED: Final = Path("mirage", "published_llm_results.csv")
SETS: Final = {
    "mmlu": ("MMLU-Med", "mmlu_med"),
    "medqa": ("MedQA-US", "medqa_us"),
    "medmcqa": ("MedMCQA", "medmcqa"),
    "pubmedqa": ("PubMedQA*", "pubmedqa_star"),
    "bioasq": ("BioASQ-Y/N", "bioasq_yn"),
}
"""The key of each set in the file, its name in the paper, and its column in the published tables."""
_PERCENT: Final = 100


class Mirage(Benchmark):
    """The five sets as one benchmark; a topic each."""

    name = "mirage"
    title = "MIRAGE"
    origin = Origin(
        address="https://github.com/Teddy-XiongGZ/MIRAGE",
        licence="public domain (NCBI); MMLU, MedQA, MedMCQA and PubMedQA MIT, BioASQ CC BY 2.5",
        paper="Xiong, Jin, Lu and Zhang, Benchmarking RAG for Medicine, Findings of ACL 2024",
        files={str(_FILE): "b1d9c7fa587e5367ebf21eac1d21c5380f590dd0efa8ee623b9190719aee5cae"},
    )
    layers = ("answers",)
    systems = tuple(one for one in ANSWERING if one != "oracle passages")
    main = "accuracy"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions set by set; `limit` takes as many of each set in turn.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        path = folder / _FILE
        content = read_json(path)
        if not isinstance(content, dict) or not set(SETS) <= content.keys():
            raise VademecumError(f"{path} lacks a set of MIRAGE; it has: {', '.join(content)}")
        rows = {key: [*sorted(content[key].items())][: _part(limit, place)] for place, key in enumerate(SETS)}
        return [item for key, some in rows.items() for item in each(path, some, partial(_item, key))]

    async def ask(self, item: Item, system: System) -> Output:
        """One choice."""
        return await choose(item, system)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Whether the letter is right."""
        return judge_choice(item, output)

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """Each figure of each set, then the plain mean of the sets."""
        judged = [judge_safely(self, item, output) for item, output in zip(items, outputs, strict=True)]
        system = outputs[0].system if outputs else ""
        found = []
        for name in dict.fromkeys(name for scores in judged for name in scores):
            by_set = {
                title: mean_interval(
                    [
                        value
                        for item, scores in zip(items, judged, strict=True)
                        if item.topic == title and (value := scores.get(name)) is not None
                    ]
                )
                for title, _ in SETS.values()
            }
            rows = [
                *((f"{name}, {title}", one) for title, one in by_set.items()),
                (name, mean_of(list(by_set.values()))),
            ]
            found += [
                Measure.of_share(self.name, system, label, share, higher_is_better=name not in self.lower_is_better())
                for label, share in rows
                if share.n
            ]
        return found

    def lower_is_better(self) -> frozenset[str]:
        """Replies without a choice."""
        return frozenset({"no choice found"})

    def published(self, folder: Path) -> Sequence[Published]:
        """The leaderboard, on the full sets, where its table is at hand."""
        path = folder / _PUBLISHED
        if not path.is_file():
            return ()
        columns = {"average": "accuracy", **{column: f"accuracy, {title}" for title, column in SETS.values()}}
        return [one for some in each(path, csv_rows(path), lambda row: [*_scores(row, columns)]) for one in some]


def mean_of(parts: Sequence[Interval]) -> Interval:
    """The plain mean of independent means; its interval by recovered variances (Zou and Donner, Stat. Med. 27, 2008).

    Parts that were not judged make the mean unknown: a mean of fewer sets is another figure.
    """
    n = sum(part.n for part in parts)
    known = [
        (part.value, part.low, part.high)
        for part in parts
        if part.value is not None and part.low is not None and part.high is not None
    ]
    if not known or len(known) < len(parts):
        return Interval(n, None, None, None)
    value = sum(mean for mean, _, _ in known) / len(known)
    below = math.sqrt(sum((mean - low) ** 2 for mean, low, _ in known)) / len(known)
    above = math.sqrt(sum((high - mean) ** 2 for mean, _, high in known)) / len(known)
    return Interval(n, value, value - below, value + above)


def _part(limit: int | None, place: int) -> int | None:
    """How many of the set at a place come under a limit on all."""
    return None if limit is None else len(range(place, limit, len(SETS)))


def _item(key: str, entry: tuple[str, Mapping[str, Any]]) -> Item:
    question_id, row = entry
    options = {str(letter): str(text) for letter, text in row["options"].items()}
    if row["answer"] not in options:
        raise ValueError(f"{question_id}: answer {row['answer']!r} is none of the options")
    return Item(
        id=f"{key}/{question_id}",
        question=str(row["question"]),
        gold=str(row["answer"]),
        topic=SETS[key][0],
        options=options,
    )


def _scores(row: Mapping[str, str], columns: Mapping[str, str]) -> list[Published]:
    return [
        Published(
            system=f"{row['system']}, {row['llm']}, {row['corpus']}",
            measure=measure,
            value=float(row[column]) / _PERCENT,
            source="MIRAGE leaderboard, full sets",
        )
        for column, measure in columns.items()
        if row[column] not in {"", "--"}
    ]
