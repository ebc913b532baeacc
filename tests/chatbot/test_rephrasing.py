"""The model may word a follow-up, within what the conversation names; else the rules' version holds."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence

import anyio
import pytest

from chatbot.models.types import ChatModelError, Message
from chatbot.privacy.identifiers import FindsIdentifiers, Identifier, MaskingError
from chatbot.privacy.masker import RuleFinder
from chatbot.rephrasing import rephrase
from chatbot.rewriting import Rewritten
from chatbot.types import Turn
from knowledge_base.drug_names import DrugLexicon
from knowledge_base.types import DrugName

LEXICON = DrugLexicon.build(
    [DrugName(name=one, relation="ingredient", ingredients=(one,)) for one in ("metformin", "lisinopril", "warfarin")]
)
HISTORY = [
    Turn(role="user", content="what is the dose of metformin"),
    Turn(role="assistant", content="The label says warfarin 5 mg."),
]
BY_RULES = Rewritten("metformin: and with alcohol?", ("metformin",), leans=True)


class ScriptedChatModel:
    """Says what it is told, after a while, or fails; remembers what it was asked."""

    name = "scripted"

    def __init__(self, reply: str, *, fails: bool = False, seconds: float = 0.0) -> None:
        self.reply, self.fails, self.seconds = reply, fails, seconds
        self.asked: list[Sequence[Message]] = []

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        self.asked.append(messages)
        if self.fails:
            raise ChatModelError("the model can not be reached")
        await anyio.sleep(self.seconds)
        yield self.reply


def rephrased(
    model: ScriptedChatModel,
    by_rules: Rewritten = BY_RULES,
    seconds: float = 5.0,
    history: Sequence[Turn] = HISTORY,
    finder: FindsIdentifiers | None = None,
) -> Rewritten:
    async def run() -> Rewritten:
        return await rephrase(
            model,
            "and with alcohol?",
            history,
            by_rules,
            LEXICON.resolve,
            finder or RuleFinder(),
            timeout_seconds=seconds,
        )

    return anyio.run(run)


def test_the_model_sees_placeholders_and_the_person_their_own_words() -> None:
    model = ScriptedChatModel("Can [PERSON_1] drink alcohol with metformin?")
    told = [Turn(role="user", content="My name is Anna Kovacs, what is the dose of metformin")]
    read = rephrased(model, history=told)
    sent = " ".join(message.content for asked in model.asked for message in asked)
    assert "Kovacs" not in sent
    assert "[PERSON_1]" in sent
    assert read.question == "Can Anna Kovacs drink alcohol with metformin?"


def test_without_masking_nothing_is_sent() -> None:
    class Broken:
        def find(self, text: str) -> list[Identifier]:
            raise MaskingError("identifiers cannot be looked for")

    model = ScriptedChatModel("Can I drink alcohol with metformin?")
    assert rephrased(model, finder=Broken()) == BY_RULES
    assert not model.asked


def test_a_version_that_keeps_to_the_conversation_is_taken() -> None:
    assert rephrased(ScriptedChatModel("Can I drink alcohol while taking metformin?")) == Rewritten(
        "Can I drink alcohol while taking metformin?", ("metformin",), leans=True
    )


@pytest.mark.parametrize(
    "reply",
    [
        "Can I drink alcohol with metformin and warfarin?",
        "Can I drink alcohol with lisinopril?",
        "Can I drink alcohol?",
        "Can I drink 2 beers with metformin?",
        "Can I drink alcohol with metformin and blood thinners?",
        "Can I drink alcohol with metformin?\nNo, you should not.",
        "Can I take flonezatrib with metformin?",
        "",
        "metformin " * 60,
    ],
)
def test_a_version_that_adds_or_loses_something_is_not(reply: str) -> None:
    assert rephrased(ScriptedChatModel(reply)) == BY_RULES


def test_a_model_that_fails_or_is_slow_leaves_the_rules() -> None:
    assert rephrased(ScriptedChatModel("", fails=True)) == BY_RULES
    assert rephrased(ScriptedChatModel("alcohol with metformin?", seconds=5.0), seconds=0.05) == BY_RULES


def test_a_question_that_stands_alone_is_never_sent() -> None:
    model = ScriptedChatModel("What is the dose of warfarin?")
    alone = Rewritten("what is the dose of lisinopril")
    assert rephrased(model, alone) == alone
    assert model.asked == []


def test_only_the_persons_own_turns_are_sent() -> None:
    model = ScriptedChatModel("Can I drink alcohol while taking metformin?")
    rephrased(model)
    ((system, user),) = model.asked
    assert "warfarin" not in system.content + user.content
    assert re.findall(r"<earlier>(.*?)</earlier>", user.content) == ["what is the dose of metformin"]
    assert "<last>and with alcohol?</last>" in user.content
