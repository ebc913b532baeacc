"""The chat at LangChain's boundary: any LangChain chat model behind ours, and the whole assistant as one.

The only module of this layer that imports langchain-core.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from typing import Any, Final

from anyio.from_thread import start_blocking_portal
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, SkipValidation

from chatbot.contract import to_json
from chatbot.conversation import last_question
from chatbot.models.pace import Limits, paced
from chatbot.models.types import ChatModelError, Message, PromptSize
from chatbot.plain_text import pieces, to_plain_text
from chatbot.streaming import AnswersQuestions
from chatbot.types import Audience, Response, Turn
from knowledge_base.errors import VademecumError

_ROLES: Final[dict[str, type[BaseMessage]]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}


class LangChainChatModel:
    """A LangChain chat model that writes for the answerer, which checks each of its sentences as any other's."""

    def __init__(self, chat_model: BaseChatModel, *, name: str | None = None, limits: Limits | None = None) -> None:
        self._chat_model = chat_model
        self._name = name or getattr(chat_model, "model_name", None) or type(chat_model).__name__
        self._limits = limits or Limits()

    @property
    def name(self) -> str:
        """The name given, the model's own, or that of its class."""
        return self._name

    def for_session(self, session: str) -> LangChainChatModel:
        """The model itself."""
        return self

    async def prompt_size(self, messages: Sequence[Message]) -> PromptSize | None:
        """None: LangChain counts with tokenizers that need not be the model's."""
        return None

    async def check(self) -> tuple[str, ...]:
        """The model's name; LangChain has no way to ask whether it is there."""
        return (self._name,)

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        """The reply in pieces, no more of them than tokens are allowed; the model's own settings hold for the rest.

        Raises:
            ChatModelError: the model failed, is too slow, or said nothing.
        """
        reply = self._reply(messages, max_tokens)
        async with aclosing(paced(reply, self._limits, f"the model {self._name}")) as timely:
            async for piece in timely:
                yield piece

    async def _reply(self, messages: Sequence[Message], max_tokens: int) -> AsyncGenerator[str, None]:
        given = [_ROLES[message.role](content=message.content) for message in messages]
        n_pieces = 0
        try:
            async for chunk in self._chat_model.astream(given):
                yield str(chunk.text)
                n_pieces += 1
                if n_pieces >= max_tokens:
                    return
        except Exception as error:  # noqa: BLE001, RUF100 - the edge to any library; its message may hold the prompt
            raise ChatModelError(f"the model {self._name} failed ({type(error).__name__})") from error


class VademecumChatModel(BaseChatModel):
    """The whole assistant as a LangChain chat model: `VademecumChatModel(answerer=...).invoke("...")`.

    The last human message is the question, human and AI messages before it are the conversation; system messages have
    no effect. A message's content is the answer as a person reads it; `response_metadata["vademecum"]` is the object
    that `ask --json` prints, with every citation. In a stream it comes with the last chunk.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    answerer: SkipValidation[AnswersQuestions]
    audience: Audience = "patient"

    @property
    def _llm_type(self) -> str:
        return "vademecum"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401 - LangChain's signature
    ) -> ChatResult:
        # A thread with a loop of its own: the caller's may be running already.
        with start_blocking_portal() as portal:
            return _result(portal.call(self._answer, messages))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> ChatResult:
        return _result(await self._answer(messages))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> Iterator[ChatGenerationChunk]:
        with start_blocking_portal() as portal:
            response = portal.call(self._answer, messages)
        for chunk in _chunks(response):
            if run_manager is not None:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(await self._answer(messages)):
            if run_manager is not None:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _answer(self, messages: Sequence[BaseMessage]) -> Response:
        turns = [
            Turn(role="user" if isinstance(message, HumanMessage) else "assistant", content=str(message.text))
            for message in messages
            if isinstance(message, HumanMessage | AIMessage)
        ]
        found = last_question(turns)
        if found is None:
            raise VademecumError("there is no human message, so nothing is asked")
        question, history = found
        return await self.answerer.answer(question, history=history, audience=self.audience)


def _metadata(response: Response) -> dict[str, Any]:
    return {"model_name": "vademecum", "finish_reason": "stop", "vademecum": to_json(response)}


def _result(response: Response) -> ChatResult:
    message = AIMessage(content=to_plain_text(response), response_metadata=_metadata(response))
    return ChatResult(generations=[ChatGeneration(message=message)])


def _chunks(response: Response) -> Iterator[ChatGenerationChunk]:
    for piece in pieces(to_plain_text(response)):
        yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
    last = AIMessageChunk(content="", response_metadata=_metadata(response), chunk_position="last")
    yield ChatGenerationChunk(message=last)
