"""The systems under test: the program as it is set up, and the baselines that stand beside it in every table.

- `vademecum`: the program with the settings in use; `extractive`: the same without its language model.
- `closed book`: the language model alone, shown no passage.
- `BM25`, `MiniLM`, `RRF`: plain search (see `baselines.py`); the first passages answer, or the model writes from them.
- `oracle passages`: as these, from the passages that come with the item.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from anyio.to_thread import run_sync

from chatbot.contract import passage_to_json, to_json
from chatbot.models.types import ChatModel, ChatModelError, Message
from chatbot.opened import OpenedAnswerer
from chatbot.privacy.identifiers import FindsIdentifiers
from chatbot.privacy.placeholders import Placeholders
from eval.agreement import JudgeError
from eval.baselines import PassageBaselines, TextBaselines
from eval.benchmark import Item, System, SystemName
from eval.judges import Entailment, Judge
from eval.prompts import closed_book, open_book
from eval.remembering import RememberingEmbedder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.text_ranker import FreeText, rank_texts
from knowledge_base.types import Passage, Query, ScoredPassage

if TYPE_CHECKING:
    from knowledge_base.reranker import Reranker

N_PASSAGES: Final = 5
"""Passages a baseline answers from."""
_ANSWER_TOKENS: Final = 400
_N_POOLS: Final = 8
_MODEL_FAILED: Final = frozenset({"model-unreachable", "masking-failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What all systems share."""

    knowledge_base: KnowledgeBase
    data: Path
    cache: Path
    finder: FindsIdentifiers
    chat_model: ChatModel | None = None
    judge: Judge | None = None
    country: str = "US"
    reranker: Reranker | None = None
    helplines: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedWork:
    """What several systems would do again: vectors of texts, indexes of pools."""

    embedder: RememberingEmbedder
    passages: PassageBaselines
    pools: dict[tuple[FreeText, ...], TextBaselines] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pool(self, texts: Sequence[FreeText]) -> TextBaselines:
        """The baselines over these texts, made once."""
        key = tuple(texts)
        with self.lock:
            if key not in self.pools:
                if len(self.pools) >= _N_POOLS:
                    self.pools.pop(next(iter(self.pools)))
                self.pools[key] = TextBaselines(texts, self.embedder)
            return self.pools[key]


class _System:
    """What all systems have: the parts, and a model that is shown no identifier."""

    def __init__(self, name: SystemName, parts: Parts, shared: SharedWork) -> None:
        self.name = name
        self._parts = parts
        self._shared = shared

    @property
    def model(self) -> str | None:
        """The name of the language model; None quotes or ranks."""
        return self._parts.chat_model.name if self._parts.chat_model is not None else None

    @property
    def knowledge_base(self) -> KnowledgeBase:
        """What it knows."""
        return self._parts.knowledge_base

    @property
    def data(self) -> Path:
        """The folder of benchmarks."""
        return self._parts.data

    @property
    def cache(self) -> Path:
        """A folder to keep things in from run to run."""
        return self._parts.cache

    async def write(self, messages: Sequence[Message], *, max_tokens: int) -> str:
        """What the language model writes, identifiers masked on the way there and put back.

        Raises:
            ChatModelError: there is no model, or it cannot be reached.
            MaskingError: identifiers could not be looked for.
        """
        if self._parts.chat_model is None:
            raise ChatModelError(f"{self.name} needs a language model; set VADEMECUM_LLM_BASE_URL")
        placeholders = Placeholders(self._parts.finder)
        masked = [replace(one, content=placeholders.mask(one.content).text) for one in messages]
        pieces = [piece async for piece in self._parts.chat_model.stream(masked, max_tokens=max_tokens)]
        return placeholders.restore("".join(pieces))

    async def entails(self, evidence: Sequence[str], claim: str) -> Entailment | None:
        """The judge's verdict; None where it could not be read.

        Raises:
            JudgeError: there is no judge.
            ChatModelError: it cannot be reached.
        """
        if self._parts.judge is None:
            raise JudgeError("there is no model judge; set VADEMECUM_JUDGE_BASE_URL")
        return await self._parts.judge.judge(evidence, claim)

    async def rank(self, question: str, k: int) -> list[Passage]:
        """No passage: it does not search."""
        return []

    async def rank_texts(self, question: str, texts: Sequence[FreeText]) -> list[int]:
        """The texts as they come: it does not search."""
        return list(range(len(texts)))

    async def evidence(self, item: Item, k: int) -> list[str]:
        """The texts of the first passages found by the question alone."""
        return [passage.text for passage in await self.rank(item.question, k)]

    async def answer(self, item: Item) -> dict[str, Any]:
        """What the model writes from the evidence; without a model, the first text of it."""
        texts = await self.evidence(item, N_PASSAGES)
        return await self._answer_from(item, texts, [])

    async def _answer_from(self, item: Item, texts: Sequence[str], passages: Sequence[Passage]) -> dict[str, Any]:
        if self.model is None:
            text = texts[0] if texts else ""
        else:
            messages = open_book(item.question, texts) if texts else closed_book(item.question)
            text = await self.write(messages, max_tokens=_ANSWER_TOKENS)
        ranked = [ScoredPassage(passage=one, score=0.0, rank=rank) for rank, one in enumerate(passages, start=1)]
        return {
            "id": item.id,
            "question": item.question,
            "kind": "answer" if text else "abstention",
            "text": text,
            "claims": [],
            "citations": [],
            "passages": [passage_to_json(one) for one in ranked],
            "boxed_warnings": [],
            "notices": [],
            "absence": [],
            "drugs": [],
            "triage": {"level": "none", "category": None},
            "model": self.model or self.name,
            "index_version": self.knowledge_base.index_version,
            "timings_seconds": {},
        }


