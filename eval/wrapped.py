"""Measures that work through a whole set at once, as benchmarks of the suite: one item, whose output are the figures.

They hold their own baselines, so they run once, for the program. Judging happens where it always did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from eval.benchmark import Benchmark, Item, Layer, Origin, Output, System, SystemName
from eval.measures import Measure
from eval.together import aside
from knowledge_base.manifest import file_sha256

MeasureAll = Callable[[System, int | None], Sequence[Measure]]
"""Gives all figures, of at most so many items of each set."""

_OWN: Final = "AGPL-3.0-or-later"


class Whole(Benchmark):
    """A benchmark whose one item is the whole set."""

    systems: tuple[SystemName, ...] = ("vademecum",)
    main: str = ""

    def __init__(
        self, name: str, title: str, origin: Origin, layers: tuple[Layer, ...], measure_all: MeasureAll
    ) -> None:
        self.name = name
        self.title = title
        self.origin = origin
        self.layers = layers
        self._measure_all = measure_all

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The set as one item; the content of its files tells it from another."""
        files = {name: file_sha256(folder / name) for name in self.origin.files}
        return (Item(id="all", question=self.title, gold={"limit": limit, "files": files}),)

    async def ask(self, item: Item, system: System) -> Output:
        """All figures."""
        measures = await aside(lambda: self._measure_all(system, item.gold["limit"]))
        return Output(item=item.id, system=system.name, answer=[one.to_json() for one in measures])

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Nothing: the figures are of the whole."""
        return {}

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """The figures as they came."""
        return [Measure.from_json(row) for output in outputs if output.error is None for row in output.answer]

    def is_whole(self) -> bool:
        """It is."""
        return True


def _retrieval(system: System, limit: int | None) -> Sequence[Measure]:
    from eval.retrieval import TASKS

    return _tasks(system, limit, [task.name for task in TASKS])


def _sections(system: System, limit: int | None) -> Sequence[Measure]:
    return _tasks(system, limit, ["section finding", "section finding, odd wordings"])


def _names(system: System, limit: int | None) -> Sequence[Measure]:
    return _tasks(system, limit, ["names of medicines"])


def _tasks(system: System, limit: int | None, names: Sequence[str]) -> Sequence[Measure]:
    from chatbot.settings import load_settings
    from chatbot.wiring import load_reranker
    from eval.retrieval import TASKS, Setting, measure_retrieval

    reranker = load_reranker(load_settings())
    setting = Setting(data=system.data, kb=system.knowledge_base, cache=system.cache, reranker=reranker, limit=limit)
    return measure_retrieval(setting, [task for task in TASKS if task.name in names])


def _triage(system: System, limit: int | None) -> Sequence[Measure]:
    from chatbot.settings import load_settings
    from chatbot.triage import Triage
    from eval.safety import SETS, judge_gate, load_messages

    settings = load_settings()
    triage = Triage(settings.country, helplines=settings.helplines, embedder=system.knowledge_base.embedder)
    return [one for name in SETS for one in judge_gate(triage, name, load_messages(name)[:limit])]


def _safety(system: System, limit: int | None) -> Sequence[Measure]:
    from eval.safety import run

    return run(system.data, system.knowledge_base.path, limit)[0]


def _privacy(system: System, limit: int | None) -> Sequence[Measure]:
    from eval.privacy import measure

    folder = system.data if (system.data / "benchmarks").is_dir() else system.data.parent
    has_synthetic = (folder / "benchmarks" / "presidio_synth").is_dir()
    return measure(folder if has_synthetic else None)


def _interactions(system: System, limit: int | None) -> Sequence[Measure]:
    from eval.interactions import measure_interactions

    return measure_interactions(system.data, system.knowledge_base)


def _planted(system: System, limit: int | None) -> Sequence[Measure]:
    from chatbot.settings import load_settings
    from chatbot.wiring import load_entailment
    from eval.grounding import Checker, measure_planted
    from eval.planted import planted_cases

    checker = Checker.of(system.knowledge_base, load_entailment(load_settings()))
    # All of them whatever the limit: they are made kind by kind, and the first hundred are of one.
    return measure_planted(checker, planted_cases(system.knowledge_base.store, "held back"), "held back")


def _own(paper: str) -> Origin:
    return Origin(address="eval/data", licence=_OWN, paper=paper)


RETRIEVAL: Final = Whole("retrieval", "All measures of search", _own("docs/experiments.md"), ("retrieval",), _retrieval)
SAFETY: Final = Whole(
    "safety", "Gate, refusals and quotes", _own("docs/decisions/0010-triage.md"), ("safety",), _safety
)
INTERACTIONS: Final = Whole(
    "interactions",
    "ONC high-priority interactions",
    Origin(
        address="https://github.com/dbmi-pitt/public-PDDI-analysis",
        licence="none stated",
        paper="Phansalkar et al., JAMIA 19, 2012",
        files={"ddi_onc_lists/onc_high_priority.csv": None},
    ),
    ("retrieval", "answers"),
    _interactions,
)
WRAPPED: Final = (
    Whole("sections", "Finding the right section", _own("docs/experiments.md"), ("retrieval",), _sections),
    Whole("names", "Names of medicines", _own("docs/experiments.md"), ("retrieval",), _names),
    Whole("triage", "The red-flag gate", _own("docs/decisions/0010-triage.md"), ("safety",), _triage),
    Whole("privacy", "Masking", _own("docs/decisions/0009-masking-by-rules.md"), ("privacy",), _privacy),
    Whole("planted", "Planted errors in written sentences", _own("docs/experiments.md"), ("grounding",), _planted),
)
