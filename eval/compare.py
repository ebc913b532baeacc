"""Two runs on the same items: for each figure the paired difference, its interval, effect size and p-value.

Only items that both could judge count. The p-values are also given as adjusted for being several (Holm).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eval.paired import Difference, holm, paired_difference
from eval.tables import escaped_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One item whose score differs between the runs, with what each had as evidence."""

    item: str
    before: float
    after: float
    evidence_before: str
    evidence_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of one system in both runs; `difference` is the second minus the first."""

    benchmark: str
    system: str
    measure: str
    before: float
    after: float
    difference: Difference
    adjusted_p: float | None = None
    changed: tuple[Changed, ...] = ()


def compare_runs(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Row]:
    """Every figure that both runs have, of items that both judged."""
    rows = []
    second = {one["name"]: one for one in after["benchmarks"]}
    for one in before["benchmarks"]:
        other = second.get(one["name"])
        for system, pairs in _pairs(one, other) if other is not None else []:
            for name in dict.fromkeys(name for first, _ in pairs for name in first["scores"]):
                both = [
                    pair for pair in pairs if _score(pair[0], name) is not None and _score(pair[1], name) is not None
                ]
                if both:
                    rows.append(_row(one["name"], system, name, both))
    adjusted = holm([row.difference.p for row in rows if row.difference.p is not None])
    return [replace(row, adjusted_p=p) for row, p in zip(rows, adjusted, strict=True)]


def comparison_table(rows: Sequence[Row]) -> str:
    """The figures side by side as Markdown, with a note on what several tests mean."""
    head = [
        "benchmark",
        "system",
        "measure",
        "n",
        "before",
        "after",
        "difference",
        "95 % interval",
        "effect d",
        "p",
        "p, Holm",
    ]
    lines = [escaped_row(head), "|" + "---|" * len(head), *(escaped_row(cells_of(row)) for row in rows)]
    if not rows:
        return "the runs have no judged item in common"
    note = f"{len(rows)} tests at once: only a p after Holm's correction below 0.05 tells the runs apart."
    return "\n".join([*lines, "", note])


def cells_of(row: Row) -> list[str]:
    """One row of the table as text."""
    interval, d = row.difference.interval, row.difference
    ends = "" if interval.low is None or interval.high is None else f"{interval.low:+.3f} to {interval.high:+.3f}"
    return [
        row.benchmark,
        row.system,
        row.measure,
        str(interval.n),
        f"{row.before:.3f}",
        f"{row.after:.3f}",
        f"{row.after - row.before:+.3f}",
        ends,
        "" if d.effect is None else f"{d.effect:+.2f}",
        "" if d.p is None else f"{d.p:.2g}",
        "" if row.adjusted_p is None else f"{row.adjusted_p:.2g}",
    ]


def _row(benchmark: str, system: str, name: str, pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Row:
    before = [float(first["scores"][name]) for first, _ in pairs]
    after = [float(second["scores"][name]) for _, second in pairs]
    return Row(
        benchmark=benchmark,
        system=system,
        measure=name,
        before=sum(before) / len(before),
        after=sum(after) / len(after),
        difference=paired_difference(after, before, [first["cluster"] for first, _ in pairs]),
        changed=tuple(
            Changed(
                item=first["id"],
                before=old,
                after=new,
                evidence_before="\n".join(first["evidence"]),
                evidence_after="\n".join(second["evidence"]),
            )
            for (first, second), old, new in zip(pairs, before, after, strict=True)
            if old != new
        ),
    )


def _pairs(
    one: Mapping[str, Any], other: Mapping[str, Any]
) -> list[tuple[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]]]:
    second = {system["system"]: {item["id"]: item for item in system["items"]} for system in other["systems"]}
    return [
        (system["system"], [(item, held[item["id"]]) for item in system["items"] if item["id"] in held])
        for system in one["systems"]
        if (held := second.get(system["system"])) is not None
    ]


def _score(item: Mapping[str, Any], name: str) -> float | None:
    score: float | None = item["scores"].get(name)
    return score
