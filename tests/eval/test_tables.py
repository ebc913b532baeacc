from __future__ import annotations

from eval.measures import OURS, Measure
from eval.tables import to_table


def _measure(system: str, value: float | None, **more: object) -> Measure:
    return Measure(task="A task", system=system, name="recall@1", n=4, value=value, **more)


def test_systems_stand_side_by_side_in_one_row() -> None:
    table = to_table([_measure("BM25", 0.25), _measure(OURS, 0.5, low=0.4, high=0.6, bar=0.45)], (OURS, "BM25", "RRF"))
    assert table.splitlines()[2] == "| A task | recall@1 | 4 | 0.500 | 0.250 |  | 0.400 to 0.600 | >= 0.45 | yes |"


def test_a_bar_that_is_missed_and_one_from_above() -> None:
    rows = [_measure(OURS, 0.5, bar=0.6), Measure(task="B", system=OURS, name="x", n=1, value=2.0, bar=1.0)]
    assert to_table(rows[:1], (OURS,)).endswith("| >= 0.6 | no |")
    above = Measure(task="B", system=OURS, name="ms", n=1, value=2.0, bar=3.0, higher_is_better=False)
    assert to_table([above], (OURS,)).endswith("| <= 3 | yes |")


def test_what_could_not_be_judged_is_said_not_counted() -> None:
    table = to_table([_measure(OURS, None, bar=0.5, note="file missing")], (OURS, "BM25"))
    assert "| not judged |" in table
    assert table.splitlines()[2].endswith("| >= 0.5 |  |")
    assert table.endswith("A task, recall@1: file missing")


def test_a_bar_character_does_not_end_a_cell() -> None:
    table = to_table([Measure(task="a|b", system=OURS, name="x", n=1, value=1.0)], (OURS,))
    assert "a\\|b" in table
