from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmark import Output
from eval.runs import OUTPUTS_FILE, OutputCache, Run, Stored, read_outputs, read_run
from knowledge_base.errors import VademecumError

IDENTITY = {"benchmarks": {}, "index": "1", "limit": None}
ONE = Stored("k1", "made", Output(item="q1", system="vademecum", answer={"text": "x"}, evidence=("a\nb",)))


def test_an_output_is_on_disk_as_soon_as_it_is_added(tmp_path: Path) -> None:
    with Run.open(tmp_path, IDENTITY, {"seed": 1}) as run:
        run.add(ONE)
        assert read_outputs(tmp_path) == [ONE]
    assert read_run(tmp_path) == {"identity": IDENTITY, "seed": 1}


def test_half_a_line_left_by_a_kill_is_cut_off(tmp_path: Path) -> None:
    with Run.open(tmp_path, IDENTITY, {}) as run:
        run.add(ONE)
    with (tmp_path / OUTPUTS_FILE).open("ab") as file:
        file.write(b'{"key": "k2", "bench')
    assert read_outputs(tmp_path) == [ONE]
    with Run.open(tmp_path, IDENTITY, {}) as run:
        assert list(run.known) == ["k1"]
        run.add(ONE._replace(key="k2"))
    assert [one.key for one in read_outputs(tmp_path)] == ["k1", "k2"]


def test_another_run_does_not_go_on_in_the_folder(tmp_path: Path) -> None:
    with Run.open(tmp_path, IDENTITY, {}):
        pass
    with pytest.raises(VademecumError, match=r"holds a run with another index; .* --out"):
        Run.open(tmp_path, {**IDENTITY, "index": "2"}, {})


def test_what_is_no_run_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(VademecumError, match=r"holds no run \(run.json is missing\)"):
        read_run(tmp_path)
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(VademecumError, match="damaged"):
        read_run(tmp_path)
    (tmp_path / OUTPUTS_FILE).write_text('{"key": 1}\n', encoding="utf-8")
    with pytest.raises(VademecumError, match="line 1: damaged"):
        read_outputs(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(VademecumError, match="cannot be used for a run"):
        Run.open(tmp_path / "file", IDENTITY, {})


def test_the_cache_keeps_what_worked_and_not_what_failed(tmp_path: Path) -> None:
    cache = OutputCache(tmp_path / "home" / "outputs.sqlite")
    cache.put("k1", ONE.output)
    cache.put("k2", Output(item="q2", system="vademecum", error="no answer"))
    again = OutputCache(tmp_path / "home" / "outputs.sqlite")
    assert again.get("k1") == ONE.output
    assert again.get("k2") is None
