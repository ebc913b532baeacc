"""The one line of vLLM's log that says why it ended. Knows how vLLM and Python write errors; knows no process."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_TAIL_BYTES: Final = 200_000
"""Enough for several tracebacks and the list of options between them."""
_MAX_CHARS: Final = 300
_PREFIX: Final = re.compile(r"^(\([\w :=-]+\) )?((DEBUG|INFO|WARNING|ERROR|CRITICAL) \S+ \S+ \[[^\]]*\] ?)?")
_RAISED: Final = re.compile(r"^[\w.]*(Error|Exception|Interrupt|Exit)\b(: .+)?$")
_FOLLOWS: Final = (
    "EngineDeadError",
    "Engine core initialization failed",
    "WorkerProc initialization failed",
    "Executor failed",
    "cancelled",
    "KeyboardInterrupt",
    "SystemExit",
)
"""What is raised because something else was."""
_MENDS: Final = (
    (re.compile(r"out of memory|No available memory|less than desired GPU memory|allocation is less than"),
     "the model does not fit into the memory"),
    (re.compile(r"larger than the available KV cache memory|max seq len"),
     "the context does not fit beside the model: add -- --max-model-len 4096"),
    (re.compile(r"Address already in use"), "the port is taken"),
)  # fmt: skip


def read_tail(path: Path, start: int = 0) -> str:
    """The end of a log, from byte `start` at the earliest."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(start, size - _TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def why_it_ended(log: str) -> str:
    """The most telling line of a log, without its prefix; says so if there is none."""
    lines = [text for line in log.splitlines() if (text := _PREFIX.sub("", line).strip())]
    raised = [line for line in lines if _RAISED.match(line)]
    causes = [line for line in raised if not any(words in line for words in _FOLLOWS)]
    usage = [line for line in lines if ": error: " in line]
    line = (usage or causes or raised or [_last(lines)])[-1]
    for pattern, meaning in _MENDS:
        if pattern.search(line):
            return f"{meaning} ({_shortened(line)})"
    return _shortened(line)


def last_said(log: str) -> str:
    """The last line that vLLM wrote, for somebody who waits."""
    return _shortened(_last([_PREFIX.sub("", line).strip() for line in log.splitlines()]))


def _last(lines: list[str]) -> str:
    return next((line for line in reversed(lines) if line), "it said nothing")


def _shortened(line: str) -> str:
    line = "".join(character for character in line if character.isprintable()) or "it said nothing"
    return line if len(line) <= _MAX_CHARS else line[: _MAX_CHARS - 1] + "…"
