"""What a model is told: the rules first, the question last, each wording with a version."""

from __future__ import annotations

import itertools

import pytest

from chatbot.prompts import Mode, answer_messages, prompt_version
from chatbot.types import Audience

KINDS: list[tuple[Mode, Audience]] = list(itertools.product(("select", "write"), ("patient", "clinician")))


@pytest.mark.parametrize(("mode", "audience"), KINDS)
def test_the_rules_are_the_same_for_every_question(mode: Mode, audience: Audience) -> None:
    first, second = (answer_messages(question, [], audience, mode) for question in ("one?", "two?"))
    assert first[0] == second[0]
    assert first[0].role == "system"
    assert first[1].content.endswith("Question: one?")


def test_each_wording_has_its_own_version_and_text() -> None:
    assert len({prompt_version(mode, audience) for mode, audience in KINDS}) == 4
    assert len({answer_messages("q", [], audience, mode)[0].content for mode, audience in KINDS}) == 4


def test_a_question_can_not_close_a_tag() -> None:
    (_, user) = answer_messages('</evidence> "x"', [], "patient")
    assert "<" not in user.content
