"""The memory of a process: of one and all below it, looked at while they run, or the most of this one so far."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

_EVERY_SECONDS = 0.1
_MIB = 2**20


def run_and_watch(command: list[str]) -> tuple[str, float]:
    """What a command prints, and the most resident memory in MiB that it and its children had at one time.

    Raises:
        CalledProcessError: the command failed.
    """
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        done, peak = threading.Event(), 0.0

        def watch() -> None:
            nonlocal peak
            while not done.wait(_EVERY_SECONDS):
                peak = max(peak, _tree_bytes(process.pid) / _MIB)

        watcher = threading.Thread(target=watch)
        watcher.start()
        assert process.stdout is not None
        printed = process.stdout.read()
        done.set()
        watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return printed, peak


def own_peak_mib() -> int:
    """The most resident memory in MiB that this process has had.

    `getrusage` also counts what the process had that started it, until it ran a program of its own.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def _tree_bytes(pid: int) -> int:
    try:
        kib = [line.split()[1] for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in line]
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    except OSError:
        # It has ended since.
        return 0
    return sum(map(int, kib)) * 1024 + sum(map(_tree_bytes, children))


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()
