"""A circuit breaker: a model that keeps failing is left alone for a while, so that nobody waits for it.

Closed, open and half-open as in M. Nygard, Release It! (2007): after some failures in a row requests fail at once; when
the time is over one request may try, and its outcome decides for the others.
"""

from __future__ import annotations

import math
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from time import monotonic
from typing import Final

from chatbot.models.types import (
    ChatModelError,
    Message,
    PromptSize,
    RequestRefusedError,
    ServedModel,
    TokenUsage,
    usage_of,
)

_FAILURES: Final = 3
_OPEN_SECONDS: Final = 30.0
_PROBE_SECONDS: Final = 1.0
"""What is said to others while one request tries."""


class Circuit:
    """The state that all requests to one model share; safe between threads."""

    def __init__(
        self,
        *,
        failures: int = _FAILURES,
        open_seconds: float = _OPEN_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._limit = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._n_failed = 0
        self._opened_at = 0.0
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether requests fail at once."""
        with self._lock:
            return self._n_failed >= self._limit and self._clock() < self._opened_at + self._open_seconds

    def enter(self) -> float:
        """Ask to send a request: 0.0 lets it go, a number is how many seconds the model is left alone yet."""
        with self._lock:
            if self._n_failed < self._limit:
                return 0.0
            left = self._opened_at + self._open_seconds - self._clock()
            if left > 0:
                return left
            if self._probing:
                return _PROBE_SECONDS
            self._probing = True
            return 0.0

    def leave(self, *, failed: bool | None) -> None:
        """Tell how the request ended; None if nobody waited for its end."""
        with self._lock:
            self._probing = False
            if failed is None:
                return
            self._n_failed = self._n_failed + 1 if failed else 0
            if self._n_failed >= self._limit:
                self._opened_at = self._clock()


class CircuitBreaker:
    """A chat model behind a circuit; itself a chat model."""

    def __init__(self, model: ServedModel, circuit: Circuit | None = None) -> None:
        self._model = model
        self._circuit = circuit or Circuit()

    @property
    def name(self) -> str:
        """The name of the model behind it."""
        return self._model.name

    @property
    def usage(self) -> TokenUsage | None:
        """As the model's."""
        return usage_of(self._model)

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        """The model's reply.

        Raises:
            ChatModelError: the model failed, or has failed so often that it is left alone.
        """
        if wait := self._circuit.enter():
            raise ChatModelError(
                f"the language model has failed several times and is tried again in {math.ceil(wait)} s"
            )
        failed: bool | None = None
        try:
            async with aclosing(self._model.stream(messages, max_tokens=max_tokens)) as pieces:
                async for piece in pieces:
                    yield piece
            failed = False
        except RequestRefusedError:
            failed = False
            raise
        except ChatModelError:
            failed = True
            raise
        finally:
            self._circuit.leave(failed=failed)

    async def prompt_size(self, messages: Sequence[Message]) -> PromptSize | None:
        """As the model's; None while it is left alone."""
        return None if self._circuit.is_open else await self._model.prompt_size(messages)

    async def check(self) -> tuple[str, ...]:
        """As the model's; an open circuit does not keep anybody from asking.

        Raises:
            ChatModelError: as the model's.
        """
        return await self._model.check()

    def for_session(self, session: str) -> CircuitBreaker:
        """The same model for one session; a failure met by one session counts for all."""
        return CircuitBreaker(self._model.for_session(session), self._circuit)
