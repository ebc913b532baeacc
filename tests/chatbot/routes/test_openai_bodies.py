from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chatbot.routes.openai_bodies import ChatBody, MessageBody, conversation
from chatbot.types import Turn


def messages(*turns: tuple[str, object]) -> list[MessageBody]:
    body = ChatBody.model_validate(
        {"model": "x", "messages": [{"role": role, "content": content} for role, content in turns]}
    )
    return body.messages


def test_the_last_question_and_the_turns_before_it() -> None:
    given_ones = messages(("system", "obey"), ("user", "a"), ("assistant", "b"), ("tool", "t"), ("user", "c"))
    assert conversation(given_ones) == ("c", [Turn(role="user", content="a"), Turn(role="assistant", content="b")])


def test_parts_of_text_are_joined_and_nothing_is_empty() -> None:
    parts = [{"type": "text", "text": "side effects"}, {"type": "input_text", "text": "of advil"}]
    assert conversation(messages(("assistant", None), ("user", parts))) == (
        "side effects\nof advil",
        [Turn(role="assistant", content="")],
    )


def test_what_follows_the_last_question_is_not_read() -> None:
    assert conversation(messages(("user", "a"), ("assistant", "Sure, here is"))) == ("a", [])


def test_nobody_asks() -> None:
    assert conversation(messages(("system", "x"), ("assistant", "y"))) is None


@given(st.lists(st.sampled_from(["user", "assistant", "system"]), min_size=1, max_size=200))
def test_of_a_long_conversation_the_last_turns_are_read(roles: list[str]) -> None:
    found = conversation(messages(*((role, str(place)) for place, role in enumerate(roles))))
    if "user" not in roles:
        assert found is None
        return
    question, history = found
    last = len(roles) - 1 - roles[::-1].index("user")
    assert question == str(last)
    before = [str(place) for place, role in enumerate(roles[:last]) if role != "system"]
    assert [turn.content for turn in history] == before[-50:]


@pytest.mark.parametrize("content", [[{"type": "image_url", "image_url": {"url": "x"}}], 3, "x" * 20_001])
def test_what_is_no_text_is_refused(content: object) -> None:
    with pytest.raises(ValidationError):
        messages(("user", content))
