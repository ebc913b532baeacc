from __future__ import annotations

from collections.abc import AsyncGenerator

import anyio
import pytest

from chatbot.models.pace import Limits, paced
from chatbot.models.types import ChatModelError


class Reply:
    """Pieces, each after its seconds; remembers that it was closed."""

    def __init__(self, *pieces: tuple[float, str]) -> None:
        self.pieces, self.closed = pieces, False

    async def __call__(self) -> AsyncGenerator[str, None]:
        try:
            for seconds, piece in self.pieces:
                await anyio.sleep(seconds)
                yield piece
        finally:
            self.closed = True


def heard(reply: Reply, limits: Limits, *, reader_seconds: float = 0.0) -> list[str]:
    async def run() -> list[str]:
        found = []
        async for piece in paced(reply(), limits, "it"):
            await anyio.sleep(reader_seconds)
            found.append(piece)
        return found

    return anyio.run(run)


def test_what_comes_in_time_passes_without_empty_pieces() -> None:
    assert heard(Reply((0, ""), (0, "a"), (0, ""), (0, "b")), Limits()) == ["a", "b"]


@pytest.mark.parametrize(
    ("reply", "limits", "complaint"),
    [
        (Reply((60, "a")), Limits(first=0.2), "did not answer within 0.2 s"),
        (Reply((0, ""), (0.15, ""), (0.15, "a")), Limits(first=0.2), "did not answer within 0.2 s"),
        (Reply((0, "a"), (60, "b")), Limits(gap=0.1), "fell silent for 0.1 s"),
        (Reply(*[(0.05, "a")] * 20), Limits(total=0.4), "did not end its reply within 0.4 s"),
        (Reply((0, "")), Limits(), "empty reply"),
    ],
)
def test_what_comes_late_is_an_error_and_the_reply_is_closed(reply: Reply, limits: Limits, complaint: str) -> None:
    with pytest.raises(ChatModelError, match=complaint):
        heard(reply, limits)
    assert reply.closed


def test_a_slow_reader_is_no_silent_model() -> None:
    assert heard(Reply((0, "a"), (0, "b"), (0, "c")), Limits(gap=0.5), reader_seconds=0.6) == ["a", "b", "c"]
