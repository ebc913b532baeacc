"""The multiple-choice sets as a task of Inspect (inspect-ai), to put any model of its to the same questions.

    inspect eval eval/inspect_task.py@choices -T benchmark=pubmedqa -T data=DIR --model openai/...

Needs the extra `inspect`. Nothing else imports this module. Every item gives its options in their order; the letter of
the right one is the target. The model is asked by Inspect's own prompt, so accuracy is not comparable to the digit
with a run of this program.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import choice
from inspect_ai.solver import multiple_choice

from eval.benchmark import Benchmark
from eval.inspect_samples import choice_samples
from eval.registry import find


@task  # type: ignore[untyped-decorator]  # the package is an extra
def choices(benchmark: str, data: str, limit: int | None = None) -> Task:
    """A multiple-choice benchmark by its name here; `data` is the folder of benchmarks."""
    return task_of(find(benchmark), Path(data), limit)


def task_of(benchmarks: Sequence[Benchmark], data: Path, limit: int | None) -> Task:
    """Benchmarks as one task."""
    samples = [
        Sample(id=one["id"], input=one["input"], choices=one["choices"], target=one["target"], metadata=one["metadata"])
        for one in choice_samples(benchmarks, data, limit)
    ]
    return Task(dataset=MemoryDataset(samples), solver=multiple_choice(), scorer=choice())
