"""One HTML page for a run: its figures, plots, published scores, and every failure with its evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from eval.html_page import folded, heading, page, paragraph, table
from eval.markdown import run_facts
from eval.measures import Measure
from eval.plots import Bar, Line, bars, histogram, unit_lines
from eval.selective import reliability, risk_curve

_RIGHT: Final = 0.5
"""An item whose main score lies below is a failure."""
_MAX_POINTS: Final = 60
_MAX_TOPICS: Final = 25
_MAX_FAILURES: Final = 500


def to_html(results: Mapping[str, Any]) -> str:
    """The page; nothing in it comes from outside, and every text is escaped."""
    return page("Results of an evaluation run", _parts(results))


def _parts(results: Mapping[str, Any]) -> Iterator[Markup]:
    for fact in run_facts(results):
        yield paragraph(fact.removeprefix("- "))
    yield paragraph("Intervals are of 95 %. What could not be judged is not counted as 0.")
    for benchmark in results["benchmarks"]:
        yield heading(2, f"{benchmark['title']} ({benchmark['name']})")
        yield paragraph(
            f"{', '.join(benchmark['layers'])}; {benchmark['origin']['paper']}; {benchmark['origin']['address']}"
        )
        yield _figures([Measure.from_json(row) for row in benchmark["measures"]])
        if benchmark["published"]:
            rows = [
                [one["system"], one["measure"], f"{one['value']:.3f}", one["source"]] for one in benchmark["published"]
            ]
            yield folded("Published, not run by us", table(["system", "measure", "value", "source"], rows))
        yield from _plots(benchmark)
        for system in benchmark["systems"]:
            yield from _failures(benchmark, system)


def _figures(measures: Sequence[Measure]) -> Markup:
    rows = [
        [
            one.task,
            one.system,
            one.name,
            str(one.n),
            "not judged" if one.value is None else f"{one.value:.3f}",
            "" if one.low is None or one.high is None else f"{one.low:.3f} to {one.high:.3f}",
            "" if one.bar is None else f"{'>=' if one.higher_is_better else '<='} {one.bar:g}",
            {True: "yes", False: "no", None: ""}[one.passes],
            one.note,
        ]
        for one in measures
    ]
    return table(["task", "system", "measure", "n", "value", "95 % interval", "bar", "met?", "note"], rows)


def _plots(benchmark: Mapping[str, Any]) -> Iterator[Markup]:
    curves, risks = [], []
    for system in benchmark["systems"]:
        scored = _scored(benchmark, system)
        pairs = [
            (one["confidence"], score)
            for one, score in scored
            if one["confidence"] is not None and not one["abstained"]
        ]
        if pairs:
            sure, right = [one for one, _ in pairs], [one for _, one in pairs]
            curves.append(Line(system["system"], [(one.confidence, one.accuracy) for one in reliability(sure, right)]))
            # A question that was declined is not covered at any confidence.
            share = len(pairs) / len(scored)
            points = [(coverage * share, risk) for coverage, risk in risk_curve(sure, right)]
            risks.append(Line(system["system"], _thinned(points)))
    if curves:
        yield unit_lines("Reliability", "confidence", benchmark["main"], curves, diagonal=True)
        yield unit_lines("Coverage against error", "coverage", "error", risks)
    for system in benchmark["systems"][:1]:
        by_topic: dict[str, list[float]] = defaultdict(list)
        for one, score in _scored(benchmark, system):
            by_topic[one["topic"]].append(score)
        if len(by_topic) > 1:
            largest = sorted(by_topic.items(), key=lambda pair: -len(pair[1]))[:_MAX_TOPICS]
            rows = [Bar(topic or "other", sum(scores) / len(scores), len(scores)) for topic, scores in largest]
            yield bars(f"{benchmark['main']} by topic, {system['system']}", rows)
        seconds = [one["seconds"] for one in system["items"]]
        if len(seconds) > 1:
            yield histogram(f"Time, {system['system']}", "seconds a question", seconds)


def _failures(benchmark: Mapping[str, Any], system: Mapping[str, Any]) -> Iterator[Markup]:
    lower = benchmark["main"] in benchmark["lower_is_better"]
    failed = [
        (one, score) for one, score in _scored(benchmark, system) if (score > _RIGHT if lower else score < _RIGHT)
    ]
    broken = [one for one in system["items"] if one["error"] is not None]
    if not failed and not broken:
        return
    rows = [
        [one["id"], one["topic"], f"{score:.2f}", _missed(one), "\n".join(one["evidence"])] for one, score in failed
    ]
    rows += [[one["id"], one["topic"], "failed", one["error"], ""] for one in broken]
    n, side = len(system["items"]), "above" if lower else "below"
    title = f"{system['system']}: {len(failed)} of {n} {side} {_RIGHT:g}, {len(broken)} failed"
    if len(rows) > _MAX_FAILURES:
        title += f" (the first {_MAX_FAILURES} are shown)"
    yield folded(title, table(["id", "topic", benchmark["main"], "other scores", "evidence"], rows[:_MAX_FAILURES]))


def _missed(item: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {score:.2f}" for name, score in item["scores"].items() if score is not None)


def _scored(benchmark: Mapping[str, Any], system: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], float]]:
    """The items that have the benchmark's main score, and that score."""
    main = benchmark["main"]
    return [(one, score) for one in system["items"] if (score := one["scores"].get(main)) is not None]


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    step = max(1, len(points) // _MAX_POINTS)
    return [*points[::step], points[-1]]
