"""Measures as one Markdown table: a row a figure, the systems side by side, the bar and whether it is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from eval.measures import OURS, Measure

_NOT_JUDGED: Final = "not judged"


def to_table(measures: Sequence[Measure], systems: Sequence[str]) -> str:
    """The table of measures, rows in the order they first come; a system without a figure has an empty cell.

    Notes come below, one line each.
    """
    rows: dict[tuple[str, str], dict[str, Measure]] = {}
    for measure in measures:
        rows.setdefault((measure.task, measure.name), {})[measure.system] = measure
    head = ["task", "measure", "n", *systems, f"95 % interval of {OURS}", "bar", "met?"]
    lines = [escaped_row(head), "|" + "---|" * len(head)]
    lines += [escaped_row(_cells(task, name, by_system, systems)) for (task, name), by_system in rows.items()]
    notes = dict.fromkeys(
        f"{one.task}, {one.name}{'' if one.system == OURS else f', {one.system}'}: {one.note}"
        for one in measures
        if one.note
    )
    return "\n".join([*lines, *(["", *notes] if notes else [])])


def _cells(task: str, name: str, by_system: Mapping[str, Measure], systems: Sequence[str]) -> list[str]:
    ours = by_system.get(OURS)
    shown = ours or next(iter(by_system.values()))
    values = [_value(by_system[system]) if system in by_system else "" for system in systems]
    if ours is None:
        return [task, name, str(shown.n), *values, "", "", ""]
    return [task, name, str(shown.n), *values, _interval(ours), _bar(ours), _met(ours)]


def _value(measure: Measure) -> str:
    return _NOT_JUDGED if measure.value is None else f"{measure.value:.3f}"


def _interval(measure: Measure) -> str:
    if measure.low is None or measure.high is None:
        return ""
    return f"{measure.low:.3f} to {measure.high:.3f}"


def _bar(measure: Measure) -> str:
    if measure.bar is None:
        return ""
    return f"{'>=' if measure.higher_is_better else '<='} {measure.bar:g}"


def _met(measure: Measure) -> str:
    return {True: "yes", False: "no", None: ""}[measure.passes]


def escaped_row(cells: Sequence[str]) -> str:
    """A row of a Markdown table."""
    # A bar inside a cell would end it.
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
