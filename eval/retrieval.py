"""All measures of retrieval in one run: each benchmark is a task, one that lacks its files is said in its row.

Knows the tasks and what they are given; judges nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from eval.baselines import SYSTEMS, PassageBaselines
from eval.drug_names import measure_drug_names
from eval.fdarxbench import measure_fdarxbench
from eval.liveqa import measure_liveqa
from eval.measures import OURS, Measure
from eval.medicationqa import measure_medicationqa
from eval.missing import MissingDataError
from eval.section_finding import measure_section_finding, medicines_of, section_kinds, section_questions
from eval.tables import to_table
from knowledge_base.drug_names import DrugLexicon
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.reranker import Reranker
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import Passage, Query

_N_SECTIONS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a task may use: the folder of benchmarks, the knowledge base, a folder to keep things in, a limit."""

    data: Path
    kb: KnowledgeBase
    cache: Path
    reranker: Reranker | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A benchmark by name, and how it is measured."""

    name: str
    measure: Callable[[Setting], tuple[Measure, ...]]


# Every benchmark of retrieval; a new one is one line here.
TASKS: Final = (
    Task(name="section finding", measure=lambda at: _section_finding(at, "section_wordings.toml", "")),
    Task(
        name="section finding, odd wordings", measure=lambda at: _section_finding(at, "unseen_wordings.toml", ", odd")
    ),
    Task(name="FDARxBench toy", measure=lambda at: measure_fdarxbench(at.data, at.kb, at.cache, at.limit, at.reranker)),
    Task(name="LiveQA judged answers", measure=lambda at: measure_liveqa(at.data, at.kb.embedder, at.limit)),
    Task(name="MedicationQA", measure=lambda at: measure_medicationqa(at.data, at.kb, at.limit)),
    Task(
        name="names of medicines",
        measure=lambda at: measure_drug_names(at.data, HybridRetriever(at.kb).lexicon, at.limit),
    ),
)


def measure_retrieval(setting: Setting, tasks: Sequence[Task] = TASKS) -> tuple[Measure, ...]:
    """The figures of all tasks in their order; what is being measured goes to stderr."""
    measures: list[Measure] = []
    for number, task in enumerate(tasks, start=1):
        sys.stderr.write(f"{number} of {len(tasks)}: {task.name}\n")
        try:
            measures += task.measure(setting)
        except MissingDataError as error:
            note = f"not judged: file missing ({error})"
            measures.append(Measure(task=task.name, system=OURS, name="all", n=0, value=None, note=note))
    return tuple(measures)


def _lexicon(at: Setting) -> DrugLexicon:
    return HybridRetriever(at.kb).lexicon


def _section_finding(at: Setting, wordings: str, suffix: str) -> tuple[Measure, ...]:
    """Ours and the baselines on questions made from the sections of the knowledge base."""
    questions = section_questions(medicines_of(at.kb.store), section_kinds(wordings))[: at.limit]
    retriever, baselines = HybridRetriever(at.kb, at.reranker), PassageBaselines(at.kb)

    def ours(question: str) -> list[Passage]:
        return [one.passage for one in retriever.search(Query(text=question, k=_N_SECTIONS)).passages]

    ranked = {question.text: baselines.rank(question.text, _N_SECTIONS) for question in questions}
    measures = [*measure_section_finding(questions, ours)]
    for system in SYSTEMS:
        of_system = {question: found[system] for question, found in ranked.items()}
        measures += measure_section_finding(questions, of_system.__getitem__, system)
    return tuple(replace(one, task=f"{one.task}{suffix}") for one in measures)


def retrieval_table(measures: Sequence[Measure]) -> str:
    """The measures as one table, ours first, then the baselines."""
    return to_table(measures, (OURS, *SYSTEMS))
