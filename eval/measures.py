"""One figure of a results table: what was measured, of which system, on how many, how surely, against which bar.

Every benchmark gives a sequence of these; `tables.py` prints them side by side. Knows no benchmark.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from eval.bootstrap import Interval
from eval.statistics import Share

OURS = "vademecum"
"""How our own system is called in every table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure.

    `value`, `low` and `high` (95 % interval) are None where nothing could be judged. `bar` is what our own
    figure must reach ("at least" where `higher_is_better`, "at most" otherwise); None where there is none.
    """

    task: str
    system: str
    name: str
    n: int
    value: float | None
    low: float | None = None
    high: float | None = None
    bar: float | None = None
    higher_is_better: bool = True
    note: str = ""

    @classmethod
    def of_share(
        cls,
        task: str,
        system: str,
        name: str,
        share: Share | Interval,
        *,
        bar: float | None = None,
        higher_is_better: bool = True,
        note: str = "",
    ) -> Measure:
        """A share, or the mean of any measure, with its interval."""
        return cls(
            task=task,
            system=system,
            name=name,
            n=share.n,
            value=share.value,
            low=share.low,
            high=share.high,
            bar=bar,
            higher_is_better=higher_is_better,
            note=note,
        )

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Measure:
        """The figure that `to_json` wrote.

        Raises:
            TypeError: the row has other fields.
        """
        return cls(**{name: value for name, value in row.items() if name != "passes"})

    def with_note(self, note: str) -> Measure:
        """The figure with one more note."""
        return replace(self, note="; ".join(one for one in (self.note, note) if one))

    @property
    def passes(self) -> bool | None:
        """Whether the bar is met; None where there is no bar or nothing was judged."""
        if self.bar is None or self.value is None:
            return None
        if math.isclose(self.value, self.bar, abs_tol=1e-12):
            return True
        return self.value > self.bar if self.higher_is_better else self.value < self.bar

    def to_json(self) -> dict[str, Any]:
        """The figure as JSON values."""
        return {
            "task": self.task,
            "system": self.system,
            "name": self.name,
            "n": self.n,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "bar": self.bar,
            "higher_is_better": self.higher_is_better,
            "passes": self.passes,
            "note": self.note,
        }
