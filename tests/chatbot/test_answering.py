"""From a question to its outcome, on a small knowledge base with the real retriever."""

from __future__ import annotations

import anyio
import pytest

from chatbot.answering import Answerer
from chatbot.contract import to_json
from chatbot.stages import Progress
from chatbot.types import Abstention, Answer, Audience, Emergency, Response, Turn
from knowledge_base.drug_names import Resolution
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever


@pytest.fixture(scope="module")
def answerer(knowledge_base: KnowledgeBase) -> Answerer:
    return Answerer(knowledge_base, HybridRetriever(knowledge_base))


def ask(answerer: Answerer, question: str, *earlier: str, audience: Audience = "patient") -> Response:
    history = [Turn(role="user", content=one) for one in earlier]

    async def run() -> Response:
        return await answerer.answer(question, history=history, audience=audience)

    return anyio.run(run)


def test_side_effects_come_first_and_to_the_point(answerer, check_quotes) -> None:
    response = ask(answerer, "What are the common side effects of taking Advil?")
    assert isinstance(response, Answer)
    check_quotes(response)
    assert (
        response.citations[0].quote == "The most common side effects of ibuprofen are nausea, heartburn and dizziness."
    )
    assert any("call a doctor" in citation.quote for citation in response.citations)
    assert response.text.startswith("What the ibuprofen label says about side effects:")
    assert "Call 911" in response.text
    assert response.model == "extractive"
    assert {claim.support for claim in response.claims} == {"quoted"}
    assert set(response.timings_seconds) == {"triage", "rewrite", "retrieve", "answer", "verify", "compose"}
    assert len(response.id) == 32


def test_the_boxed_warning_is_always_there(answerer) -> None:
    (warning,) = ask(answerer, "how should I store ibuprofen?").boxed_warnings
    assert warning.ingredient == "ibuprofen"
    assert (
        warning.quote
        == "WARNING: SERIOUS CARDIOVASCULAR EVENTS. Ibuprofen raises the risk of heart attack, which can be fatal."
    )


def test_both_labels_are_quoted_and_the_misspelling_is_confirmed(answerer, check_quotes) -> None:
    response = ask(answerer, "can i take advil with lisinoprl")
    check_quotes(response)
    assert {citation.passage.document.ingredients for citation in response.citations} == {
        ("ibuprofen",),
        ("lisinopril",),
    }
    assert "diminish the antihypertensive effect" in response.text
    assert "Lithium" not in response.text
    assert "Read 'lisinoprl' as lisinopril." in [notice.text for notice in response.notices]


def test_labels_that_are_silent_say_so(answerer) -> None:
    response = ask(answerer, "can I take metformin and lisinopril together?")
    assert isinstance(response, Abstention)
    assert "do not mention lisinopril" in response.text
    assert "does not mean the two are safe" in response.text


def test_a_missing_section_is_no_silence(answerer) -> None:
    response = ask(answerer, "is metformin safe in pregnancy?")
    assert isinstance(response, Abstention)
    assert "have no section on pregnancy" in response.text


def test_an_unknown_medicine_is_named_and_not_replaced(answerer) -> None:
    response = ask(answerer, "flonezatrib side effects")
    assert isinstance(response, Abstention)
    assert "flonezatrib" in response.text
    assert response.citations == ()


@pytest.mark.parametrize("question", ["who won the world cup in 1998", "how do i fix a flat bicycle tyre"])
def test_what_is_no_matter_of_medicines_gets_no_answer(answerer, question: str) -> None:
    assert isinstance(ask(answerer, question), Abstention)


def test_a_follow_up_takes_the_medicine_over(answerer, check_quotes) -> None:
    response = ask(answerer, "and with alcohol?", "what are the side effects of metformin")
    check_quotes(response)
    assert [citation.quote for citation in response.citations] == [
        "Alcohol can potentiate the effect of metformin on lactate metabolism."
    ]
    assert response.question == "and with alcohol?"


@pytest.mark.parametrize("question", ["how much flonezatrib can I take?", "what about flonezatrib"])
def test_an_unknown_medicine_is_not_replaced_by_an_earlier_one(answerer, question: str) -> None:
    response = ask(answerer, question, "what is the starting dose of metformin")
    assert isinstance(response, Abstention)
    assert "flonezatrib" in response.text
    assert response.citations == ()


def test_an_emergency_needs_no_sources(knowledge_base) -> None:
    class Broken(HybridRetriever):
        def resolve(self, text: str) -> Resolution:
            raise KnowledgeBaseError("passages.sqlite is damaged")

    response = ask(Answerer(knowledge_base, Broken(knowledge_base)), "I took 30 advil pills", "is metformin safe")
    assert isinstance(response, Emergency)
    assert response.text == response.triage.text != ""


def test_an_emergency_shows_the_fixed_text_and_then_the_label(answerer, check_quotes) -> None:
    response = ask(answerer, "I took 30 advil pills an hour ago")
    assert isinstance(response, Emergency)
    assert response.text.startswith(response.triage.text)
    assert "1-800-222-1222" in response.triage.text
    assert response.citations[0].passage.section_code == "34088-5"
    check_quotes(response)


def test_a_crisis_quotes_nothing(answerer) -> None:
    response = ask(answerer, "i want to kill myself with my ibuprofen")
    assert isinstance(response, Emergency)
    assert response.triage.level == "crisis"
    assert response.citations == ()


def test_clinicians_get_the_sections_named(answerer) -> None:
    response = ask(answerer, "metformin starting dose", audience="clinician")
    assert response.text.startswith("**Metformin** (Dosage and administration)")
    assert "Take the dose your own" not in response.text


def test_the_json_is_complete(answerer) -> None:
    value = to_json(ask(answerer, "metformin starting dose"))
    assert value["kind"] == "answer"
    assert value["citations"][0]["quote"].startswith("The recommended starting dose")
    assert value["triage"] == {"level": "none", "category": None}
    assert value["drugs"][0]["ingredients"] == ["metformin"]


def test_stages_and_text_are_reported(answerer) -> None:
    news: list[Progress] = []

    async def run() -> Response:
        return await answerer.answer("metformin starting dose", on_progress=news.append)

    response = anyio.run(run)
    assert [one.text for one in news if one.kind == "stage"] == [
        *("triage", "rewrite", "retrieve", "answer", "verify", "compose")
    ]
    assert "".join(one.text for one in news if one.kind == "text") == response.text


def test_a_look_alike_letter_in_a_name_is_folded_and_said(answerer: Answerer) -> None:
    response = ask(answerer, "side effects of ibupr\u043efen")
    assert response.notices[0].kind == "look-alike-letters"
    assert "'ibuprofen'" in response.notices[0].text
    assert response.drugs[0].ingredients == ("ibuprofen",)


def test_a_name_in_another_alphabet_is_not_taken_for_a_medicine(answerer: Answerer) -> None:
    response = ask(answerer, "side effects of \u0438\u0431\u0443\u043f\u0440\u043e\u0444\u0435\u043d")
    assert not response.drugs


def test_a_text_too_long_for_a_question_is_told_so_but_its_red_flag_is_met(answerer: Answerer) -> None:
    long = "side effects of ibuprofen " * 400
    response = ask(answerer, long)
    assert isinstance(response, Abstention)
    assert [notice.kind for notice in response.notices] == ["too-long"]
    assert "10,400 characters" in response.text and "4,000" in response.text
    assert isinstance(ask(answerer, f"I want to kill myself. {long}"), Emergency)
