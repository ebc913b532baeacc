"""Messages that ask nothing get a fixed reply; everything else is looked up."""

from __future__ import annotations

import anyio
import pytest

from chatbot.answering import Answerer
from chatbot.small_talk import small_talk_reply
from chatbot.types import Abstention
from knowledge_base.retriever import HybridRetriever


@pytest.mark.parametrize("message", ["hi", "Hello!", "Good morning :)", "thanks so much", "What can you do?", "help"])
def test_what_asks_nothing_gets_a_fixed_reply(message: str) -> None:
    assert small_talk_reply(message)


@pytest.mark.parametrize(
    "message", ["", "hi, can I take ibuprofen?", "help me sleep", "thanks, and with food?", "who should not take you"]
)
def test_a_question_is_no_small_talk(message: str) -> None:
    assert small_talk_reply(message) is None


def test_nothing_is_searched_for_a_greeting(knowledge_base) -> None:
    response = anyio.run(Answerer(knowledge_base, HybridRetriever(knowledge_base)).answer, "Hello")
    assert isinstance(response, Abstention)
    assert response.passages == ()
    assert "Ask me about a medicine" in response.text
