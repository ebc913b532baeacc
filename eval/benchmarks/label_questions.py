"""FDARxBench: factual and multi-hop questions on labels, and questions to decline.

arXiv 2603.19539; the toy file. Its official score is a model's verdict (correct, incorrect, not attempted). Without a
judge: refusals (declined when the label holds no answer, and only then) and overlap with the gold answer. Our answers
come from a copy of the knowledge base with the label pieces added, as in `eval/fdarxbench.py`, where search is judged;
other systems answer from the pieces or from what they find.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from anyio.to_thread import run_sync

from chatbot.contract import to_json
from chatbot.models.types import Message
from chatbot.opened import OpenedAnswerer
from eval.benchmark import Benchmark, Item, Origin, Output, System
from eval.benchmarks.answers import claimed, texts_of
from eval.benchmarks.choices import shown
from eval.benchmarks.live_questions import overlap
from eval.benchmarks.published import each, json_rows
from eval.enlarged_kb import enlarged_kb
from eval.fdarxbench import FILE, labels, load_questions

_REFUSAL: Final = "refusal"


class LabelQuestions(Benchmark):
    """Questions on labels; the label is the cluster, the task the topic."""

    name = "fdarxbench"
    title = "FDARxBench toy, answers"
    origin = Origin(
        address="https://github.com/xiongbetty/FDARxBench",
        licence="Apache-2.0",
        paper="FDARxBench, arXiv 2603.19539",
        files={str(FILE): "4387e9d91d47634f1f96f22250f855906909dc00aa0b48125637c5cab1a5f944"},
    )
    layers = ("answers",)
    systems = ("vademecum", "extractive", "closed book", "oracle passages")
    main = "refusal correct"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opened: tuple[System, OpenedAnswerer] | None = None

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        path = folder / FILE
        return each(path, json_rows(path)[:limit], _item)

    async def ask(self, item: Item, system: System) -> Output:
        """The answer as texts, and whether the question was declined."""
        if system.name in {"vademecum", "extractive"}:
            answerer = await run_sync(self._answerer, system)
            answer = to_json(await answerer.answer(item.question))
            texts = claimed(answer)
        else:
            texts = await texts_of(item, system)
        return Output(
            item=item.id,
            system=system.name,
            answer="\n".join(texts),
            abstained=not texts,
            evidence=shown(system, texts),
        )

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Refusals, and overlap of answers given to questions that have one."""
        answerable = item.topic != _REFUSAL
        scores: dict[str, float | None] = {}
        # Who is given the pieces, or none, is told whether there is an answer.
        if output.system != "oracle passages":
            scores |= {
                "refusal correct": float(output.abstained is not answerable),
                "over-refusal": float(output.abstained) if answerable else None,
                "declined what has no answer": None if answerable else float(output.abstained),
            }
        if answerable:
            found = overlap(str(output.answer), [item.gold], answered=not output.abstained)
            scores |= {name: found[name] for name in ("ROUGE-L", "token F1")}
            scores[f"token F1, {item.topic}"] = found["token F1"]
        return scores

    def lower_is_better(self) -> frozenset[str]:
        """Questions with an answer that were declined."""
        return frozenset({"over-refusal"})

    def _answerer(self, system: System) -> OpenedAnswerer:
        # Questions come side by side, and the copy is made only once.
        with self._lock:
            if self._opened is None or self._opened[0] is not system:
                self._opened = (system, _open(system))
            return self._opened[1]


class _ModelOf:
    """The model of a system as the program takes one."""

    def __init__(self, system: System) -> None:
        self._system = system

    @property
    def name(self) -> str:
        """The model's name."""
        return self._system.model or ""

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        """The reply in one piece."""
        yield await self._system.write(messages, max_tokens=max_tokens)


def _open(system: System) -> OpenedAnswerer:
    kb = system.knowledge_base
    with_labels = enlarged_kb(kb, labels(load_questions(system.data), kb.store.drug_names()), system.cache)
    return OpenedAnswerer(with_labels, _ModelOf(system) if system.model is not None else None, country="US")


def _item(row: Mapping[str, Any]) -> Item:
    return Item(
        id=str(row["qid"]),
        question=str(row["question"]),
        gold=str(row["answer"]),
        topic=str(row["task"]),
        cluster=str(row["set_id"]),
        context=tuple(str(piece["text"]) for piece in row["context"]),
    )
