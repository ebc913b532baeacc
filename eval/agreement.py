"""How well a judge agrees with people, and the rule that one whose agreement is not known shows no score.

Agreement is Cohen's kappa against the labels of K-QA's physicians and HealthVer's annotators, with an interval by the
bootstrap over questions. It is kept by the judge's name; another model, or other instructions, is another judge.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eval.benchmark import Item
from eval.bootstrap import SEED, Interval
from eval.classification import kappa
from eval.judges import ENTAILMENTS, Judge
from eval.together import OnProgress, for_each
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LABELLED: Final = ("kqa-judge", "healthver")
"""Benchmarks whose items are a claim, its evidence and the verdict of people."""
LEAST_KAPPA: Final = 0.4
"""Below it agreement is called fair at most (Landis and Koch, Biometrics 33, 1977): such a judge shows no score."""
LEAST_N: Final = 100
_N_DRAWS: Final = 2000
_ENDS: Final = (0.025, 0.975)


class JudgeError(VademecumError):
    """A model judge is not set up, or its agreement with people is not known or too low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A judge against people on one set: Cohen's kappa with its 95 % interval, and verdicts that could not be read."""

    name: str
    n: int
    kappa: float | None
    low: float | None
    high: float | None
    unread: int

    def __str__(self) -> str:
        """One line."""
        if self.kappa is None or self.low is None or self.high is None:
            return f"{self.name}: not judged (n {self.n}, {self.unread} could not be read)"
        ends = f"{self.low:.2f} to {self.high:.2f}"
        return f"{self.name}: kappa {self.kappa:.2f} ({ends}), n {self.n}, {self.unread} could not be read"


async def measure_agreement(
    judge: Judge, name: str, items: Sequence[Item], *, parallel: int, on_progress: OnProgress | None = None
) -> Agreement:
    """Put a set of labelled claims to a judge.

    Args:
        judge: who judges.
        name: of the set.
        items: claim as question, evidence as context, the verdict of people as gold.
        parallel: claims at once.
        on_progress: told after each.

    Raises:
        VademecumError: an item has no such verdict, or the judge cannot be reached.
    """
    if bad := [item.id for item in items if item.gold not in ENTAILMENTS]:
        raise VademecumError(f"{name}: item {bad[0]} has no verdict of people")
    verdicts: dict[str, str | None] = {}

    async def ask(item: Item) -> None:
        verdicts[item.id] = await judge.judge(item.context, item.question)
        if on_progress is not None:
            on_progress(name, len(verdicts), len(items))

    await for_each(items, ask, parallel=parallel)
    read = [(verdict, item) for item in items if (verdict := verdicts[item.id]) is not None]
    interval = kappa_interval(
        [verdict for verdict, _ in read], [str(item.gold) for _, item in read], [item.cluster for _, item in read]
    )
    return Agreement(
        name=name,
        n=interval.n,
        kappa=interval.value,
        low=interval.low,
        high=interval.high,
        unread=len(items) - len(read),
    )


def kappa_interval(given: Sequence[str], known: Sequence[str], clusters: Sequence[Hashable]) -> Interval:
    """Cohen's kappa with its 95 % interval, whole clusters drawn (percentile bootstrap, seeded)."""
    value = kappa(given, known)
    if value is None:
        return Interval(len(given), None, None, None)
    import numpy as np

    labels = {label: place for place, label in enumerate(dict.fromkeys((*given, *known)))}
    places = {name: place for place, name in enumerate(dict.fromkeys(clusters))}
    tables = np.zeros((len(places), len(labels), len(labels)))
    for one, other, name in zip(given, known, clusters, strict=True):
        tables[places[name], labels[one], labels[other]] += 1
    draw = np.random.default_rng(SEED)
    drawn = [_kappa_of(tables[draw.integers(0, len(places), size=len(places))].sum(axis=0)) for _ in range(_N_DRAWS)]
    low, high = np.quantile([one for one in drawn if one is not None] or [value], _ENDS)
    return Interval(len(given), value, float(low), float(high))


def keep(path: Path, judge: str, agreements: Sequence[Agreement]) -> None:
    """Keep what was measured of a judge, in place of what was known of it."""
    known = _read(path)
    known[judge] = [asdict(one) for one in agreements]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, indent=2), encoding="utf-8")


def require(path: Path, judge: str) -> list[Agreement]:
    """The agreement of a judge with people, on every labelled set.

    Raises:
        JudgeError: it was not measured, on too few claims, or is too low; says what to do.
    """
    try:
        found = {one["name"]: Agreement(**one) for one in _read(path).get(judge, [])}
    except (TypeError, KeyError) as error:
        raise JudgeError(f"{path} is damaged ({type(error).__name__}); measure the judge again") from error
    for name in LABELLED:
        one = found.get(name)
        if one is None or one.n < LEAST_N:
            raise JudgeError(
                f"the judge {judge} has not been held against people on {LEAST_N} claims of {name}; "
                "do it with: vademecum eval judge --data DIR"
            )
        if one.kappa is None or one.kappa < LEAST_KAPPA:
            raise JudgeError(f"the judge {judge} agrees too little with people ({one}); take another model")
    return list(found.values())


def _kappa_of(table: NDArray[np.float64]) -> float | None:
    total = table.sum()
    by_chance = float((table.sum(axis=0) * table.sum(axis=1)).sum() / total**2)
    return None if by_chance == 1 else float((table.trace() / total - by_chance) / (1 - by_chance))


def _read(path: Path) -> dict[str, list[dict[str, Any]]]:
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise JudgeError(
            f"{path} is damaged ({type(error).__name__}); delete it and measure the judge again"
        ) from error
