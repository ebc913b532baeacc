"""Items with options as plain samples in Inspect's shape, without Inspect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from eval.benchmark import Benchmark
from eval.harness import is_choice
from knowledge_base.errors import VademecumError


def choice_samples(benchmarks: Sequence[Benchmark], data: Path, limit: int | None = None) -> list[dict[str, Any]]:
    """The samples of multiple-choice benchmarks.

    Raises:
        VademecumError: one has no options.
    """
    samples = []
    for benchmark in benchmarks:
        benchmark.origin.check(data)
        for item in benchmark.load(data, limit):
            if not is_choice(item):
                raise VademecumError(f"{benchmark.name}: no multiple-choice set (item {item.id} has no options)")
            samples.append(
                {
                    "id": item.id,
                    "input": item.question,
                    "choices": list(item.options.values()),
                    # Inspect letters the options by their order, whatever they are called here.
                    "target": ascii_uppercase[list(item.options).index(item.gold)],
                    "metadata": {"benchmark": benchmark.name, "topic": item.topic},
                }
            )
    return samples
