"""As much evidence as fits, from its beginning, in as few counts as need be."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.budget import PromptSize, estimated_size, fit_evidence
from chatbot.models.types import ChatModelError, Message


class Counts:
    """A model in which each piece of evidence is ten tokens."""

    def __init__(self, context_tokens: int) -> None:
        self.context_tokens = context_tokens
        self.n_counted = 0

    async def prompt_size(self, messages: Sequence[Message]) -> PromptSize | None:
        self.n_counted += 1
        return PromptSize(10 * len(messages[0].content), self.context_tokens)


def fitted(model: object, n: int) -> int:
    def messages_of(some: Sequence[int]) -> list[Message]:
        return [Message(role="user", content="x" * len(some))]

    async def run() -> list[Message]:
        return await fit_evidence(model, messages_of, range(n), 100)  # type: ignore[arg-type]

    return len(anyio.run(run)[0].content)


@given(n=st.integers(1, 40), room=st.integers(1, 40))
def test_as_much_as_fits_is_taken(n: int, room: int) -> None:
    assert fitted(Counts(100 + 10 * room), n) == min(n, room)


def test_what_fits_as_a_whole_is_counted_once() -> None:
    model = Counts(10_000)
    assert fitted(model, 30) == 30
    assert model.n_counted == 1


def test_nothing_fits() -> None:
    with pytest.raises(ChatModelError, match="too short"):
        fitted(Counts(105), 3)


def test_without_a_count_tokens_are_estimated() -> None:
    size = estimated_size([Message(role="user", content="word " * 300)])
    assert 300 < size.n_tokens < 700
    assert fitted(object(), 5) == 5
