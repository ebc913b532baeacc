"""The gate: a fast fixed sample through the extractive program; 1 if a figure falls below its floor.

    python -m eval.gate [--kb DIR] [--floors FILE.toml]

The sample is the project's own questions and some made from the starter set (`synthetic.py`). A figure falls below its
floor of `data/floors.toml` if even the better end of its 95 % interval is worse, so a sample of this size does not cry
over chance. Without `--kb` the starter set is built anew: what reads documents is under test too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import anyio

from chatbot.settings import Settings, load_settings
from chatbot.wiring import build_starter, open_finder, open_kb
from eval.benchmark import Benchmark
from eval.bootstrap import SEED
from eval.measures import Measure
from eval.questions import Questions
from eval.results import figures
from eval.running import Question, ask_one
from eval.synthetic import Synthetic, made_items
from eval.systems import Parts, open_systems
from knowledge_base.errors import VademecumError

FLOORS: Final = Path(__file__).parent / "data" / "floors.toml"
_N_KNOWN: Final = 60
_N_INVENTED: Final = 40


class Verdict(NamedTuple):
    """A figure, the floor (or ceiling) it is held to, and whether it holds."""

    measure: Measure
    floor: float
    holds: bool


def load_floors(path: Path) -> dict[str, dict[str, float]]:
    """The floors by benchmark and measure.

    Raises:
        VademecumError: the file cannot be read, or holds something else than numbers.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: {key: float(value) for key, value in some.items()} for name, some in table.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise VademecumError(f"{path}: not a file of floors ({error})") from error


def hold(measures: Sequence[Measure], floors: Mapping[str, Mapping[str, float]]) -> list[Verdict]:
    """Every floor against its figure.

    Raises:
        VademecumError: a floor has no figure; names it.
    """
    found = {(one.task, one.name): one for one in measures}
    verdicts = []
    for task, some in floors.items():
        for name, floor in some.items():
            measure = found.get((task, name))
            if measure is None or measure.value is None:
                raise VademecumError(f"gate: no figure for the floor of {task}, {name}")
            verdicts.append(Verdict(measure, floor, _holds(measure, floor)))
    return verdicts


def measure_gate(settings: Settings, kb_path: Path | None) -> list[Measure]:
    """All figures of the sample, by the program without a model whatever the settings say."""
    with tempfile.TemporaryDirectory(prefix="vademecum-gate-") as folder:
        if kb_path is None:
            kb_path = Path(folder) / "kb"
            build_starter(settings, kb_path)
        kb = open_kb(settings, kb_path)
        parts = Parts(knowledge_base=kb, data=Path(folder), cache=Path(folder), finder=open_finder(settings))
        made = Synthetic(made_items(kb, _N_KNOWN, _N_INVENTED, SEED))
        return [one for benchmark in (Questions(), made) for one in anyio.run(_measure, benchmark, parts)]


async def _measure(benchmark: Benchmark, parts: Parts) -> list[Measure]:
    (system,) = open_systems(parts, ("vademecum",)).values()
    items = benchmark.load(parts.data, None)
    outputs = [await ask_one(Question(benchmark=benchmark, item=item, system=system, key="")) for item in items]
    return figures(benchmark, list(zip(items, outputs, strict=True)))


def _holds(measure: Measure, floor: float) -> bool:
    if measure.value is None:
        return False
    if measure.higher_is_better:
        return (measure.high if measure.high is not None else measure.value) >= floor
    return (measure.low if measure.low is not None else measure.value) <= floor


def _line(one: Verdict) -> str:
    measure = one.measure
    ends = "" if measure.low is None or measure.high is None else f"({measure.low:.3f} to {measure.high:.3f})"
    side = "at least" if measure.higher_is_better else "at most"
    mark = "holds" if one.holds else "FELL"
    return (
        f"{measure.task:10} {measure.name:20} n={measure.n:<4} {measure.value:.3f} {ends} {side} {one.floor:g}: {mark}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every floor with its figure; 1 if one fell."""
    parser = argparse.ArgumentParser(prog="python -m eval.gate", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kb", type=Path, metavar="DIR", help="knowledge base; default: the starter set, built anew")
    parser.add_argument("--floors", type=Path, default=FLOORS, metavar="FILE.toml")
    options = parser.parse_args(arguments)
    floors = load_floors(options.floors)
    start = time.perf_counter()
    verdicts = hold(measure_gate(load_settings(), options.kb), floors)
    lines = [_line(one) for one in verdicts]
    sys.stdout.write("\n".join([*lines, f"{time.perf_counter() - start:.0f} s", ""]))
    return int(not all(one.holds for one in verdicts))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except VademecumError as error:
        sys.exit(f"gate: {error}")
