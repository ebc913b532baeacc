from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import anyio
import pytest

from eval.benchmark import Benchmark, Origin
from eval.measures import OURS
from eval.results import collect
from eval.running import Loaded, Question, ask_all, load_all, take_known
from eval.runs import OutputCache, Run, read_outputs
from knowledge_base.errors import VademecumError

SCRIPT = Path(__file__).parent / "made_benchmark.py"
IDENTITY = {"benchmarks": {}}


def _start(folder: Path, log: Path, seconds: float) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.Popen([sys.executable, SCRIPT, folder, log, str(seconds)], env={**os.environ, "PYTHONPATH": root})


def _figures(folder: Path, benchmark: Benchmark) -> list[object]:
    loaded = Loaded(benchmark=benchmark, items=tuple(benchmark.load(folder, None)))
    results = collect({}, [loaded], read_outputs(folder), folder)
    return [one for one in results["benchmarks"][0]["measures"] if one["name"] != "seconds a question"]


def test_killed_at_37_of_100_and_gone_on_with_it_is_as_undisturbed(tmp_path: Path, made: ModuleType) -> None:
    killed, log = tmp_path / "killed", tmp_path / "asked.txt"
    process = _start(killed, log, 0.15)
    deadline = time.monotonic() + 120
    outputs = killed / "outputs.jsonl"
    while not outputs.is_file() or outputs.read_bytes().count(b"\n") < 0.37 * made.N_ITEMS:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    at_hand = {one.output.item for one in read_outputs(killed)}
    assert len(at_hand) < made.N_ITEMS
    begun = set(log.read_text(encoding="utf-8").split()) - at_hand
    log.unlink()

    assert _start(killed, log, 0.0).wait() == 0
    again = log.read_text(encoding="utf-8").split()
    assert not at_hand & set(again)
    # Two were in flight when the process died; they had no output, so they are asked again.
    assert len(begun) <= 2
    assert len(again) == len(set(again)) == made.N_ITEMS - len(at_hand)

    assert _start(tmp_path / "whole", tmp_path / "other.txt", 0.0).wait() == 0
    assert _figures(killed, made.MadeBenchmark()) == _figures(tmp_path / "whole", made.MadeBenchmark())


def _ask(folder: Path, questions: list[Question], cache: OutputCache | None, parallel: int = 3) -> list[Question]:
    with Run.open(folder, IDENTITY, {}) as run:
        pending = take_known(questions, run, cache)
        anyio.run(lambda: ask_all(pending, run, cache, parallel=parallel, on_progress=lambda *_: None))
    return pending


def test_no_more_than_so_many_at_once(tmp_path: Path, made: ModuleType) -> None:
    system, benchmark = made.MadeSystem(seconds=0.01), made.MadeBenchmark()
    _ask(tmp_path, made.questions_for(benchmark.load(tmp_path, None), system, benchmark), None)
    assert system.most_at_once == 3


def test_another_run_takes_what_the_cache_knows(tmp_path: Path, made: ModuleType) -> None:
    cache, benchmark = OutputCache(tmp_path / "outputs.sqlite"), made.MadeBenchmark()
    questions = made.questions_for(benchmark.load(tmp_path, 4), made.MadeSystem(), benchmark)
    assert len(_ask(tmp_path / "one", questions, cache)) == 4
    assert _ask(tmp_path / "two", questions, cache) == []
    assert len(read_outputs(tmp_path / "two")) == 4


def test_what_failed_is_said_and_asked_again(
    tmp_path: Path, made: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    cache, benchmark = OutputCache(tmp_path / "outputs.sqlite"), made.MadeBenchmark(["xx", "broken"])
    questions = made.questions_for(benchmark.load(tmp_path, None), made.MadeSystem(), benchmark)
    _ask(tmp_path / "run", questions, cache)
    assert "made, vademecum, q1: the made system broke" in capsys.readouterr().err
    assert [one.error for one in (stored.output for stored in read_outputs(tmp_path / "run"))].count(None) == 1
    assert [one.item.id for one in _ask(tmp_path / "run", questions, cache)] == ["q1"]
    figures = {one["name"]: one for one in _figures(tmp_path / "run", benchmark)}
    # Not judged is not zero: the one that worked is right.
    assert (figures["even"]["n"], figures["even"]["value"]) == (1, 1.0)
    assert figures["failed"]["value"] == 1


def test_progress_counts_to_the_end(tmp_path: Path, made: ModuleType) -> None:
    told: list[tuple[str, int, int]] = []
    benchmark = made.MadeBenchmark()
    questions = made.questions_for(benchmark.load(tmp_path, 3), made.MadeSystem(), benchmark)
    with Run.open(tmp_path, IDENTITY, {}) as run:
        anyio.run(lambda: ask_all(questions, run, None, parallel=1, on_progress=lambda *at: told.append(at)))
    assert told == [("asking", done, 3) for done in range(4)]


def test_missing_files_are_said_and_two_items_of_one_id_refused(tmp_path: Path, made: ModuleType) -> None:
    class Absent(made.MadeBenchmark):
        origin = Origin(address="a", licence="b", paper="c", files={"absent.csv": None})

    class Twice(made.MadeBenchmark):
        def load(self, folder: Path, limit: int | None):
            return [*super().load(folder, 1), *super().load(folder, 1)]

    absent, present = load_all([Absent(), made.MadeBenchmark()], tmp_path, 2)
    assert absent.missing.startswith("not judged: file missing")
    assert len(present.items) == 2
    results = collect({}, [absent], [], tmp_path)
    assert [(one["system"], one["value"]) for one in results["benchmarks"][0]["measures"]] == [(OURS, None)]
    with pytest.raises(VademecumError, match="two items have the same id"):
        load_all([Twice()], tmp_path, None)


def test_a_file_with_another_checksum_is_refused(tmp_path: Path, made: ModuleType) -> None:
    class Checked(made.MadeBenchmark):
        origin = Origin(address="there", licence="b", paper="c", files={"rows.csv": "0" * 64})

    (tmp_path / "rows.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(VademecumError, match=r"rows.csv is not the file .* get it again from there"):
        load_all([Checked()], tmp_path, None)
