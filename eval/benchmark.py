"""What a benchmark is: its origin, its items, what a system gives for one item, and how that is judged.

A benchmark is one module that subclasses `Benchmark` and one line of `registry.py`. Whatever costs time (search, a
model, an entailment judge) happens in `ask` and is kept in the `Output`; `judge` and `measure` are pure, so a stored
run can be judged again. Knows no command line and no files of runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from eval.bootstrap import mean_interval
from eval.measures import Measure
from eval.missing import MissingDataError
from knowledge_base.errors import VademecumError
from knowledge_base.manifest import file_sha256

if TYPE_CHECKING:
    from chatbot.models.types import Message
    from chatbot.types import Turn
    from eval.judges import Entailment
    from knowledge_base.knowledge_base import KnowledgeBase
    from knowledge_base.text_ranker import FreeText
    from knowledge_base.types import Passage

Layer = Literal["retrieval", "grounding", "answers", "safety", "privacy"]
SystemName = Literal["vademecum", "extractive", "closed book", "BM25", "MiniLM", "RRF", "oracle passages"]

ANSWERING: Final[tuple[SystemName, ...]] = (
    "vademecum",
    "extractive",
    "closed book",
    "BM25",
    "MiniLM",
    "RRF",
    "oracle passages",
)
RANKING: Final[tuple[SystemName, ...]] = ("vademecum", "BM25", "MiniLM", "RRF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a benchmark comes from.

    `files` gives the SHA-256 of each file below the folder of benchmarks, in hex; None where files of any content
    are taken. `paper` is what the metric is defined in.
    """

    address: str
    licence: str
    paper: str
    files: Mapping[str, str | None] = field(default_factory=dict)

    def check(self, folder: Path) -> None:
        """Make sure that all files are there and are the ones that the figures are about.

        Raises:
            MissingDataError: a file is not there.
            VademecumError: a file has another content.
        """
        for name, expected in self.files.items():
            MissingDataError.check(folder / name)
            if expected is not None and (found := file_sha256(folder / name)) != expected:
                raise VademecumError(
                    f"{folder / name} is not the file this benchmark is defined on (SHA-256 {found[:12]}…, "
                    f"expected {expected[:12]}…); get it again from {self.address}"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of a benchmark.

    `gold` is a JSON value that only its benchmark reads. `cluster` names what items share (the drug, the document):
    they are not independent, and intervals draw whole clusters; empty is a cluster of its own. `context` holds the
    passages that come with the item, for the system "oracle passages" and for sets that bring their own pool.
    """

    id: str
    question: str
    gold: Any = None
    topic: str = ""
    cluster: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    context: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a system gave for one item, as JSON values.

    `answer` is what the benchmark's `judge` reads: the answer JSON of the contract, ranked ids, a letter, a verdict.
    `confidence` in [0, 1] where the system states one; `abstained` where it declined; `error` is the one line of
    what went wrong, and such an output cannot be judged. `evidence` are a few texts that a reader of the report needs
    to see why (quotes, passages); short.
    """

    item: str
    system: str
    answer: Any = None
    seconds: float = 0.0
    error: str | None = None
    abstained: bool = False
    confidence: float | None = None
    evidence: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The output as JSON values."""
        return {**asdict(self), "evidence": list(self.evidence)}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Output:
        """The output that `to_json` wrote.

        Raises:
            TypeError: the row has other fields.
        """
        return cls(**{**row, "evidence": tuple(row.get("evidence", ()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A score that others published; `value` on the scale of our measure of the same name (shares in [0, 1])."""

    system: str
    measure: str
    value: float
    source: str


class System(Protocol):
    """What a benchmark may ask of the system under test; each baseline is one (see `systems.py`)."""

    @property
    def name(self) -> SystemName:
        """How the tables call it."""
        ...

    @property
    def model(self) -> str | None:
        """The name of the language model it writes with; None answers by quoting or ranks."""
        ...

    @property
    def knowledge_base(self) -> KnowledgeBase:
        """What it knows."""
        ...

    @property
    def data(self) -> Path:
        """The folder of benchmarks."""
        ...

    @property
    def cache(self) -> Path:
        """A folder to keep things in from run to run."""
        ...

    async def answer(self, item: Item) -> dict[str, Any]:
        """The answer as the object that `ask --json` prints; baselines fill in `kind`, `text` and `passages`."""
        ...

    async def evidence(self, item: Item, k: int) -> list[str]:
        """Up to `k` texts to answer from: passages found by the question alone (never by its options).

        "closed book" gives none, "oracle passages" the item's own.
        """
        ...

    async def rank(self, question: str, k: int) -> list[Passage]:
        """The first `k` passages of the knowledge base."""
        ...

    async def rank_texts(self, question: str, texts: Sequence[FreeText]) -> list[int]:
        """The places of all given texts, best first."""
        ...

    async def write(self, messages: Sequence[Message], *, max_tokens: int) -> str:
        """What the language model writes, identifiers masked on the way there.

        Raises:
            ChatModelError: there is no model, or it cannot be reached.
        """
        ...

    async def entails(self, evidence: Sequence[str], claim: str) -> Entailment | None:
        """The model judge's verdict on a claim; None where it could not be read. Same judge for all systems.

        Raises:
            VademecumError: there is no judge, or it cannot be reached.
        """
        ...


class Benchmark(Protocol):
    """One benchmark; subclass it, the defaults below suit a set whose figures are means over items."""

    name: str
    """One word for the command line, such as `pubmedqa`."""
    title: str
    """As its authors call it."""
    origin: Origin
    layers: tuple[Layer, ...]
    systems: tuple[SystemName, ...]
    """Which systems apply; those that need a model run only where one is configured."""
    main: str
    """The score that stands for the benchmark in plots, comparisons and the gate."""

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The first `limit` items, always in the same order.

        Raises:
            MissingDataError: a file is not there.
            VademecumError: a file is not as published; names the line.
        """
        ...

    async def ask(self, item: Item, system: System) -> Output:
        """What the system gives for one item; the caller sets `seconds` and catches errors of this project."""
        ...

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """The scores of one item by measure, None where it could not be judged (which is never 0)."""
        ...

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """The figures of one system; `outputs` in the order of `items`.

        The default is the mean of each score with its interval. Sets whose figure is no mean (macro-F1) override it.
        """
        return means(self, items, outputs)

    def is_whole(self) -> bool:
        """Whether one item stands for the whole benchmark, as where an older measure is wrapped: no time a question."""
        return False

    def needs_judge(self) -> bool:
        """Whether it asks for verdicts of the model judge; without one that is trusted it is not run."""
        return False

    def lower_is_better(self) -> frozenset[str]:
        """The scores that should be low, such as a rate of hallucinations."""
        return frozenset()

    def published(self, folder: Path) -> Sequence[Published]:
        """Scores of others on this set."""
        return ()


def means(benchmark: Benchmark, items: Sequence[Item], outputs: Sequence[Output]) -> tuple[Measure, ...]:
    """The mean of each score that could be judged, its interval by clusters, and how many could not be judged."""
    judged = [judge_safely(benchmark, item, output) for item, output in zip(items, outputs, strict=True)]
    names = dict.fromkeys(name for scores in judged for name in scores)
    lower = benchmark.lower_is_better()
    system = outputs[0].system if outputs else ""
    found = []
    for name in names:
        known = [
            (value, item.cluster or item.id)
            for item, scores in zip(items, judged, strict=True)
            if (value := scores.get(name)) is not None
        ]
        interval = mean_interval([value for value, _ in known], [cluster for _, cluster in known])
        missing = len(items) - len(known)
        note = f"{missing} of {len(items)} could not be judged" if missing else ""
        found.append(
            Measure.of_share(benchmark.name, system, name, interval, higher_is_better=name not in lower, note=note)
        )
    return tuple(found)


def judge_safely(benchmark: Benchmark, item: Item, output: Output) -> Mapping[str, float | None]:
    """The scores of one item; none at all where the system failed on it."""
    return {} if output.error is not None else benchmark.judge(item, output)
