"""What sets of labelled claims share: the rule judge is asked for a verdict, which is held against that of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anyio.to_thread import run_sync

from eval.benchmark import Benchmark, Item, Output, System, means
from eval.benchmarks.entailment import RuleJudge
from eval.classification import kappa, macro_f1, precision_recall
from eval.judges import ENTAILMENTS, Entailment
from eval.measures import Measure


class LabelledClaims(Benchmark):
    """Items are a claim, its evidence as context and the verdict of people as gold; a subclass loads them."""

    layers = ("grounding",)
    systems = ("vademecum",)
    main = "accuracy"

    async def ask(self, item: Item, system: System) -> Output:
        """The verdict of the rule judge, in the labels of the set."""
        judge = RuleJudge(system.knowledge_base.embedder)
        verdict = await run_sync(judge.judge, item.context, item.question)
        return Output(item=item.id, system=system.name, answer=self.label(verdict))

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Whether the verdict is that of the people who labelled the set."""
        return {"accuracy": float(output.answer == item.gold)}

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """Accuracy, and the figures of agreement."""
        pairs = [
            (str(output.answer), str(item.gold))
            for item, output in zip(items, outputs, strict=True)
            if output.error is None
        ]
        figures = self.agreement([one for one, _ in pairs], [other for _, other in pairs])
        system = outputs[0].system if outputs else ""
        return (
            *means(self, items, outputs),
            *(
                Measure(task=self.name, system=system, name=name, n=len(pairs), value=value)
                for name, value in figures.items()
            ),
        )

    def label(self, verdict: Entailment) -> str:
        """What the set calls a verdict of the judge."""
        return verdict

    def agreement(self, given: Sequence[str], known: Sequence[str]) -> Mapping[str, float | None]:
        """Macro-F1, Cohen's kappa with the annotators, precision and recall of each verdict."""
        found = {"macro-F1": macro_f1(given, known, ENTAILMENTS), "kappa with the annotators": kappa(given, known)}
        for verdict in ENTAILMENTS:
            if (scores := precision_recall(given, known, verdict)) is not None and verdict in known:
                found[f"precision, {verdict}"], found[f"recall, {verdict}"] = scores.precision, scores.recall
        return found
