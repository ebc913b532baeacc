"""Readiness, restarts and the end of a server, with real processes."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

pytest.importorskip("fcntl", reason="locks and process groups as on Linux and macOS")


def crash(port: int) -> None:
    with suppress(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/crash", trust_env=False)


def is_gone(pid: int) -> bool:
    """Whether the process ends within a moment; one that nobody waited for counts as ended."""
    stat, deadline = Path(f"/proc/{pid}/stat"), time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def test_it_is_ready_once_it_answers_and_ends_with_all_its_processes(watch) -> None:
    watched = watch()
    record = watched.wait_for("ready")
    assert watched.server.running() == record
    engine = watched.engine()
    os.kill(engine, 0)
    watched.stop()
    assert is_gone(engine)
    assert is_gone(record.server_pid)
    assert watched.server.read().state == "stopped"
    assert watched.server.running() is None
    assert watched.error is None


def test_a_crash_is_told_and_it_starts_again_with_the_same_address_and_key(watch) -> None:
    watched = watch()
    first, engine = watched.wait_for("ready"), watched.engine()
    crash(watched.port)
    second = watched.wait_for("ready", n_crashes=1)
    assert is_gone(engine)
    assert (second.base_url, second.api_key) == (first.base_url, first.api_key)
    assert second.server_pid != first.server_pid
    assert any("told to crash" in line for line in watched.said)


def test_a_server_that_was_killed_starts_again(watch) -> None:
    watched = watch()
    os.kill(watched.wait_for("ready").server_pid, signal.SIGKILL)
    watched.wait_for("ready", n_crashes=1)
    assert any("crashed (killed by SIGKILL)" in line for line in watched.said)


def test_it_gives_up_after_too_many_crashes_and_says_why(watch) -> None:
    watched = watch(n_crashes=2)
    for n in range(3):
        watched.wait_for("ready", n_crashes=n)
        crash(watched.port)
    watched.thread.join(30)
    assert "crashed 3 times" in str(watched.error)
    assert "told to crash" in str(watched.error)
    assert watched.server.read().state == "failed"


def test_crashes_long_ago_are_forgiven(watch) -> None:
    watched = watch(n_crashes=1, crash_window=0.0)
    for n in range(3):
        watched.wait_for("ready", n_crashes=n)
        crash(watched.port)
    watched.wait_for("ready", n_crashes=3)


def test_what_ends_while_it_starts_is_not_started_again(watch, tmp_path) -> None:
    (tmp_path / "broken").touch()
    watched = watch()
    watched.thread.join(30)
    assert str(watched.error).startswith("the model server ended while it started: ValueError: no such architecture")
    assert watched.server.read().n_crashes == 0


def test_one_that_never_answers_is_ended(watch, tmp_path) -> None:
    (tmp_path / "deaf").touch()
    watched = watch(start=2.0)
    watched.thread.join(30)
    assert "did not answer for 2 s" in str(watched.error)
    assert is_gone(watched.engine())


def test_it_can_be_stopped_while_it_starts(watch, tmp_path) -> None:
    (tmp_path / "deaf").touch()
    watched = watch()
    watched.wait_for("starting")
    watched.stop()
    assert watched.server.read().state == "stopped"
