"""What a run will take, told before it starts: questions, tokens, money if prices are set, time if it is known."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from eval.running import Question
from eval.runs import Stored
from eval.systems import N_PASSAGES

_CHARS_PER_TOKEN: Final = 4
"""Of English text, as a rule of thumb; right within a third."""
_PASSAGE_TOKENS: Final = 250
_RULES_TOKENS: Final = 250
_REPLY_TOKENS: Final = 200
_MILLION: Final = 1_000_000


class Prices(NamedTuple):
    """Of a million tokens read and written, in any one currency."""

    read: float
    written: float


class Estimate(NamedTuple):
    """How many questions are pending, what a model reads and writes for them, and how long it takes."""

    n: int
    tokens_read: int
    tokens_written: int
    cost: float | None
    seconds: float | None

    def __str__(self) -> str:
        """One line for the person who waits."""
        parts = [f"{self.n} questions to ask"]
        if self.tokens_read:
            parts.append(f"about {self.tokens_read:,} tokens read and {self.tokens_written:,} written by the model")
        if self.cost is not None:
            parts.append(f"about {self.cost:.2f} at the prices given")
        if self.seconds is not None:
            parts.append(f"about {max(1, round(self.seconds / 60))} min")
        return ", ".join(parts)


def estimate(pending: Sequence[Question], known: Iterable[Stored], *, parallel: int, prices: Prices | None) -> Estimate:
    """What the pending questions will take.

    Args:
        pending: what is to be asked.
        known: outputs whose times tell how long one takes; a benchmark and system without any leaves the time open.
        parallel: how many are asked at once.
        prices: of the model's tokens.
    """
    read = written = 0
    for question in pending:
        if question.system.model is not None:
            passages = 0 if question.system.name == "closed book" else N_PASSAGES * _PASSAGE_TOKENS
            read += len(question.item.question) // _CHARS_PER_TOKEN + _RULES_TOKENS + passages
            written += _REPLY_TOKENS
    cost = (read * prices.read + written * prices.written) / _MILLION if prices is not None and read else None
    return Estimate(len(pending), read, written, cost, _seconds(pending, known, parallel))


def _seconds(pending: Sequence[Question], known: Iterable[Stored], parallel: int) -> float | None:
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for stored in known:
        times[stored.benchmark, stored.output.system].append(stored.output.seconds)
    each = [times.get((one.benchmark.name, one.system.name)) for one in pending]
    if not each or any(some is None for some in each):
        return None
    return sum(statistics.median(some) for some in each if some) / parallel
