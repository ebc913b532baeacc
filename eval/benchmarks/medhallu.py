"""MedHallu: which of two answers to a PubMedQA question is invented, given the abstract? A benchmark of the verifier.

Pandit et al., 2025 (pqa_labeled). Each row gives two items, its true and its invented answer; the measure is precision,
recall and F1 of calling the invented one invented, by difficulty. An answer is called true if the abstract supports
most of its sentences. The abstracts stay out of every knowledge base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from anyio.to_thread import run_sync

from eval.benchmark import Benchmark, Item, Origin, Output, Published, System, means
from eval.benchmarks.entailment import RuleJudge
from eval.benchmarks.published import each, json_rows
from eval.benchmarks.stance import sentences_of
from eval.classification import precision_recall
from eval.measures import Measure

_FILE: Final = Path("medhallu", "pqa_labeled.jsonl.gz")
INVENTED: Final = "invented"
TRUE: Final = "true"
_HALF: Final = 0.5


class MedHallu(Benchmark):
    """Answers to be called true or invented; both of one question are a cluster."""

    name = "medhallu"
    title = "MedHallu (pqa_labeled)"
    origin = Origin(
        address="https://github.com/askerlee/MedHallu",
        licence="MIT",
        paper="Pandit et al., MedHallu, 2025",
        files={str(_FILE): "a0c879a35fc7a28c19dd3ca609f288d2adc908b5439b56af4921041d777b42b1"},
    )
    layers = ("grounding",)
    systems = ("vademecum",)
    main = "accuracy"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """Two answers a question, in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        path = folder / _FILE
        pairs = each(path, [*enumerate(json_rows(path))], lambda row: _items(*row))
        return [item for pair in pairs for item in pair][:limit]

    async def ask(self, item: Item, system: System) -> Output:
        """True or invented; the confidence that it is invented is the share of sentences without support."""
        judge = RuleJudge(system.knowledge_base.embedder)
        share = await run_sync(_unsupported, judge, item.context, str(item.options["answer"]))
        verdict = INVENTED if share >= _HALF else TRUE
        return Output(item=item.id, system=system.name, answer=verdict, confidence=max(share, 1 - share))

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Whether the verdict is right."""
        return {"accuracy": float(output.answer == item.gold)}

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """Accuracy, and precision, recall and F1 of the invented ones, together and by difficulty."""
        system = outputs[0].system if outputs else ""
        judged = [
            (item.topic, str(output.answer), str(item.gold))
            for item, output in zip(items, outputs, strict=True)
            if output.error is None
        ]
        found = [*means(self, items, outputs)]
        for level in ("", *dict.fromkeys(sorted(topic for topic, _, _ in judged))):
            some = [(given, known) for topic, given, known in judged if level in {"", topic}]
            scores = precision_recall([one for one, _ in some], [other for _, other in some], INVENTED)
            if scores is not None:
                found += [
                    Measure(
                        task=self.name,
                        system=system,
                        name=f"{name} of invented answers{level and f', {level}'}",
                        n=len(some),
                        value=value,
                    )
                    for name, value in zip(("precision", "recall", "F1"), scores, strict=True)
                ]
        return found

    def published(self, folder: Path) -> Sequence[Published]:
        """The best figure that its README names."""
        return (
            Published(
                system="the best model tested",
                measure="F1 of invented answers, hard",
                value=0.625,
                source="README of MedHallu",
            ),
        )


def _unsupported(judge: RuleJudge, context: Sequence[str], answer: str) -> float:
    sentences = sentences_of([answer]) or [answer]
    return sum(judge.judge(context, sentence) != "supports" for sentence in sentences) / len(sentences)


def _items(number: int, row: Mapping[str, Any]) -> tuple[Item, Item]:
    true, invented = (
        Item(
            id=f"{number}/{gold}",
            question=str(row["Question"]),
            gold=gold,
            topic=str(row["Difficulty Level"]),
            cluster=str(number),
            options={"answer": str(row[column])},
            context=tuple(str(text) for text in row["Knowledge"]),
        )
        for gold, column in ((TRUE, "Ground Truth"), (INVENTED, "Hallucinated Answer"))
    )
    return true, invented
