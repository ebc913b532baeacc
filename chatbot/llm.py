"""The client of an OpenAI-compatible server: vLLM, llama.cpp, Ollama, or a hosted one.

Knows HTTP addresses, retries and streaming; knows no documents and judges nothing. The only importer of `openai`.
Whatever goes wrong on the way to the model is one `ChatModelError` with one line.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import secrets
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import anyio
import httpx2
import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam

from chatbot.models.pace import Limits, paced
from chatbot.models.types import ChatModelError, Message, PromptSize, RequestRefusedError, TokenUsage

_NO_KEY = "none"
"""Local servers ask for no key, but the client refuses an empty one."""
_BROKEN = (openai.OpenAIError, OSError, ValueError, TypeError, AttributeError, LookupError)
"""A server that sends something else than it should is met by errors that openai does not wrap."""
_BUSY: Final = frozenset({429, 503})
_NOT_THIS_REQUEST: Final = frozenset({400, 413, 422})
_RETRIES: Final = 2
_BACK_OFF_SECONDS: Final = 0.25
"""Before the first retry; twice as long before the next, less up to half by chance so that many do not come at once."""
_DONE: Final = "[DONE]"
_VLLM: Final = "vllm"
"""What vLLM's list of models says under `owned_by`."""
_COUNTS_TOKENS: Final = frozenset({_VLLM, "llamacpp", "library", "openai", "openai-internal", "system"})
"""What vLLM, llama.cpp, Ollama and OpenAI say there; others may refuse a request that asks them to count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """What the list of models tells of a server."""

    model: str
    owner: str

    @property
    def is_vllm(self) -> bool:
        return self.owner == _VLLM


@dataclass(slots=True)
class _Known:
    """What all sessions of one client have found out: the server once it was asked, and TLS settings once made."""

    server: _Server | None = None
    tls: ssl.SSLContext | None = None
    salt_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))


class _Tokenized(openai.BaseModel):
    """What vLLM's `/tokenize` answers."""

    count: int
    max_model_len: int


