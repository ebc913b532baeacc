"""The processes that read: tasks are Python expressions, so each test is the hostile file it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.workers import Limits, Workers, ask_for_time
from knowledge_base.errors import IngestError

GENEROUS = Limits(seconds=60, wall_seconds=300, n_bytes=2**30)
posix_only = pytest.mark.skipif(os.name != "posix", reason="limits and signals of POSIX")


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers[str, object]]:
    with Workers(eval, 1) as workers:
        yield workers


def reason(workers: Workers[str, object], task: str, limits: Limits = GENEROUS) -> str:
    with pytest.raises(IngestError) as caught:
        workers.submit(task, limits).result()
    return str(caught.value)


def test_results_are_those_of_their_tasks_and_one_process_serves_many(workers: Workers[str, object]) -> None:
    futures = [workers.submit(task, GENEROUS) for task in ("1 + 1", "'a' * 3", "__import__('os').getpid()")]
    assert [future.result() for future in futures[:2]] == [2, "aaa"]
    assert workers.submit("__import__('os').getpid()", GENEROUS).result() == futures[2].result() != os.getpid()


@posix_only
@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("__import__('os').kill(__import__('os').getpid(), 11)", "the process that read it died (SIGSEGV); left out"),
        ("__import__('os')._exit(3)", "the process that read it died (exit code 3); left out"),
        ("1 / 0", "unexpected ZeroDivisionError while reading it: division by zero"),
        ("lambda: 0", "unexpected AttributeError while reading it"),
        ("bytes(4 * 2**30)", "needs more than 1024 MB of memory to read; left out"),
    ],
)
def test_a_task_that_ends_its_process_is_one_line_and_the_next_is_served(
    workers: Workers[str, object], task: str, said: str
) -> None:
    told = reason(workers, task)
    assert told.startswith(said) or "pickle" in told
    assert "\n" not in told
    assert workers.submit("1 + 1", GENEROUS).result() == 2


@posix_only
def test_an_endless_loop_is_ended_by_the_kernel(workers: Workers[str, object]) -> None:
    limits = Limits(seconds=1, wall_seconds=300, n_bytes=2**30)
    assert reason(workers, "all(iter(int, 1)) or sum(iter(lambda: 0, 1))", limits).startswith("took longer than 1 s")
    assert workers.submit("1 + 1", GENEROUS).result() == 2


BURN = "[(ask_for_time(0.7, n), burn(0.5)) for n in range(1, 5)]"
"""Four steps of half a second of processor time each, every one announced."""


def burning(task: str) -> object:
    def burn(seconds: float) -> None:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass

    return eval(task, {"ask_for_time": ask_for_time, "burn": burn})  # noqa: S307 - the tests' own words


@posix_only
def test_a_task_that_asks_gets_time_and_is_heard_and_one_that_does_not_is_ended() -> None:
    steps: list[int] = []
    with Workers(burning, 1) as workers:
        limits = Limits(seconds=0.4, wall_seconds=60, n_bytes=2**30, more_seconds=9)
        workers.submit(BURN, limits, steps.append).result()
        assert steps == [1, 2, 3, 4]
        # The kernel counts whole seconds.
        assert reason(workers, "burn(9)", limits).startswith(
            "took longer than 0 s of processor time, and what it asked"
        )
        assert reason(workers, BURN.replace("0.5", "3"), limits).startswith("took longer")
        bounded = Limits(seconds=0.4, wall_seconds=60, n_bytes=2**30, more_seconds=1)
        assert reason(workers, BURN.replace("range(1, 5)", "range(1, 50)"), bounded).startswith("took longer")


def test_wall_time_grows_with_what_is_asked_for() -> None:
    task = "[(ask_for_time(1, n), __import__('time').sleep(0.8)) for n in range(1, 4)]"
    with Workers(burning, 1) as workers:
        limits = Limits(seconds=1, wall_seconds=1, n_bytes=2**30, more_seconds=9)
        assert len(workers.submit(task, limits).result()) == 3  # type: ignore[arg-type]
        bounded = Limits(seconds=1, wall_seconds=1, n_bytes=2**30, more_seconds=0.2)
        assert reason(workers, task, bounded) == "took longer than 1 s to read; left out"


def test_an_endless_wait_is_ended_by_the_parent(workers: Workers[str, object]) -> None:
    limits = Limits(seconds=60, wall_seconds=0.3, n_bytes=2**30)
    assert reason(workers, "__import__('time').sleep(600)", limits) == "took longer than 0 s to read; left out"


@posix_only
def test_the_end_of_the_block_ends_what_is_running() -> None:
    start = time.monotonic()
    with Workers(eval, 1) as workers:
        pid = workers.submit("__import__('os').getpid()", GENEROUS).result()
        workers.submit("__import__('time').sleep(600)", GENEROUS)
    assert time.monotonic() - start < 100
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(pid)), 0)


@posix_only
def test_a_killed_parent_leaves_no_process_behind(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, sys\nfrom ingest.workers import Limits, Workers\n"
        "if __name__ == '__main__':\n"
        "    with Workers(eval, 1) as workers:\n"
        "        limits = Limits(seconds=60, wall_seconds=60, n_bytes=2**30)\n"
        "        print(workers.submit('__import__(\"os\").getpid()', limits).result(), flush=True)\n"
        "        os.kill(os.getpid(), 9)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    parent = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )
    pid = int(parent.stdout)
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail(f"process {pid} is still there")
