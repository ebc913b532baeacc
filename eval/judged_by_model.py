"""A benchmark of statements that an answer should entail, with the model judge in place of the rules.

The inner benchmark gives items whose gold holds lists of statements by kind, and judges outputs that hold the verdict
on each, in the same order. Runs only with a judge whose agreement with people is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.benchmark import Benchmark, Item, Output, Published, System
from eval.measures import Measure


class JudgedByModel(Benchmark):
    """The inner benchmark, judged by a model."""

    def __init__(self, inner: Benchmark) -> None:
        self._inner = inner
        self.name = f"{inner.name}-by-model"
        self.title = f"{inner.title.removesuffix(' (judged by rules)')} (judged by a model)"
        self.origin = inner.origin
        self.layers = inner.layers
        self.systems = inner.systems
        self.main = inner.main

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The items of the inner benchmark."""
        return self._inner.load(folder, limit)

    async def ask(self, item: Item, system: System) -> Output:
        """The system's answer, and the model's verdict on each statement; one that cannot be read stays None."""
        answer = await system.answer(item)
        said = [text_of(answer)] if answer["kind"] == "answer" else []
        verdicts = {
            kind: [await system.entails(said, one) if said else "neutral" for one in statements]
            for kind, statements in item.gold.items()
        }
        return Output(
            item=item.id,
            system=system.name,
            answer=verdicts,
            abstained=not said,
            evidence=tuple(said),
        )

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """The scores of the inner benchmark over the verdicts that could be read."""
        read = {kind: [one for one in some if one is not None] for kind, some in output.answer.items()}
        return self._inner.judge(item, replace(output, answer=read))

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """The means of these scores, and how many verdicts could not be read."""
        unread = sum(one is None for output in outputs if not output.error for one in _verdicts(output.answer))
        note = f"{unread} verdicts could not be read" if unread else ""
        found = super().measure(items, outputs)
        return [one.with_note(note) if note and one.name == self.main else one for one in found]

    def needs_judge(self) -> bool:
        """It does."""
        return True

    def lower_is_better(self) -> frozenset[str]:
        """As of the inner benchmark."""
        return self._inner.lower_is_better()

    def published(self, folder: Path) -> Sequence[Published]:
        """As of the inner benchmark."""
        return self._inner.published(folder)


def text_of(answer: Mapping[str, Any]) -> str:
    """What an answer says without its marks: its claims, or its text where it makes none."""
    return " ".join(claim["text"] for claim in answer["claims"]) or str(answer["text"])


def _verdicts(answer: Mapping[str, Sequence[str | None]]) -> list[str | None]:
    return [one for some in answer.values() for one in some]
