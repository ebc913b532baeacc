"""The language model behind a protocol, and the client of an OpenAI-compatible server.

Knows HTTP addresses, time limits and streaming; knows no documents and judges nothing. The only importer of
`openai`. Whatever goes wrong on the way to the model is one `ChatModelError` with one line.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import httpx
import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam

from knowledge_base.errors import VademecumError

_NO_KEY = "none"
"""Local servers ask for no key, but the client refuses an empty one."""
_BROKEN = (openai.OpenAIError, httpx.HTTPError, ValueError, TypeError, AttributeError)
"""A server that breaks off in mid-reply or sends something else is met by errors that openai does not wrap."""


class ChatModelError(VademecumError):
    """The model could not be reached, or answered with an error or with nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to the model."""

    role: Literal["system", "user", "assistant"]
    content: str


@runtime_checkable
class ChatModel(Protocol):
    """What the answerer needs of a language model."""

    @property
    def name(self) -> str:
        """The name to show beside what it wrote."""
        ...

    def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncIterator[str]:
        """The reply in pieces as they come.

        Raises:
            ChatModelError: no reply; may be raised between pieces.
        """
        ...


class OpenAIChatModel:
    """A model served over the OpenAI protocol: vLLM, llama.cpp, Ollama, or a hosted one.

    A fresh client is made for each reply, because a client is bound to the event loop it was first used in and the
    command line, the chat and the server each bring their own.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str | None = None,
        api_key: str | None = None,
        timeout_seconds: float = 60.0,
    ) -> None:
        self._base_url = base_url
        self._model = model
        self._api_key = api_key or _NO_KEY
        self._timeout_seconds = timeout_seconds

    @property
    def name(self) -> str:
        """The model's name; before the server was asked for it, its address."""
        return self._model or self._base_url

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncIterator[str]:
        """The reply in pieces, at temperature 0.

        Raises:
            ChatModelError: the server cannot be reached, is too slow, refuses, or says nothing.
        """
        said = False
        try:
            async with self._client() as client:
                reply = await client.chat.completions.create(
                    model=await self._model_name(client),
                    messages=[_param(message) for message in messages],
                    max_tokens=max_tokens,
                    temperature=0.0,
                    seed=0,
                    stream=True,
                )
                async with reply:
                    async for chunk in reply:
                        piece = chunk.choices[0].delta.content if chunk.choices else None
                        if piece:
                            said = True
                            yield piece
        except _BROKEN as error:
            raise ChatModelError(self._complaint(error)) from error
        if not said:
            raise ChatModelError(f"the model at {self._base_url} sent an empty reply")

    async def check(self) -> tuple[str, ...]:
        """The names of the models the server offers.

        Raises:
            ChatModelError: the server cannot be reached or refuses.
        """
        try:
            async with self._client() as client:
                return tuple([model.id async for model in client.models.list()])
        except _BROKEN as error:
            raise ChatModelError(self._complaint(error)) from error

    def _client(self) -> AsyncOpenAI:
        return AsyncOpenAI(base_url=self._base_url, api_key=self._api_key, timeout=self._timeout_seconds, max_retries=1)

    async def _model_name(self, client: AsyncOpenAI) -> str:
        if self._model is None:
            # A server that serves one model need not have it named in the settings.
            names = [model.id async for model in client.models.list()]
            if not names:
                raise ChatModelError(f"the server at {self._base_url} offers no model; set VADEMECUM_LLM_MODEL")
            self._model = names[0]
        return self._model

    def _complaint(self, error: Exception) -> str:
        match error:
            case openai.APITimeoutError():
                return f"the model at {self._base_url} did not answer within {self._timeout_seconds:g} s"
            case openai.APIConnectionError():
                return f"the model at {self._base_url} can not be reached; check that it is running"
            case openai.APIStatusError():
                return f"the model at {self._base_url} refused with status {error.status_code}"
            case _:
                return f"the model at {self._base_url} sent a reply that can not be read ({type(error).__name__})"


def _param(message: Message) -> ChatCompletionMessageParam:
    match message.role:
        case "system":
            return {"role": "system", "content": message.content}
        case "assistant":
            return {"role": "assistant", "content": message.content}
        case _:
            return {"role": "user", "content": message.content}