class Program(_System):
    """The program itself, with or without its model."""

    def __init__(self, name: SystemName, parts: Parts, shared: SharedWork) -> None:
        super().__init__(name, parts, shared)
        self._answerer = OpenedAnswerer(
            parts.knowledge_base,
            parts.chat_model,
            country=parts.country,
            finder=parts.finder,
            reranker=parts.reranker,
            helplines=parts.helplines,
        )

    async def answer(self, item: Item) -> dict[str, Any]:
        """The answer that `ask --json` prints.

        Raises:
            ChatModelError: the model failed: the quotes that the program then gives are not its answer.
        """
        found = to_json(await self._answerer.answer(item.question, history=item.history))
        if failed := [notice["text"] for notice in found["notices"] if notice["kind"] in _MODEL_FAILED]:
            raise ChatModelError(failed[0])
        return found

    async def rank(self, question: str, k: int) -> list[Passage]:
        """The first passages of the program's search."""
        found = await run_sync(self._answerer.retriever.search, Query(text=question, k=k))
        return [one.passage for one in found.passages]

    async def rank_texts(self, question: str, texts: Sequence[FreeText]) -> list[int]:
        """The texts in the order of the program's ranker."""
        return await run_sync(rank_texts, question, texts, self._shared.embedder)


class Baseline(_System):
    """Plain search: BM25, MiniLM or their fusion."""

    async def rank(self, question: str, k: int) -> list[Passage]:
        """The first passages."""
        return (await run_sync(self._shared.passages.rank, question, k))[self.name]

    async def rank_texts(self, question: str, texts: Sequence[FreeText]) -> list[int]:
        """The texts, best first."""
        return await run_sync(self._rank_texts, question, texts)

    async def answer(self, item: Item) -> dict[str, Any]:
        """What the model writes from the first passages; without a model, the first passage."""
        passages = await self.rank(item.question, N_PASSAGES)
        return await self._answer_from(item, [one.text for one in passages], passages)

    def _rank_texts(self, question: str, texts: Sequence[FreeText]) -> list[int]:
        return self._shared.pool(texts).rank(question, texts)[self.name]


class ClosedBook(_System):
    """The language model and nothing else."""


class Oracle(_System):
    """Whoever answers is given the right passages; what is left is the fault of the answer."""

    async def evidence(self, item: Item, k: int) -> list[str]:
        """The item's own passages, those nearest to the question first."""
        if len(item.context) <= 1:
            return list(item.context)[:k]
        texts = [FreeText("", text) for text in item.context]
        order = await run_sync(rank_texts, item.question, texts, self._shared.embedder)
        return [item.context[place] for place in order[:k]]


_KINDS: Final[Mapping[SystemName, Callable[[SystemName, Parts, SharedWork], _System]]] = {
    "vademecum": Program,
    "extractive": Program,
    "closed book": ClosedBook,
    "BM25": Baseline,
    "MiniLM": Baseline,
    "RRF": Baseline,
    "oracle passages": Oracle,
}


def open_systems(parts: Parts, names: Sequence[SystemName]) -> dict[SystemName, System]:
    """The systems of these names that can run.

    Without a model `closed book` cannot, and `extractive` is the program itself.
    """
    embedder = RememberingEmbedder(parts.knowledge_base.embedder)
    shared = SharedWork(embedder=embedder, passages=PassageBaselines(parts.knowledge_base))
    has_model = parts.chat_model is not None
    usable = [name for name in names if has_model or name not in {"closed book", "extractive"}]
    return {
        name: _KINDS[name](name, replace(parts, chat_model=None) if name == "extractive" else parts, shared)
        for name in usable
    }
