"""A stream that breaks off says so in its last event, in one line without the person's words."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import anyio
import pytest

from chatbot.routes.events import SIGN_OF_LIFE, Event, send_events
from chatbot.routes.leaving import CallerLeftError
from knowledge_base.errors import VademecumError


def sent(*events: Event, error: Exception | None = None, path: str = "/v1/x", end: str = "[DONE]") -> list[str]:
    async def source() -> AsyncGenerator[Event, None]:
        for event in events:
            yield event
        if error is not None:
            raise error

    async def run() -> list[str]:
        return [str(line) async for line in send_events(path, source(), dict, end).body_iterator]

    return anyio.run(run)


def test_events_are_lines_of_json_and_a_sign_of_life_is_a_comment() -> None:
    assert sent({"a": "b\nc"}, SIGN_OF_LIFE, {"type": "done"}) == [
        'data: {"a": "b\\nc"}\n\n',
        ": the answer is being made\n\n",
        'event: done\ndata: {"type": "done"}\n\n',
        "data: [DONE]\n\n",
    ]


@pytest.mark.parametrize(
    ("error", "path", "said"),
    [
        (VademecumError("it is gone"), "/ask/stream", '{"error": "it is gone"}'),
        (VademecumError("it is gone"), "/v1/x", '"message": "it is gone", "type": "server_error"'),
        (ValueError("my words"), "/v1/x", '"message": "something went wrong'),
    ],
)
def test_what_goes_wrong_is_the_last_event(error: Exception, path: str, said: str, caplog) -> None:
    lines = sent({"a": "b"}, error=error, path=path)
    assert len(lines) == 3
    assert said in lines[1]
    assert "my words" not in "".join(lines) + caplog.text


def test_nothing_more_is_said_to_a_caller_who_left() -> None:
    assert len(sent({"a": "b"}, error=CallerLeftError())) == 1
