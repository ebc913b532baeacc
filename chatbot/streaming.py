"""One answer as a stream: what the answerer is doing, then the response.

The answerer reports progress by callback, perhaps from another thread; here that becomes an
asynchronous iterator. Closing the iterator cancels the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatbot.facts import Facts
from chatbot.page import FIRST_STAGE, STAGES
from chatbot.stages import OnProgress, Progress
from chatbot.types import Audience, Response, Turn


class AnswersQuestions(Protocol):
    """What the chat needs of an answerer."""

    async def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        audience: Audience = "patient",
        facts: Facts | None = None,
        on_progress: OnProgress | None = None,
        session: str = "",
    ) -> Response:
        """Answer one question."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What is happening, in the words of the interface, and the checked sentences so far."""

    stage: str
    draft: str = ""


async def stream_answer(
    answerer: AnswersQuestions,
    question: str,
    history: Sequence[Turn],
    audience: Audience,
    facts: Facts | None = None,
    *,
    session: str = "",
) -> AsyncGenerator[Pending | Response, None]:
    """Each change of stage or draft, then the response.

    Raises:
        VademecumError: the answerer could not answer; whatever else it raises passes through too.
    """
    loop = asyncio.get_running_loop()
    news: asyncio.Queue[Progress | None] = asyncio.Queue()

    def report(progress: Progress) -> None:
        loop.call_soon_threadsafe(news.put_nowait, progress)

    task = asyncio.create_task(
        answerer.answer(question, history=history, audience=audience, facts=facts, on_progress=report, session=session),
        name="answer",
    )
    task.add_done_callback(lambda _: loop.call_soon(news.put_nowait, None))
    stage, draft = FIRST_STAGE, ""
    try:
        while (progress := await news.get()) is not None:
            if progress.kind == "text":
                draft += progress.text
            else:
                stage = STAGES.get(progress.text, progress.text)
            # What came in one go is shown in one go, and nothing once the response itself is there.
            if news.empty() and not task.done():
                yield Pending(stage=stage, draft=draft)
        yield await task
    finally:
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
