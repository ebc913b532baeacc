"""A finished run in the formats of other tools; what has no such form is left out and said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eval.benchmark import Benchmark, Item, Output
from eval.harness import is_choice, write_harness
from eval.registry import find
from eval.running import Loaded, load_all
from eval.runs import read_outputs, read_run
from eval.trec import is_ranking, write_trec
from knowledge_base.errors import VademecumError

Pairs = Sequence[tuple[Item, Output]]
Write = Callable[[Benchmark, Pairs, Mapping[str, Any], Path], list[Path]]


def export(folder: Path, form: str, data: Path, out: Path) -> list[Path]:
    """Write the outputs of a run.

    Args:
        folder: of the run.
        form: `trec` or `lm-eval`.
        data: folder of benchmarks, for the judgements.
        out: folder for the files.

    Raises:
        VademecumError: no such format, no run, or nothing in it that the format can hold.
    """
    write = FORMS.get(form)
    if write is None:
        raise VademecumError(f"--to {form}: no such format; there is: {', '.join(FORMS)}")
    facts = read_run(folder)
    benchmarks = [one for name in facts["identity"]["benchmarks"] for one in find(name)]
    outputs: dict[tuple[str, str], list[Output]] = defaultdict(list)
    for one in read_outputs(folder):
        outputs[one.benchmark, one.output.item].append(one.output)
    written = []
    for loaded in load_all(benchmarks, data, facts["identity"]["limit"]):
        written += write(loaded.benchmark, list(_pairs(loaded, outputs)), facts, out)
    if not written:
        raise VademecumError(f"{folder}: nothing in it that {form} can hold")
    return written


def _pairs(loaded: Loaded, outputs: Mapping[tuple[str, str], Sequence[Output]]) -> Iterator[tuple[Item, Output]]:
    for item in loaded.items:
        for output in outputs.get((loaded.benchmark.name, item.id), ()):
            if output.error is None:
                yield item, output


def _trec(benchmark: Benchmark, pairs: Pairs, facts: Mapping[str, Any], out: Path) -> list[Path]:
    rankings = [pair for pair in pairs if is_ranking(*pair)]
    return write_trec(benchmark.name, rankings, out) if rankings else []


def _lm_eval(benchmark: Benchmark, pairs: Pairs, facts: Mapping[str, Any], out: Path) -> list[Path]:
    written = []
    chosen = [pair for pair in pairs if is_choice(pair[0])]
    for system in dict.fromkeys(output.system for _, output in chosen):
        written += write_harness(benchmark, [pair for pair in chosen if pair[1].system == system], facts, out)
    return written


FORMS: Final[Mapping[str, Write]] = {"trec": _trec, "lm-eval": _lm_eval}