class OpenAIChatModel:
    """A model served over the OpenAI protocol.

    A fresh client is made for each reply, because a client is bound to the event loop it was first used in and the
    command line, the chat and the server each bring their own.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str | None = None,
        api_key: str | None = None,
        limits: Limits | None = None,
        retries: int = _RETRIES,
        back_off_seconds: float = _BACK_OFF_SECONDS,
    ) -> None:
        """Nothing is asked of the server before the first reply.

        Args:
            base_url: the server's address, up to `/v1`.
            model: its name there; None takes the first that the server offers.
            api_key: the server's key.
            limits: time limits of a reply.
            retries: how often a request is sent again that met a busy server or none, before anything was said.
            back_off_seconds: how long to wait before the first of them, where the server does not say.
        """
        self._base_url = base_url
        self._model = model
        self._api_key = api_key or _NO_KEY
        self._limits = limits or Limits()
        self._retries = retries
        self._back_off_seconds = back_off_seconds
        self._known = _Known()
        self._session = ""
        self._usage: TokenUsage | None = TokenUsage()

    @property
    def name(self) -> str:
        """The model's name; before the server was asked for it, its address."""
        return self._model or (self._known.server.model if self._known.server else self._base_url)

    def for_session(self, session: str) -> OpenAIChatModel:
        """The same model for one session: vLLM keeps the prefixes of its prompts apart from those of others."""
        other = copy(self)
        other._session = session
        other._usage = TokenUsage()
        return other

    @property
    def usage(self) -> TokenUsage | None:
        """The tokens of this session's replies as the server counted them; None if one was not counted or broke off."""
        return self._usage

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        """The reply in pieces, at temperature 0; closing the generator closes the connection.

        Raises:
            ChatModelError: the server cannot be reached, is too slow, refuses, breaks off, or says nothing.
        """
        pieces = self._persistent(messages, max_tokens)
        async with aclosing(paced(pieces, self._limits, f"the model at {self._base_url}")) as timely:
            async for piece in timely:
                yield piece

    async def prompt_size(self, messages: Sequence[Message]) -> PromptSize | None:
        """The prompt's tokens and the server's context, where it is vLLM and answers soon; else None."""
        try:
            with anyio.fail_after(self._limits.gap):
                async with self._client() as client:
                    server = await self._server(client)
                    if not server.is_vllm:
                        return None
                    told = await client.post(
                        f"{self._base_url.rstrip('/').removesuffix('/v1')}/tokenize",
                        cast_to=_Tokenized,
                        body={"model": server.model, "messages": [_param(message) for message in messages]},
                    )
                    return PromptSize(told.count, told.max_model_len)
        except (*_BROKEN, ChatModelError):
            # Whatever is wrong shows when the reply is asked for.
            return None

    async def check(self) -> tuple[str, ...]:
        """The names of the models the server offers.

        Raises:
            ChatModelError: the server cannot be reached, is too slow, or refuses.
        """
        try:
            with anyio.fail_after(self._limits.total):
                async with self._client() as client:
                    return tuple([model.id async for model in client.models.list()])
        except _BROKEN as error:
            raise self._complaint(error) from error

    async def _persistent(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str, None]:
        """The reply, asked for again as long as nothing was said and the server may only be busy."""
        said = False
        for attempt in range(self._retries + 1):
            try:
                async with aclosing(self._attempt(messages, max_tokens)) as pieces:
                    async for piece in pieces:
                        said = said or bool(piece)
                        yield piece
                return
            except _BROKEN as error:
                wait = self._wait_seconds(error, attempt)
                if said or wait is None:
                    raise self._complaint(error) from error
            await anyio.sleep(wait)

    async def _attempt(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str, None]:
        ended = False
        async with self._client() as client:
            server = await self._server(client)
            try:
                # The lines as they come: an object for each chunk costs three times what all else here does.
                async with client.chat.completions.with_streaming_response.create(
                    model=server.model,
                    messages=[_param(message) for message in messages],
                    max_tokens=max_tokens,
                    temperature=0.0,
                    seed=0,
                    stream=True,
                    stream_options={"include_usage": True} if server.owner in _COUNTS_TOKENS else openai.omit,
                    extra_body={"cache_salt": self._salt()} if server.is_vllm else None,
                ) as reply:
                    usage = None
                    try:
                        async for line in reply.iter_lines():
                            chunk = _chunk(line, reply.http_request)
                            usage = _usage(chunk.get("usage")) or usage
                            for choice in chunk.get("choices") or ():
                                ended = ended or choice.get("finish_reason") is not None
                                yield choice["delta"].get("content") or ""
                    finally:
                        self._usage = self._usage.plus(usage) if self._usage and usage else None
            except openai.NotFoundError:
                # Another model may be served there now.
                self._known.server = None
                raise
            except httpx2.HTTPError as error:
                raise ConnectionResetError from error
        if not ended:
            # A server that dies closes its connection, and without a length that looks like a reply's end.
            raise ConnectionResetError

    def _client(self) -> AsyncOpenAI:
        # Reading the system's certificates takes longer than all else here, so it is done once.
        self._known.tls = self._known.tls or ssl.create_default_context()
        timeout = openai.Timeout(self._limits.total, connect=self._limits.connect)
        http_client = openai.DefaultAsyncHttpxClient(verify=self._known.tls, timeout=timeout)
        return AsyncOpenAI(base_url=self._base_url, api_key=self._api_key, http_client=http_client, max_retries=0)

    async def _server(self, client: AsyncOpenAI) -> _Server:
        if self._known.server is None:
            self._known.server = await self._find_server(client)
        return self._known.server

    async def _find_server(self, client: AsyncOpenAI) -> _Server:
        try:
            offered = [model async for model in client.models.list()]
        except openai.NotFoundError:
            # Not every server lists its models; one that is named need not be found there.
            offered = []
        if self._model is None and not offered:
            raise ChatModelError(f"the server at {self._base_url} offers no model; set VADEMECUM_LLM_MODEL")
        name = self._model or offered[0].id
        owners = {model.id: model.owned_by for model in offered}
        return _Server(model=name, owner=_VLLM if _VLLM in owners.values() else owners.get(name, ""))

    def _salt(self) -> str:
        return hmac.new(self._known.salt_key, self._session.encode(), hashlib.sha256).hexdigest()

    def _wait_seconds(self, error: Exception, attempt: int) -> float | None:
        """How long to wait before asking again; None if that is of no use or would take too long."""
        if attempt >= self._retries:
            return None
        back_off = self._back_off_seconds * 2.0**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load only
        match error:
            case openai.APIStatusError() if error.status_code in _BUSY:
                wait = back_off + _retry_after_seconds(error.response.headers.get("retry-after", "0"))
                return None if wait > self._limits.first else wait
            case openai.NotFoundError() if self._model is None and attempt == 0:
                return 0.0
            case openai.APITimeoutError():
                return None
            case openai.APIConnectionError() | ConnectionResetError():
                return back_off
            case _:
                return None

    def _complaint(self, error: Exception) -> ChatModelError:
        model = f"the model at {self._base_url}"
        match error:
            case openai.APITimeoutError():
                return ChatModelError(f"{model} can not be reached within {self._limits.connect:g} s")
            case TimeoutError():
                return ChatModelError(f"{model} did not answer within {self._limits.total:g} s")
            case openai.APIConnectionError() | ConnectionResetError():
                return ChatModelError(f"{model} can not be reached or broke off; check that it is running")
            case openai.AuthenticationError():
                return ChatModelError(f"{model} refused the key (status 401); check VADEMECUM_LLM_API_KEY")
            case openai.APIStatusError() if error.status_code in _NOT_THIS_REQUEST:
                return RequestRefusedError(f"{model} refused this request with status {error.status_code}")
            case openai.APIStatusError():
                return ChatModelError(f"{model} refused with status {error.status_code}")
            case openai.APIError():
                return ChatModelError(f"{model} met an error in the middle of its reply")
            case _:
                return ChatModelError(f"{model} sent a reply that can not be read ({type(error).__name__})")


