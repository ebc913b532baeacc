"""Asking every pending question of a run: bounded in parallel, each output on disk before the next is begun.

What a run already holds, or another run left in the cache, is not asked again; what failed is. Knows no table.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from eval.benchmark import Benchmark, Item, Output, System, SystemName
from eval.fingerprint import key_of
from eval.missing import MissingDataError
from eval.runs import OutputCache, Run, Stored
from eval.together import OnProgress, for_each
from knowledge_base.errors import VademecumError

ASKING: Final = "asking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A benchmark with its items; `missing` says why there are none."""

    benchmark: Benchmark
    items: tuple[Item, ...] = ()
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One item to be put to one system."""

    benchmark: Benchmark
    item: Item
    system: System
    key: str


def load_all(
    benchmarks: Sequence[Benchmark], data: Path, limit: int | None, *, no_judge: str | None = None
) -> list[Loaded]:
    """The items of each benchmark; one that lacks its files or its judge is said, the others go on.

    Args:
        benchmarks: to be loaded.
        data: the folder of benchmarks.
        limit: at most so many items of each.
        no_judge: why the model judge may not judge, if it may not.

    Raises:
        VademecumError: a file is not the one the benchmark is defined on, or has two items of one id.
    """
    loaded = []
    for benchmark in benchmarks:
        if benchmark.needs_judge() and no_judge is not None:
            loaded.append(Loaded(benchmark=benchmark, missing=f"not judged: {no_judge}"))
            continue
        try:
            benchmark.origin.check(data)
            items = tuple(benchmark.load(data, limit))
        except MissingDataError as error:
            loaded.append(Loaded(benchmark=benchmark, missing=f"not judged: file missing ({error})"))
            continue
        if len({item.id for item in items}) != len(items):
            raise VademecumError(f"{benchmark.name}: two items have the same id; give each its own")
        loaded.append(Loaded(benchmark=benchmark, items=items))
    return loaded


def questions(loaded: Sequence[Loaded], systems: dict[SystemName, System], run: Run) -> list[Question]:
    """Every question of the run, asked or not, benchmark by benchmark and system by system."""
    return [
        Question(
            benchmark=one.benchmark,
            item=item,
            system=systems[name],
            key=key_of(one.benchmark.name, name, item, run.facts["identity"]),
        )
        for one in loaded
        for name in one.benchmark.systems
        if name in systems
        for item in one.items
    ]


def take_known(asked: Sequence[Question], run: Run, cache: OutputCache | None) -> list[Question]:
    """The questions still to ask; what the cache knows joins the run."""
    pending, cached = [], []
    for question in asked:
        stored = run.known.get(question.key)
        if stored is not None and stored.output.error is None:
            continue
        if cache is not None and (output := cache.get(question.key)) is not None:
            cached.append(Stored(question.key, question.benchmark.name, output))
        else:
            pending.append(question)
    run.add(*cached)
    return pending


async def ask_all(
    pending: Sequence[Question], run: Run, cache: OutputCache | None, *, parallel: int, on_progress: OnProgress
) -> None:
    """Ask what is pending, `parallel` questions at a time.

    Args:
        pending: what to ask.
        run: where outputs go.
        cache: where they go for other runs, if anywhere.
        parallel: how many at once.
        on_progress: told after each.

    Raises:
        VademecumError: an output can not be written.
    """
    done = 0
    on_progress(ASKING, 0, len(pending))

    async def ask(question: Question) -> None:
        nonlocal done
        output = await ask_one(question)
        run.add(Stored(question.key, question.benchmark.name, output))
        if cache is not None:
            cache.put(question.key, output)
        done += 1
        on_progress(ASKING, done, len(pending))

    await for_each(pending, ask, parallel=parallel)


async def ask_one(question: Question) -> Output:
    """The output for one question, timed; what goes wrong in this project's own words is kept as its error."""
    start = time.perf_counter()
    try:
        output = await question.benchmark.ask(question.item, question.system)
    except VademecumError as error:
        output = Output(item=question.item.id, system=question.system.name, error=str(error))
        sys.stderr.write(f"{question.benchmark.name}, {question.system.name}, {question.item.id}: {error}\n")
    return replace(output, seconds=time.perf_counter() - start)
