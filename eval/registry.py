"""Every benchmark by name; a new one is one line here."""

from __future__ import annotations

from typing import Final

from eval.benchmark import Benchmark
from eval.questions import Questions
from eval.wrapped import RETRIEVAL, SAFETY, WRAPPED
from knowledge_base.errors import VademecumError

REGISTRY: Final[tuple[Benchmark, ...]] = (
    Questions(),
    *WRAPPED,
)
TOGETHER: Final[tuple[Benchmark, ...]] = (RETRIEVAL, SAFETY)
"""Several others in one table, as they were measured before; `all` takes each by itself."""
ALL: Final = "all"


def find(name: str) -> tuple[Benchmark, ...]:
    """The benchmark of that name, or all of them.

    Raises:
        VademecumError: there is none; lists those there are.
    """
    if name == ALL:
        return REGISTRY
    for benchmark in (*REGISTRY, *TOGETHER):
        if benchmark.name == name:
            return (benchmark,)
    known = ", ".join(one.name for one in (*REGISTRY, *TOGETHER))
    raise VademecumError(f"eval {name}: no such benchmark; there is: {known}, {ALL}")
