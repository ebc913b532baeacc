"""Answers as server-sent events (WHATWG HTML, 9.2): each a line of JSON, errors among them."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, Final

from fastapi.responses import StreamingResponse

from chatbot.guard.refusals import refusal_body
from chatbot.routes.failures import BROKEN
from chatbot.routes.leaving import CallerLeftError
from knowledge_base.errors import VademecumError

_LOG: Final = logging.getLogger(__name__)
_KIND: Final = "text/event-stream"
Event = dict[str, Any]
SIGN_OF_LIFE: Final[Event] = {}
"""An event without content: a comment that keeps the connection open."""
STREAMED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The answer as server-sent events, where they were asked for.", "content": {_KIND: {}}}
}
"""For the description of a route."""


def send_events(
    path: str, events: AsyncGenerator[Event, None], failure: Callable[[Event], Event], end: str = ""
) -> StreamingResponse:
    """The events as they come; one that breaks off ends with an error as its last event.

    Args:
        path: the request's path, by which errors have their shape.
        events: what to send; closed when the caller leaves.
        failure: makes the last event from the body of a refusal.
        end: what is sent as the data of the very last event, as it stands.
    """
    return StreamingResponse(_lines(path, events, failure, end), media_type=_KIND)


async def _lines(
    path: str, events: AsyncGenerator[Event, None], failure: Callable[[Event], Event], end: str
) -> AsyncGenerator[str, None]:
    try:
        async with aclosing(events):
            async for event in events:
                yield _line(event) if event else ": the answer is being made\n\n"
    except CallerLeftError:
        return
    except VademecumError as error:
        yield _line(failure(refusal_body(path, 503, str(error))))
    except Exception as error:  # noqa: BLE001, RUF100 - the edge of the program: a trace may carry the person's words
        _LOG.error("%s failed: %s", path, type(error).__name__)
        yield _line(failure(refusal_body(path, 500, BROKEN)))
    if end:
        yield f"data: {end}\n\n"


def _line(event: Event) -> str:
    kind = f"event: {event['type']}\n" if "type" in event else ""
    return f"{kind}data: {json.dumps(event)}\n\n"
