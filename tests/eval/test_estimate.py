from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from eval.benchmark import Output
from eval.estimate import Prices, estimate
from eval.runs import Stored
from eval.told import ToldProgress


def test_without_a_model_there_are_no_tokens(tmp_path: Path, made: ModuleType) -> None:
    benchmark = made.MadeBenchmark()
    pending = made.questions_for(benchmark.load(tmp_path, 4), made.MadeSystem(), benchmark)
    found = estimate(pending, [], parallel=2, prices=Prices(1.0, 2.0))
    assert (found.n, found.tokens_read, found.cost, found.seconds) == (4, 0, None, None)
    assert str(found) == "4 questions to ask"


def test_tokens_money_and_time_by_hand(tmp_path: Path, made: ModuleType) -> None:
    benchmark, system = made.MadeBenchmark(["x" * 400] * 10), made.MadeSystem()
    system.model = "m"
    pending = made.questions_for(benchmark.load(tmp_path, None), system, benchmark)
    known = [Stored("k", "made", Output(item="q", system="vademecum", seconds=24.0))]
    found = estimate(pending, known, parallel=2, prices=Prices(1.0, 2.0))
    # Each: 400 characters are 100 tokens, with 250 of rules and 5 passages of 250; 200 are written.
    assert (found.tokens_read, found.tokens_written) == (16_000, 2_000)
    assert found.cost == pytest.approx((16_000 * 1.0 + 2_000 * 2.0) / 1_000_000)
    assert found.seconds == pytest.approx(10 * 24 / 2)
    assert str(found).endswith("about 0.02 at the prices given, about 2 min")


def test_a_log_gets_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 30.0, 60.0, 90.0, 125.0])
    progress = ToldProgress(lambda: next(times))
    for done in range(1, 5):
        progress("asking", done, 10)
    assert capsys.readouterr().err.splitlines() == [
        "asking: 2 of 10, about 4 min left",
        "asking: 4 of 10, about 3 min left",
    ]
