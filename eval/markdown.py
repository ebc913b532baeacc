"""The results of a run as Markdown: one table for each benchmark, then what others published, then how it was run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eval.measures import OURS, Measure
from eval.tables import escaped_row, to_table


def to_markdown(results: Mapping[str, Any]) -> str:
    """All tables; a figure of others is marked as not run by us and stands apart."""
    return "\n".join(_lines(results)) + "\n"


def one_table(benchmark: Mapping[str, Any]) -> str:
    """The table of one benchmark with its notes."""
    measures = [Measure.from_json(row) for row in benchmark["measures"]]
    return to_table(measures, tuple(dict.fromkeys((OURS, *(one.system for one in measures)))))


def _lines(results: Mapping[str, Any]) -> Iterator[str]:
    yield "# Results"
    yield ""
    yield "Made by one command. Intervals are of 95 %, shares lie in [0, 1]; what could not be judged is not counted."
    yield ""
    yield from run_facts(results)
    for benchmark in results["benchmarks"]:
        yield ""
        yield f"## {benchmark['title']} (`{benchmark['name']}`)"
        yield ""
        yield f"{', '.join(benchmark['layers'])}; {benchmark['origin']['paper']}; {benchmark['origin']['address']}"
        yield ""
        yield one_table(benchmark)
        if benchmark["published"]:
            yield ""
            yield from _published(benchmark)


def run_facts(results: Mapping[str, Any]) -> Iterator[str]:
    """What the run depends on, as a list."""
    facts, identity = results["run"], results["run"]["identity"]
    yield f"- index {identity['index']}, embedder {identity['embedder']}, model {identity['model']}"
    for agreement in facts.get("judge_agreement", ()):
        yield f"- judge {identity['judge']}, agreement with people on {agreement}"
    yield f"- prompts {identity['prompts']}, program {identity['program']}, limit {identity['limit'] or 'none'}"
    yield f"- {facts['machine']}, Python {facts['python']}, seed {facts['seed']}"
    yield f"- {', '.join(f'{name} {version}' for name, version in facts['packages'].items())}"


def _published(benchmark: Mapping[str, Any]) -> Iterator[str]:
    yield "Published, not run by us:"
    yield ""
    yield escaped_row(["system", "measure", "value", "source"])
    yield "|---|---|---|---|"
    for one in benchmark["published"]:
        yield escaped_row([one["system"], one["measure"], f"{one['value']:.3f}", one["source"]])