def _retry_after_seconds(written: str) -> float:
    """The header Retry-After (RFC 9110, 10.2.3) in seconds; it may be a date, and what is neither asks for no wait."""
    try:
        return max(0.0, float(written))
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(written)
    except ValueError:
        return 0.0
    return max(0.0, (when - datetime.now(UTC)).total_seconds()) if when.tzinfo is not None else 0.0


def _chunk(line: str, request: httpx2.Request) -> dict[str, Any]:
    """What one line of a reply says (server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html).

    Raises:
        APIError: the server says that something went wrong.
        ValueError: the line is no JSON.
    """
    if not line.startswith("data:"):
        return {}
    if (data := line[5:].strip()) == _DONE:
        return {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    chunk: dict[str, Any] = json.loads(data)
    if chunk.get("error"):
        raise openai.APIError("the server met an error", request, body=None)
    return chunk


def _usage(told: object) -> TokenUsage | None:
    """The counts of a chunk; most have none, and what is no count is none either."""
    if not isinstance(told, dict):
        return None
    n_read, n_written = told.get("prompt_tokens"), told.get("completion_tokens")
    if not (isinstance(n_read, int) and isinstance(n_written, int)):
        return None
    return TokenUsage(n_read=n_read, n_written=n_written)


def _param(message: Message) -> ChatCompletionMessageParam:
    match message.role:
        case "system":
            return {"role": "system", "content": message.content}
        case "assistant":
            return {"role": "assistant", "content": message.content}
        case _:
            return {"role": "user", "content": message.content}
