"""LangChain's chat models behind ours, and the assistant as one of LangChain's, over a real knowledge base."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import anyio
import pytest
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.prompts import ChatPromptTemplate

from chatbot.langchain_adapters import LangChainChatModel, VademecumChatModel
from chatbot.models.pace import Limits
from chatbot.models.types import ChatModelError, Message
from chatbot.opened import OpenedAnswerer
from chatbot.types import Response
from ingest.pipeline import ingest_paths
from knowledge_base.embedder import Embedder
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase

MONOGRAPHS = Path(str(files("knowledge_base"))) / "data" / "starter" / "monographs"
QUESTION = "What are the common side effects of ibuprofen?"


class Recording(BaseChatModel):
    """Says one thing, whole, after it has noted what it was asked; or fails."""

    says: str = "Take it with food."
    fails: bool = False
    asked: list[list[BaseMessage]] = []  # noqa: RUF012 - a field of pydantic, copied for each model

    @property
    def _llm_type(self) -> str:
        return "recording"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self.asked.append(messages)
        if self.fails:
            raise RuntimeError(f"the prompt was {messages}")
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=self.says))])


@pytest.fixture(scope="module")
def knowledge_base(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> KnowledgeBase:
    path = tmp_path_factory.mktemp("kb")
    ingest_paths([MONOGRAPHS / "ibuprofen.md", MONOGRAPHS / "metformin.md"], path, embedder)
    return KnowledgeBase.open(path, embedder)


@pytest.fixture(scope="module")
def answerer(knowledge_base: KnowledgeBase) -> OpenedAnswerer:
    return OpenedAnswerer(knowledge_base, None, country="US")


@pytest.fixture(scope="module")
def assistant(answerer: OpenedAnswerer) -> VademecumChatModel:
    return VademecumChatModel(answerer=answerer)


def say(model: LangChainChatModel, max_tokens: int = 50) -> list[str]:
    async def run() -> list[str]:
        asked = [Message(role="system", content="rules"), Message(role="user", content="hello")]
        return [piece async for piece in model.stream(asked, max_tokens=max_tokens)]

    return anyio.run(run)


def replies(text: str) -> Iterator[AIMessage]:
    yield AIMessage(content=text)


# A LangChain model behind ours


def test_a_langchain_model_answers_in_pieces() -> None:
    model = LangChainChatModel(GenericFakeChatModel(messages=replies("Take it with food")))
    assert "".join(say(model)) == "Take it with food"
    assert model.name == "GenericFakeChatModel"


def test_it_is_given_the_roles_and_no_more_pieces_than_tokens() -> None:
    recording = Recording()
    assert say(LangChainChatModel(recording, name="mine")) == ["Take it with food."]
    assert [type(message) for message in recording.asked[0]] == [SystemMessage, HumanMessage]
    long = LangChainChatModel(GenericFakeChatModel(messages=replies("and on " * 50)))
    assert len([piece for piece in say(long, max_tokens=6) if piece]) <= 6


@pytest.mark.parametrize(
    ("model", "complaint"), [(Recording(fails=True), "failed .RuntimeError"), (Recording(says=""), "empty reply")]
)
def test_what_goes_wrong_in_it_is_one_line_without_the_prompt(model: Recording, complaint: str) -> None:
    with pytest.raises(ChatModelError, match=complaint) as caught:
        say(LangChainChatModel(model))
    assert "hello" not in str(caught.value)


def test_it_is_held_to_the_time_limits() -> None:
    class Slow(Recording):
        async def _agenerate(self, *_: Any, **__: Any) -> ChatResult:
            await asyncio.sleep(5)
            raise AssertionError

    with pytest.raises(ChatModelError, match="did not answer"):
        say(LangChainChatModel(Slow(), limits=Limits(first=0.1)))


def test_its_sentences_are_checked_as_any_others(knowledge_base: KnowledgeBase, answerer: OpenedAnswerer) -> None:
    quote = anyio.run(answerer.answer, QUESTION).citations[0].quote.rstrip(".")
    model = LangChainChatModel(Recording(says=f"{quote} [E1]. Take 9000 mg of it [E1]."), name="mine")
    response: Response = anyio.run(OpenedAnswerer(knowledge_base, model, country="US").answer, QUESTION)
    assert response.model == "mine"
    assert "9000" not in response.text
    assert response.citations


# The assistant as a LangChain model


def check(message: BaseMessage, knowledge_base: KnowledgeBase) -> dict[str, Any]:
    told = message.response_metadata["vademecum"]
    assert told["kind"] == "answer"
    assert told["text"] in str(message.content)
    for citation in told["citations"]:
        text = knowledge_base.store.source_text(citation["document_id"])
        assert text[citation["quote_start"] : citation["quote_end"]] == citation["quote"]
        assert f"[{citation['n']}]" in str(message.content)
    assert told["citations"]
    return told


def test_invoked_and_streamed_in_every_way_the_citations_are_data(assistant, knowledge_base) -> None:
    async def streamed() -> BaseMessage:
        whole = None
        async for chunk in assistant.astream(QUESTION):
            whole = chunk if whole is None else whole + chunk
        return whole

    parts = list(assistant.stream(QUESTION))
    assert len(parts) > 3
    whole = parts[0]
    for part in parts[1:]:
        whole += part
    messages = [assistant.invoke(QUESTION), asyncio.run(assistant.ainvoke(QUESTION)), whole, asyncio.run(streamed())]
    told = [check(message, knowledge_base)["citations"] for message in messages]
    assert all(one == told[0] for one in told)
    assert len({str(message.content) for message in messages}) == 1


def test_a_conversation_goes_on_and_system_messages_change_nothing(assistant, knowledge_base) -> None:
    said = [SystemMessage("Answer in one word."), HumanMessage("what are the side effects of metformin")]
    said += [assistant.invoke(said), HumanMessage("and with alcohol?")]
    told = check(assistant.invoke(said), knowledge_base)
    assert {one["ingredients"][0] for one in told["citations"]} == {"metformin"}


def test_it_is_a_part_of_a_chain(assistant) -> None:
    chain = ChatPromptTemplate.from_messages([("human", "side effects of {medicine}")]) | assistant | StrOutputParser()
    assert "ibuprofen" in chain.invoke({"medicine": "ibuprofen"})
    assert "".join(chain.stream({"medicine": "ibuprofen"})) == chain.invoke({"medicine": "ibuprofen"})


def test_it_works_where_a_loop_is_running_already(assistant, knowledge_base) -> None:
    async def in_a_notebook() -> BaseMessage:
        return assistant.invoke(QUESTION)

    check(asyncio.run(in_a_notebook()), knowledge_base)


def test_nothing_asked_is_an_error(assistant) -> None:
    with pytest.raises(VademecumError, match="nothing is asked"):
        assistant.invoke([SystemMessage("hello")])
