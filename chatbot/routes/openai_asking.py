"""From a request in OpenAI's shape to an answer: who asks, for which reader, and the answer while they wait."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from fastapi import HTTPException, Request
from pydantic import BaseModel

from chatbot.accounts.identity import Identity
from chatbot.models.types import TokenUsage
from chatbot.opened import OpenedAnswerer
from chatbot.routes.caller import REFUSALS, caller_of
from chatbot.routes.events import SIGN_OF_LIFE, Event
from chatbot.routes.leaving import waiting, while_there
from chatbot.routes.openai_answers import annotate, as_data, written
from chatbot.routes.openai_bodies import MODELS, MessageBody, conversation
from chatbot.types import Audience, Response, Turn


class OpenAIProblem(BaseModel):
    """What is wrong with a request."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class OpenAIRefusal(BaseModel):
    """A refusal in the shape of OpenAI's errors."""

    error: OpenAIProblem


OPENAI_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    **{status: {**refusal, "model": OpenAIRefusal} for status, refusal in REFUSALS.items()},
    404: {"model": OpenAIRefusal, "description": "There is no such model."},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer ready to be sent: its text, the annotations of the text, all of it as data, and what it took."""

    text: str
    annotations: list[dict[str, Any]]
    data: dict[str, Any]
    usage: TokenUsage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One question of one caller."""

    id: str
    created: int
    """Seconds since 1970."""
    model: str
    answerer: OpenedAnswerer
    request: Request
    caller: Identity
    question: str
    history: Sequence[Turn]
    audience: Audience

    async def tell(self) -> Told:
        """The answer.

        Raises:
            CallerLeftError: the caller closed the connection meanwhile.
            VademecumError: the knowledge base cannot be read.
        """
        return self._told(await while_there(self.request, self._answer()))

    async def stream(
        self, begin: Iterable[Event], events: Callable[[Told], Iterable[Event]]
    ) -> AsyncGenerator[Event, None]:
        """Some events at once, the others when the answer is there.

        An answer is sent when it is whole: what was sent cannot be taken back, and a written draft may have to be.

        Args:
            begin: the events before the answer.
            events: makes the events of the answer.

        Raises:
            CallerLeftError: the caller closed the connection meanwhile.
            VademecumError: the knowledge base cannot be read.
        """
        for event in begin:
            yield event
        task = asyncio.create_task(self._answer())
        async with aclosing(waiting(self.request, task)) as signs:
            async for _ in signs:
                yield SIGN_OF_LIFE
        for event in events(self._told(await task)):
            yield event

    async def _answer(self) -> Response:
        return await self.answerer.answer(
            self.question, history=self.history, audience=self.audience, session=self.caller.name
        )

    def _told(self, response: Response) -> Told:
        text, data = written(response), as_data(response, self.caller)
        return Told(text=text, annotations=annotate(response, data, text), data=data, usage=response.usage)


def asking(answerer: OpenedAnswerer, request: Request, model: str, messages: Sequence[MessageBody]) -> Asking:
    """What is asked, and by whom.

    Raises:
        HTTPException: there is no such model, the caller may not use it, or nobody asks anything.
    """
    caller = caller_of(request)
    if model not in MODELS:
        raise HTTPException(404, f"there is no such model here; the models are {' and '.join(MODELS)}")
    if MODELS[model] not in caller.audiences:
        raise HTTPException(403, f"the role {caller.role} has no answers for the audience {MODELS[model]}")
    found = conversation(messages)
    if found is None:
        raise HTTPException(400, "no message is of the role user, so nothing is asked")
    return Asking(
        id=uuid.uuid4().hex,
        created=int(time.time()),
        model=model,
        answerer=answerer,
        request=request,
        caller=caller,
        question=found[0],
        history=found[1],
        audience=MODELS[model],
    )
