"""What OpenAI's clients send: chat completions and responses, as a question with the conversation before it.

Only the turns of the person and of the assistant count. A system message, instructions, tools and sampling settings
are read and have no effect: no client can change what the program may say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, StrictBool

from chatbot.conversation import last_question
from chatbot.question_text import MAX_TRIAGED_CHARS
from chatbot.types import Audience, Turn

MODELS: Final[dict[str, Audience]] = {"vademecum": "patient", "vademecum-clinician": "clinician"}
"""A model for each reader."""
_MAX_MESSAGES: Final = 500
_MAX_TURNS: Final = 50
"""Of a longer conversation the last ones are read."""
_HAS_USER: Final = {"contains": {"type": "object", "properties": {"role": {"const": "user"}}, "required": ["role"]}}

Text = Annotated[str, Field(max_length=MAX_TRIAGED_CHARS)]
ModelName = Annotated[str, Field(max_length=200)]


class TextPart(BaseModel):
    """A part of a message; text only."""

    type: Literal["text", "input_text", "output_text"]
    text: Text


class MessageBody(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | Annotated[list[TextPart], Field(max_length=100)] | None = None


Messages = Annotated[list[MessageBody], Field(min_length=1, max_length=_MAX_MESSAGES, json_schema_extra=_HAS_USER)]


class StreamOptions(BaseModel):
    """What a stream tells besides the answer."""

    include_usage: StrictBool | None = None


class ChatBody(BaseModel):
    """The body of `POST /v1/chat/completions`."""

    model: ModelName
    messages: Messages
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(strict=True, ge=1, le=1)] | None = None


class ResponsesBody(BaseModel):
    """The body of `POST /v1/responses`; the whole conversation comes in `input`, as nothing is kept."""

    model: ModelName
    input: Text | Messages
    stream: StrictBool | None = None
    previous_response_id: None = None


def conversation(messages: Sequence[MessageBody]) -> tuple[str, list[Turn]] | None:
    """The last question and the turns before it; None if nobody asks anything."""
    turns = [
        Turn(role="user" if message.role == "user" else "assistant", content=_text(message))
        for message in messages
        if message.role in ("user", "assistant")
    ]
    found = last_question(turns)
    return (found[0], found[1][-_MAX_TURNS:]) if found is not None else None


def _text(message: MessageBody) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    return "\n".join(part.text for part in message.content)
