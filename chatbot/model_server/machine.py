"""What this machine has for a language model: graphics cards, and memory of its own.

Knows `nvidia-smi` and Linux's accounts of memory; knows no model.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_QUERY: Final = ("index", "uuid", "name", "memory.total", "memory.free", "compute_cap")
_QUERY_SECONDS: Final = 30
"""The first call after a start of the machine wakes the driver, which can take many seconds."""
_MIB: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A CUDA graphics card; memory in bytes."""

    index: str
    uuid: str
    name: str
    total: int
    free: int
    compute_capability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The cards that may be used, and the bytes of memory that a new process can have."""

    cards: tuple[Card, ...]
    free_memory: int


def find_machine(environment: Mapping[str, str] = os.environ) -> Machine:
    """The machine this runs on, as far as `CUDA_VISIBLE_DEVICES` lets it be seen."""
    return Machine(cards=_visible(_query_cards(), environment.get("CUDA_VISIBLE_DEVICES")), free_memory=_free_memory())


def parse_cards(listing: str) -> tuple[Card, ...]:
    """The cards in the output of `nvidia-smi --query-gpu=... --format=csv,noheader,nounits`; memory there is in MiB."""
    rows = [[field.strip() for field in line.split(",")] for line in listing.splitlines()]
    cards = []
    for row in rows:
        try:
            index, uuid, name, total, free, capability = row
            cards.append(
                Card(
                    index=index,
                    uuid=uuid,
                    name=name,
                    total=int(total) * _MIB,
                    free=int(free) * _MIB,
                    compute_capability=float(capability),
                )
            )
        except ValueError:
            # A card that does not tell its memory (`[N/A]`) cannot be planned for.
            continue
    return tuple(cards)


def _query_cards() -> tuple[Card, ...]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    command = [program, f"--query-gpu={','.join(_QUERY)}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_QUERY_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return parse_cards(done.stdout) if done.returncode == 0 else ()


def _visible(cards: tuple[Card, ...], chosen: str | None) -> tuple[Card, ...]:
    if chosen is None:
        return cards
    names = [name.strip() for name in chosen.split(",") if name.strip()]
    return tuple(card for card in cards if any(name == card.index or card.uuid.startswith(name) for name in names))


def _free_memory() -> int:
    # A container may have less than the machine.
    limits = [_available(), _left_in_group(Path("/sys/fs/cgroup"))]
    return min(limit for limit in limits if limit is not None)


def _available() -> int:
    file = Path("/proc/meminfo")
    for line in file.read_text(encoding="ascii").splitlines() if file.exists() else ():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _left_in_group(group: Path) -> int | None:
    """What the control group of this process may still use (cgroup v2); None where it sets no limit."""
    try:
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = int((group / "memory.current").read_text(encoding="ascii"))
        return max(0, int(limit) - used)
    except (OSError, ValueError):
        return None
