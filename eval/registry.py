"""Every benchmark by name; a new one is one line here."""

from __future__ import annotations

from typing import Final

from eval.benchmark import Benchmark
from knowledge_base.errors import VademecumError

REGISTRY: Final[tuple[Benchmark, ...]] = ()


def find(name: str) -> Benchmark:
    """The benchmark of that name.

    Raises:
        VademecumError: there is none; lists those there are.
    """
    for benchmark in REGISTRY:
        if benchmark.name == name:
            return benchmark
    known = ", ".join(one.name for one in REGISTRY)
    raise VademecumError(f"eval {name}: no such benchmark; there is: {known}")
