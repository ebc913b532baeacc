"""A finished run as one JSON value: the figures, every item's scores, the published scores; reports need nothing else.

`results.json` holds ids, topics, scores and a few lines of evidence, but no question: some sets must not be passed on.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from eval.benchmark import Benchmark, Item, Output, judge_safely
from eval.bootstrap import mean_interval
from eval.measures import OURS, Measure
from eval.running import Loaded
from eval.runs import Stored
from eval.selective import aurc, calibration_error
from eval.statistics import SMALL, smallest_difference
from knowledge_base.errors import VademecumError

RESULTS_FILE: Final = "results.json"
LATENCY: Final = "seconds a question"
_EVIDENCE_CHARS: Final = 300


def collect(facts: Mapping[str, Any], loaded: Sequence[Loaded], stored: Iterable[Stored], data: Path) -> dict[str, Any]:
    """The results of a run.

    Args:
        facts: what the run depends on.
        loaded: its benchmarks with their items.
        stored: its outputs.
        data: the folder of benchmarks, where some published scores stand.
    """
    outputs = {(one.benchmark, one.output.system, one.output.item): one.output for one in stored}
    benchmarks = []
    for one in loaded:
        name = one.benchmark.name
        measures: list[Measure] = []
        if one.missing is not None:
            measures.append(Measure(task=name, system=OURS, name="all", n=0, value=None, note=one.missing))
        ran = []
        for system in one.benchmark.systems:
            pairs = [(item, outputs[key]) for item in one.items if (key := (name, system, item.id)) in outputs]
            if pairs:
                measures += figures(one.benchmark, pairs)
                ran.append({"system": system, "items": [_row(one.benchmark, *pair) for pair in pairs]})
        benchmarks.append(
            {
                "name": name,
                "title": one.benchmark.title,
                "layers": list(one.benchmark.layers),
                "main": one.benchmark.main,
                "lower_is_better": sorted(one.benchmark.lower_is_better()),
                "missing": one.missing,
                "origin": {"address": one.benchmark.origin.address, "paper": one.benchmark.origin.paper},
                "measures": [measure.to_json() for measure in measures],
                "systems": ran,
                "published": [] if one.missing else [asdict(score) for score in one.benchmark.published(data)],
            }
        )
    return {"run": dict(facts), "benchmarks": benchmarks}


def figures(benchmark: Benchmark, pairs: Sequence[tuple[Item, Output]]) -> list[Measure]:
    """All figures of one system on one benchmark: its own, failures, confidence, time."""
    items, outputs = [item for item, _ in pairs], [output for _, output in pairs]
    found = [_with_power(one) if one.name == benchmark.main else one for one in benchmark.measure(items, outputs)]
    system = outputs[0].system
    failed = sum(output.error is not None for output in outputs)
    if failed:
        note = f"{failed} of {len(outputs)} failed and could not be judged"
        found.append(
            Measure(task=benchmark.name, system=system, name="failed", n=len(outputs), value=failed, note=note)
        )
    sure, right = confidences(benchmark, pairs)
    for name, value in (("AURC", aurc(sure, right)), ("calibration error", calibration_error(sure, right))):
        if value is not None:
            found.append(
                Measure(task=benchmark.name, system=system, name=name, n=len(sure), value=value, higher_is_better=False)
            )
    seconds = [output.seconds for output in outputs if output.error is None]
    if seconds and not benchmark.is_whole():
        interval = mean_interval(seconds)
        found.append(
            Measure.of_share(benchmark.name, system, LATENCY, interval, higher_is_better=False, note=_spread(seconds))
        )
    return found


def confidences(benchmark: Benchmark, pairs: Iterable[tuple[Item, Output]]) -> tuple[list[float], list[float]]:
    """The confidence of each answer that states one, and its score on the benchmark's main measure."""
    sure, right = [], []
    for item, output in pairs:
        value = judge_safely(benchmark, item, output).get(benchmark.main)
        if output.confidence is not None and value is not None and not output.abstained:
            sure.append(output.confidence)
            right.append(value)
    return sure, right


def results_csv(results: Mapping[str, Any]) -> str:
    """The figures as CSV, one a row, published scores among them."""
    rows = []
    for benchmark in results["benchmarks"]:
        rows += [{"benchmark": benchmark["name"], **one, "source": "this run"} for one in benchmark["measures"]]
        rows += [
            {
                "benchmark": benchmark["name"],
                "task": benchmark["name"],
                "system": one["system"],
                "name": one["measure"],
                "value": one["value"],
                "source": f"published, not run by us: {one['source']}",
            }
            for one in benchmark["published"]
        ]
    columns = [
        "benchmark",
        "task",
        "system",
        "name",
        "n",
        "value",
        "low",
        "high",
        "bar",
        "higher_is_better",
        "passes",
        "note",
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, [*columns, "source"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read_results(folder: Path) -> dict[str, Any]:
    """The results of a run's folder.

    Raises:
        VademecumError: there are none, or they are damaged.
    """
    path = folder / RESULTS_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        found["run"]["identity"].items()
        found["benchmarks"][:]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise VademecumError(f"{folder} holds no finished run ({RESULTS_FILE} is missing); run it again") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VademecumError(
            f"{path} is damaged ({type(error).__name__}); run it again, nothing is asked twice"
        ) from error
    return dict(found)


def _row(benchmark: Benchmark, item: Item, output: Output) -> dict[str, Any]:
    return {
        "id": item.id,
        "topic": item.topic,
        "cluster": item.cluster or item.id,
        "scores": dict(judge_safely(benchmark, item, output)),
        "seconds": output.seconds,
        "confidence": output.confidence,
        "abstained": output.abstained,
        "error": output.error,
        "evidence": [text[:_EVIDENCE_CHARS] for text in output.evidence],
    }


def _with_power(measure: Measure) -> Measure:
    """A figure of few items says how little it can show."""
    if not 0 < measure.n < SMALL or measure.low is None or measure.high is None or measure.low == measure.high:
        return measure
    least = smallest_difference(measure.low, measure.high)
    note = f"n = {measure.n}: two runs on other items must differ by {least:.2g} to be told apart"
    return measure.with_note(note)


def _spread(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    high = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return f"median {ordered[len(ordered) // 2]:.3f}, 95 of 100 within {high:.3f}, highest {ordered[-1]:.3f}"
