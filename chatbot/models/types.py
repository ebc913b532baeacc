"""What the answerer needs of a language model, and the ways in which one can fail. Imports no client library."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from knowledge_base.errors import VademecumError


class ChatModelError(VademecumError):
    """The model could not be reached, or answered with an error or with nothing."""


class RequestRefusedError(ChatModelError):
    """The model is well, but this one request is not for it: too long, or malformed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to the model."""

    role: Literal["system", "user", "assistant"]
    content: str


class PromptSize(NamedTuple):
    """The tokens of a prompt, and how many prompt and reply may have together."""

    n_tokens: int
    context_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUsage:
    """Tokens that language models read and wrote for one answer, as they counted them."""

    n_read: int = 0
    n_written: int = 0

    def plus(self, other: TokenUsage) -> TokenUsage:
        """Both together."""
        return TokenUsage(n_read=self.n_read + other.n_read, n_written=self.n_written + other.n_written)


class ChatModel(Protocol):
    """What the answerer needs of a language model."""

    @property
    def name(self) -> str:
        """The name to show beside what it wrote."""
        ...

    def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        """The reply in pieces as they come; closing the generator ends the work on it.

        Raises:
            ChatModelError: no reply; may be raised between pieces.
        """
        ...


@runtime_checkable
class ServedModel(ChatModel, Protocol):
    """A model that is on offer somewhere, to many people."""

    async def check(self) -> tuple[str, ...]:
        """The names of the models on offer there.

        Raises:
            ChatModelError: there is none, or it cannot be reached.
        """
        ...

    async def prompt_size(self, messages: Sequence[Message]) -> PromptSize | None:
        """The size of a prompt as the model reads it; None where it does not tell."""
        ...

    def for_session(self, session: str) -> ServedModel:
        """The same model for one session: what it remembers of others does not show in how fast it answers."""
        ...


@runtime_checkable
class CountsTokens(Protocol):
    """A model that knows what it has cost."""

    @property
    def usage(self) -> TokenUsage | None:
        """The tokens of all its replies since it was made for a session; None if one of them was not counted."""
        ...


def usage_of(model: ChatModel) -> TokenUsage | None:
    """What a model made for a session has cost; None where it does not know."""
    return model.usage if isinstance(model, CountsTokens) else None


def for_session(model: ChatModel, session: str) -> ChatModel:
    """The model for one session, where it tells sessions apart."""
    return model.for_session(session) if isinstance(model, ServedModel) else model
