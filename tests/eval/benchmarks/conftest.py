"""Systems made by hand: one whose model writes what a test says, in place of every part that costs time."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest

from chatbot.models.types import ChatModel, Message
from eval.benchmark import Benchmark, Item, Measure, Output, SystemName
from knowledge_base.text_ranker import FreeText


class ScriptedModel:
    """A chat model that looks up its reply by the question, for a benchmark whose right answers are known."""

    name = "scripted"

    def __init__(self, reply: Callable[[str], str]) -> None:
        self._reply = reply
        self.seen: list[str] = []

    async def stream(self, messages: Sequence[Message], *, max_tokens: int):
        self.seen.append(messages[-1].content)
        yield self._reply(messages[-1].content)


class MadeSystem:
    """Answers what it is given: an answer as JSON, evidence, a model, a ranking function."""

    def __init__(
        self,
        name: SystemName = "vademecum",
        *,
        answer: dict[str, Any] | None = None,
        evidence: Sequence[str] = (),
        model: ChatModel | None = None,
        rank: Callable[[str, Sequence[FreeText]], list[int]] | None = None,
        knowledge_base: Any = None,
        data: Path = Path(),
    ) -> None:
        self.name = name
        self.model = model.name if model is not None else None
        self.knowledge_base = knowledge_base
        self.data = self.cache = data
        self.searched: list[str] = []
        self._answer, self._evidence, self._model, self._rank = answer, evidence, model, rank

    async def answer(self, item: Item) -> dict[str, Any]:
        self.searched.append(item.question)
        return self._answer or {
            "kind": "abstention",
            "text": "Nothing was found.",
            "claims": [],
            "citations": [],
            "boxed_warnings": [],
            "notices": [],
        }

    async def evidence(self, item: Item, k: int) -> list[str]:
        self.searched.append(item.question)
        return [*self._evidence][:k]

    async def rank_texts(self, question: str, texts: Sequence[FreeText]) -> list[int]:
        self.searched.append(question)
        return self._rank(question, texts) if self._rank else list(range(len(texts)))

    async def write(self, messages: Sequence[Message], *, max_tokens: int) -> str:
        return "".join([piece async for piece in self._model.stream(messages, max_tokens=max_tokens)])


def answered(*quotes: str) -> dict[str, Any]:
    """An answer of these quotes, as `ask --json` prints it; the fields that benchmarks read."""
    return {
        "kind": "answer",
        "text": "\n".join(quotes),
        "claims": [{"text": quote, "citations": [n]} for n, quote in enumerate(quotes, start=1)],
        "citations": [{"n": n, "quote": quote} for n, quote in enumerate(quotes, start=1)],
        "boxed_warnings": [],
        "notices": [],
    }


class WithEmbedder:
    """A knowledge base of which only the embedder is asked for."""

    def __init__(self, embedder: Any) -> None:
        self.embedder = embedder


Asked = tuple[Sequence[Item], list[Output], dict[str, Measure]]
Ask = Callable[[Benchmark, Path, Any], Asked]


@pytest.fixture
def made_system() -> type[MadeSystem]:
    return MadeSystem


@pytest.fixture
def scripted_model() -> type[ScriptedModel]:
    return ScriptedModel


@pytest.fixture
def answer_of() -> Callable[..., dict[str, Any]]:
    return answered


@pytest.fixture
def with_embedder() -> type[WithEmbedder]:
    return WithEmbedder


@pytest.fixture
def ask_all() -> Ask:
    """Load a benchmark, ask a system every item, and give items, outputs and measures by name."""

    def run(benchmark: Benchmark, folder: Path, system: Any) -> Asked:
        items = benchmark.load(folder, None)

        async def ask() -> list[Output]:
            return [await benchmark.ask(item, system) for item in items]

        outputs = anyio.run(ask)
        # What a stored run gives back is what is judged.
        outputs = [Output.from_json(json.loads(json.dumps(output.to_json()))) for output in outputs]
        return items, outputs, {one.name: one for one in benchmark.measure(items, outputs)}

    return run


@pytest.fixture
def put() -> Callable[[Path, str], None]:
    """Write a text where a benchmark looks for it, packed if its name says so."""

    def write(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = text.encode("utf-8")
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)

    return write
