"""One answer under way: which stage it is in, what is reported of it, and how long each stage took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Literal, TypeVar

from chatbot.models.types import ChatModel, TokenUsage, usage_of
from chatbot.types import Notice, Response

R = TypeVar("R", bound=Response)


@dataclass(frozen=True, slots=True)
class Progress:
    """News of an answer under way: the stage it enters, or a piece of text that has been checked."""

    kind: Literal["stage", "text"]
    text: str


OnProgress = Callable[[Progress], None]


@dataclass(slots=True)
class Run:
    """The stopwatch and the reporter of one answer."""

    on_progress: OnProgress | None = None
    notices: tuple[Notice, ...] = ()
    """How the question was read; they stand first."""
    model: ChatModel | None = None
    """The language model of this answer alone."""
    timings_seconds: dict[str, float] = field(default_factory=dict)
    _shown: bool = False

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Report the stage and add its time to the timings."""
        self._report(Progress("stage", name))
        start = perf_counter()
        try:
            yield
        finally:
            self.timings_seconds[name] = self.timings_seconds.get(name, 0.0) + perf_counter() - start

    def show(self, text: str) -> None:
        """Report a piece of checked text."""
        self._shown = True
        self._report(Progress("text", text))

    def finish(self, response: R) -> R:
        """The response with the run's notices, timings and tokens; its text is reported unless it came in pieces."""
        if not self._shown:
            self.show(response.text)
        notices = (*self.notices, *response.notices)
        usage = usage_of(self.model) if self.model is not None else TokenUsage()
        return replace(response, notices=notices, usage=usage, timings_seconds=dict(self.timings_seconds))

    def _report(self, progress: Progress) -> None:
        if self.on_progress is not None:
            self.on_progress(progress)
