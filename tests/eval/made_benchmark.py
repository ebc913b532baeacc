"""A benchmark and a system made for tests of the frame; as a script, a run that can be killed.

    python tests/eval/made_benchmark.py RUN_FOLDER LOG_FILE SECONDS_EACH

Every question that is asked is a line of LOG_FILE.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio

from eval.benchmark import Benchmark, Item, Layer, Origin, Output, Published, System, SystemName
from eval.running import Question, ask_all, load_all, take_known
from eval.runs import Run
from knowledge_base.errors import VademecumError

N_ITEMS = 40


class MadeSystem:
    """Answers with the number of letters; takes its time."""

    name: SystemName = "vademecum"
    model = None

    def __init__(self, log: Path | None = None, seconds: float = 0.0) -> None:
        self.log, self.seconds = log, seconds
        self.at_once = self.most_at_once = 0

    async def answer(self, item: Item) -> dict[str, Any]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"{item.id}\n")
        await anyio.sleep(self.seconds)
        self.at_once -= 1
        if item.question == "broken":
            raise VademecumError("the made system broke")
        return {"text": str(len(item.question))}


class MadeBenchmark(Benchmark):
    """Right where the number of letters is even; confidence and topic by the number of the item."""

    name: str = "made"
    title: str = "Made <b>for tests</b>"
    origin: Origin = Origin(address="none", licence="none", paper="none")
    layers: tuple[Layer, ...] = ("answers",)
    systems: tuple[SystemName, ...] = ("vademecum", "BM25")
    main: str = "even"

    def __init__(self, questions: Sequence[str] | None = None) -> None:
        self._questions = questions or ["x" * (1 + number % 3) for number in range(N_ITEMS)]

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        return [
            Item(id=f"q{number}", question=text, topic=f"topic {number % 2}", cluster=f"drug {number % 10}")
            for number, text in enumerate(self._questions)
        ][:limit]

    async def ask(self, item: Item, system: System) -> Output:
        answer = await system.answer(item)
        return Output(
            item=item.id,
            system=system.name,
            answer=answer,
            confidence=0.9 if int(item.id[1:]) % 2 else 0.4,
            evidence=(f"<script>alert('{item.id}')</script>",),
        )

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        long = len(item.question) > 2
        return {"even": float(int(output.answer["text"]) % 2 == 0), "long": 1.0 if long else None}

    def published(self, folder: Path) -> Sequence[Published]:
        return [Published(system="Theirs", measure="even", value=0.5, source="their paper")]


def questions_for(items: Sequence[Item], system: MadeSystem, benchmark: Benchmark) -> list[Question]:
    return [Question(benchmark=benchmark, item=item, system=system, key=f"key {item.id}") for item in items]


def main(folder: Path, log: Path, seconds: float) -> None:
    benchmark = MadeBenchmark()
    (loaded,) = load_all([benchmark], folder, None)
    with Run.open(folder, {"benchmarks": {}, "index": "1"}, {"seed": 0}) as run:
        asked = questions_for(loaded.items, MadeSystem(log, seconds), benchmark)
        pending = take_known(asked, run, None)
        anyio.run(lambda: ask_all(pending, run, None, parallel=2, on_progress=lambda *_: None))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
