"""Follow-ups made to stand alone from the person's own earlier questions."""

from __future__ import annotations

import re

import pytest

from chatbot.evidence import EvidenceRules
from chatbot.rewriting import rewrite
from chatbot.types import Turn
from knowledge_base.drug_names import Resolution
from knowledge_base.types import DrugMention

OWN_SUBJECT = EvidenceRules().has_own_subject
NAMES = {"metformin": "metformin", "ibuprofen": "ibuprofen", "advil": "ibuprofen", "sertraline": "sertraline"}


def resolve(text: str) -> Resolution:
    mentions = tuple(
        DrugMention(
            mention=match.group(),
            start=match.start(),
            end=match.end(),
            match="exact",
            ingredients=(NAMES[match.group().lower()],),
        )
        for match in re.finditer(r"[A-Za-z]+", text)
        if match.group().lower() in NAMES
    )
    return Resolution(mentions, tuple(re.findall("flonezatrib", text)))


def asked(question: str, *earlier: str) -> str:
    return rewrite(question, [Turn(role="user", content=one) for one in earlier], resolve, OWN_SUBJECT).question


@pytest.mark.parametrize(
    "question",
    ["and with alcohol?", "what about pregnancy?", "is it safe for kids", "how much should I take?", "side effects?"],
)
def test_a_question_without_a_medicine_takes_the_last_one(question: str) -> None:
    rewritten = rewrite(
        question,
        [
            Turn(role="user", content="tell me about ibuprofen"),
            Turn(role="user", content="what are the side effects of metformin"),
            Turn(role="assistant", content="Sertraline is something else."),
        ],
        resolve,
        OWN_SUBJECT,
    )
    assert rewritten.question == f"metformin: {question}"
    assert rewritten.carried == ("metformin",)


def test_a_bare_name_takes_the_earlier_question() -> None:
    assert asked("what about ibuprofen?", "is sertraline safe in pregnancy") == "is ibuprofen safe in pregnancy"
    assert asked("and metformin", "how do I store Advil?") == "how do I store metformin?"


def test_a_second_medicine_with_the_first() -> None:
    assert asked("and with advil?", "what is the dose of metformin") == "can I take metformin with advil?"


def test_what_stands_alone_is_left_alone() -> None:
    assert (
        asked("what is the dose of ibuprofen for adults", "is metformin safe")
        == "what is the dose of ibuprofen for adults"
    )
    assert asked("what does the CDC say about injection safety in outpatient clinics", "is metformin safe").startswith(
        "what does"
    )
    assert asked("and with alcohol?") == "and with alcohol?"


def test_no_medicine_so_far_joins_the_questions() -> None:
    question = asked("and for children?", "how are needles disposed of?")
    assert question == "how are needles disposed of and for children?"


@pytest.mark.parametrize(
    "question",
    ["When should a urinary catheter be removed?", "how are needles disposed of?", "how to prevent falls in hospital"],
)
def test_a_question_with_a_subject_of_its_own_stands_alone(question: str) -> None:
    assert asked(question, "can i take advil with metformin") == question


@pytest.mark.parametrize(
    "question", ["hair loss?", "can I drive", "missed dose?", "will I gain weight", "dose in kidney disease"]
)
def test_a_short_question_about_what_every_medicine_has_leans_on_the_last(question: str) -> None:
    assert asked(question, "what are the side effects of metformin") == f"metformin: {question}"


@pytest.mark.parametrize("question", ["how much flonezatrib can I take?", "what about flonezatrib", "and flonezatrib?"])
def test_an_earlier_medicine_never_takes_the_place_of_an_unknown_one(question: str) -> None:
    assert asked(question, "what is the dose of metformin") == question


def test_an_unknown_medicine_may_join_an_earlier_one() -> None:
    assert asked("can I take it with flonezatrib?", "what is the dose of metformin").startswith("metformin: ")
