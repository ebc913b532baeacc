"""HealthVer: does a scientific sentence support, refute or say nothing of a claim? A benchmark of the verifier.

Sarrouti, Ben Abacha, Mrabet and Demner-Fushman, Findings of EMNLP 2021; the test file. Macro-F1 and accuracy over
Supports, Refutes and Neutral. Labels are people's: this is where the rule judge's agreement with them is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from anyio.to_thread import run_sync

from eval.benchmark import Benchmark, Item, Origin, Output, Published, System, means
from eval.benchmarks.entailment import RuleJudge
from eval.benchmarks.published import csv_rows, each
from eval.classification import kappa, macro_f1, precision_recall
from eval.judges import ENTAILMENTS
from eval.measures import Measure

_FILE: Final = Path("healthver", "healthver_test.csv.gz")
_LABELS: Final = {"Supports": "supports", "Refutes": "refutes", "Neutral": "neutral"}


class HealthVer(Benchmark):
    """Pairs of evidence and claim; those on one question are a cluster."""

    name = "healthver"
    title = "HealthVer"
    origin = Origin(
        address="https://github.com/sarrouti/HealthVer",
        licence="none in the repository",
        paper="Sarrouti et al., Evidence-based Fact-Checking of Health-related Claims, Findings of EMNLP 2021",
        files={str(_FILE): "5b69f7d2e709c06ef370eb29d5a326f452403f01c7048f0f6bfd174f2200f5fb"},
    )
    layers = ("grounding",)
    systems = ("vademecum",)
    main = "accuracy"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The pairs in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        path = folder / _FILE
        return each(path, csv_rows(path)[:limit], _item)

    async def ask(self, item: Item, system: System) -> Output:
        """The verdict of the rule judge."""
        judge = RuleJudge(system.knowledge_base.embedder)
        verdict = await run_sync(judge.judge, item.context, item.question)
        return Output(item=item.id, system=system.name, answer=verdict)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Whether the verdict is the annotators'."""
        return {"accuracy": float(output.answer == item.gold)}

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """Accuracy, macro-F1, agreement, and precision and recall of each label."""
        return (*means(self, items, outputs), *verdict_measures(self.name, items, outputs))

    def published(self, folder: Path) -> Sequence[Published]:
        """The best two models of its README, trained on its training file; full test set."""
        source = "README of sarrouti/HealthVer"
        return tuple(
            Published(system=system, measure=measure, value=value, source=source)
            for system, accuracy, f1 in (("T5", 0.8069, 0.7960), ("SciBERT", 0.7811, 0.7721))
            for measure, value in (("accuracy", accuracy), ("macro-F1", f1))
        )


def verdict_measures(task: str, items: Sequence[Item], outputs: Sequence[Output]) -> list[Measure]:
    """Macro-F1, Cohen's kappa with the annotators, precision and recall of each verdict."""
    pairs = [
        (str(output.answer), str(item.gold))
        for item, output in zip(items, outputs, strict=True)
        if output.error is None
    ]
    given, known = [one for one, _ in pairs], [other for _, other in pairs]
    system = outputs[0].system if outputs else ""
    found = {"macro-F1": macro_f1(given, known, ENTAILMENTS), "kappa with the annotators": kappa(given, known)}
    for verdict in ENTAILMENTS:
        if (scores := precision_recall(given, known, verdict)) is not None and verdict in known:
            found[f"precision, {verdict}"], found[f"recall, {verdict}"] = scores.precision, scores.recall
    return [Measure(task=task, system=system, name=name, n=len(pairs), value=value) for name, value in found.items()]


def _item(row: Mapping[str, str]) -> Item:
    return Item(
        id=row["id"],
        question=row["claim"],
        gold=_LABELS[row["label"]],
        topic=row["label"],
        cluster=row["topic_ip"],
        context=(row["evidence"],),
    )
