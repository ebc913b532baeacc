import asyncio
from dataclasses import dataclass

import pytest

from chatbot.streaming import Pending, stream_answer
from chatbot.types import Answer


@dataclass(frozen=True)
class News:
    kind: str
    text: str


class Answerer:
    """Reports what it is told to, then answers, fails or never ends."""

    def __init__(self, news=(), error=None, forever=False):
        self.news, self.error, self.forever = news, error, forever
        self.cancelled = False

    async def answer(self, question, *, history=(), audience="patient", facts=None, on_progress=None, session=""):
        try:
            for item in self.news:
                await asyncio.to_thread(on_progress, item)
                # By turns of the loop, not by time: the reader's turn comes before the answer on any machine.
                for _ in range(10):
                    await asyncio.sleep(0)
            while self.forever:
                await asyncio.sleep(1)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self.error:
            raise self.error
        return Answer(id="a", question=question, text="Yes.")


async def collect(answerer):
    return [item async for item in stream_answer(answerer, "q", (), "patient")]


def test_stages_and_draft_come_before_the_response():
    news = [News("stage", "retrieve"), News("text", "Nau"), News("text", "sea"), News("stage", "of my own")]
    *pending, response = asyncio.run(collect(Answerer(news)))
    assert pending[0] == Pending(stage="Looking through the sources")
    assert pending[-1] == Pending(stage="of my own", draft="Nausea")
    assert response.text == "Yes."


def test_an_error_passes_through():
    with pytest.raises(ValueError, match="no"):
        asyncio.run(collect(Answerer([News("stage", "answer")], ValueError("no"))))


def test_closing_the_stream_cancels_the_answer():
    answerer = Answerer([News("stage", "retrieve")], forever=True)

    async def leave_early():
        stream = stream_answer(answerer, "q", (), "patient")
        await anext(stream)
        await stream.aclose()

    asyncio.run(leave_early())
    assert answerer.cancelled


def test_what_is_reported_with_the_response_is_not_shown_before_it():
    class AtOnce(Answerer):
        async def answer(self, question, *, history=(), audience="patient", facts=None, on_progress=None, session=""):
            on_progress(News("text", "Yes. [1]"))
            return Answer(id="a", question=question, text="Yes. [1]")

    assert [type(item) for item in asyncio.run(collect(AtOnce()))] == [Answer]
