"""How much evidence a model's context has room for: evidence is left out, never the rules or the question.

Tokens are counted by the server itself where it can (vLLM's `/tokenize`), else estimated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol, runtime_checkable

from chatbot.models.types import ChatModelError, Message, PromptSize
from chatbot.types import Citation

_BYTES_PER_TOKEN: Final = 3
"""Label text has about four bytes a token; three errs on the side of what fits."""
_TOKENS_PER_MESSAGE: Final = 8
"""What a chat template puts around a message."""
_ASSUMED_CONTEXT: Final = 4096
"""What nearly every model served today can read; a smaller one must say so itself."""


@runtime_checkable
class SizesPrompts(Protocol):
    """A model that counts its own tokens."""

    async def prompt_size(self, messages: Sequence[Message]) -> PromptSize | None:
        """The size of a prompt as the model reads it; None where it does not tell."""
        ...


def estimated_size(messages: Sequence[Message]) -> PromptSize:
    """The size of a prompt where nobody counts it."""
    n_bytes = sum(len(message.content.encode()) for message in messages)
    return PromptSize(n_bytes // _BYTES_PER_TOKEN + _TOKENS_PER_MESSAGE * len(messages), _ASSUMED_CONTEXT)


async def fit_evidence(
    model: object, messages_of: Callable[[Sequence[Citation]], list[Message]], evidence: Sequence[Citation], reply: int
) -> list[Message]:
    """The messages with as much of the evidence, from its beginning, as leaves room for the reply.

    Args:
        model: counts its tokens if it is one that `SizesPrompts`.
        messages_of: the messages for some evidence.
        evidence: the most direct first.
        reply: tokens the reply may have.

    Raises:
        ChatModelError: not even one sentence of evidence fits.
    """
    low, high = 0, len(evidence)
    best: list[Message] | None = None
    while low < high:
        # All of it fits nearly always, so that is tried first; then halves.
        n_taken = high if best is None and high == len(evidence) else (low + high + 1) // 2
        messages = messages_of(evidence[:n_taken])
        size = await _size(model, messages)
        if size.n_tokens + reply <= size.context_tokens:
            low, best = n_taken, messages
        else:
            high = n_taken - 1
    if best is None:
        raise ChatModelError("the model's context is too short for the question and one sentence of evidence")
    return best


async def _size(model: object, messages: Sequence[Message]) -> PromptSize:
    counted = await model.prompt_size(messages) if isinstance(model, SizesPrompts) else None
    return counted or estimated_size(messages)
