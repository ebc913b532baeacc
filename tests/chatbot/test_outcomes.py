"""What an outcome exposes: silence told from a missing section, sources at odds, a name that must be made clear."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import anyio
import pytest

from chatbot.answering import Answerer
from chatbot.contract import to_json
from chatbot.models.types import Message
from chatbot.types import Abstention, Answer, Response, Turn
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import DrugName

CODES = {
    "Dosage and administration": "34068-7",
    "Contraindications": "34070-3",
    "Drug interactions": "34073-7",
    "Adverse reactions": "34084-4",
    "Pediatric use": "34081-0",
}
METFORMIN_2012 = {
    "Contraindications": "Metformin tablets are contraindicated in patients with renal disease, that is an eGFR below "
    "60 mL/min/1.73 m2.",
    "Dosage and administration": "The usual starting dose of metformin is 500 mg twice a day, given with meals.",
}
METFORMIN_2025 = {
    "Contraindications": "Metformin tablets are contraindicated in patients with an eGFR below 30 mL/min/1.73 m2.",
    "Dosage and administration": "The recommended starting dose of metformin is 500 mg twice a day, given with meals.",
    "Drug interactions": "Alcohol can potentiate the effect of metformin on lactate metabolism.",
}
PREDNISONE = {
    "Adverse reactions": "The most common adverse reactions of prednisone are weight gain and trouble sleeping.",
    "Pediatric use": "Tell the doctor who prescribed the tablets about every change.",
}
PREDNISOLONE = {"Adverse reactions": "The most common adverse reactions of prednisolone are swelling and acne."}


class ScriptedChatModel:
    """Cites the first sentence only."""

    name = "scripted"

    async def stream(self, messages: Sequence[Message], *, max_tokens: int) -> AsyncGenerator[str, None]:
        yield "Metformin tablets are contraindicated in patients with an eGFR below 30 mL/min/1.73 m2 [E1]."


@pytest.fixture(scope="module")
def knowledge_base(tmp_path_factory, embedder, make_document) -> KnowledgeBase:
    path: Path = tmp_path_factory.mktemp("kb")

    def label(document_id: str, ingredient: str, sections: dict[str, str], date: str | None):
        name = DrugName(name=ingredient, relation="ingredient", ingredients=(ingredient,))
        title = f"{ingredient.capitalize()} tablets"
        return make_document(
            document_id,
            sections,
            codes=CODES,
            ingredients=(ingredient,),
            names=(name,),
            title=title,
            effective_date=date,
        )

    documents = [
        label("spl:m@1", "metformin", METFORMIN_2012, "2012-05-01"),
        label("spl:n@2", "metformin", METFORMIN_2025, "2025-05-01"),
        label("spl:p@1", "prednisone", PREDNISONE, "2024-01-01"),
        label("spl:q@1", "prednisolone", PREDNISOLONE, "2024-01-01"),
    ]
    with KnowledgeBaseBuilder(path, embedder) as builder:
        for number, document in enumerate(documents):
            builder.add_file(f"/labels/{number}", f"{number:064x}", [document])
        builder.publish()
    return KnowledgeBase.open(path, embedder)


def ask(
    knowledge_base: KnowledgeBase, question: str, *earlier: str, model: ScriptedChatModel | None = None
) -> Response:
    answerer = Answerer(knowledge_base, HybridRetriever(knowledge_base), model)
    history = [Turn(role="user", content=one) for one in earlier]

    async def run() -> Response:
        return await answerer.answer(question, history=history)

    return anyio.run(run)


def states(response: Response) -> list[tuple[str | None, str | None, str | None, str]]:
    return [(one.ingredient, one.aspect, one.subject, one.state) for one in response.findings]


def test_what_the_label_says_is_found_where_it_stands(knowledge_base) -> None:
    response = ask(knowledge_base, "what are the side effects of prednisone")
    assert states(response) == [("prednisone", "side_effects", None, "found")]
    assert to_json(response)["absence"] == [
        {
            "ingredient": "prednisone",
            "aspect": "side_effects",
            "subject": None,
            "state": "found",
            "sections": [{"document_id": "spl:p@1", "code": "34084-4", "title": "Adverse reactions"}],
        }
    ]


def test_a_section_that_is_silent(knowledge_base) -> None:
    response = ask(knowledge_base, "can children take prednisone")
    assert isinstance(response, Abstention)
    assert states(response) == [("prednisone", "children", None, "not_mentioned")]
    assert "That does not mean it is safe." in response.text


def test_a_label_without_the_section(knowledge_base) -> None:
    response = ask(knowledge_base, "is prednisolone safe in pregnancy")
    assert isinstance(response, Abstention)
    assert states(response) == [("prednisolone", "pregnancy", None, "no_section")]
    assert "no section on pregnancy" in response.text
    assert "does not mean it is safe" in response.text


def test_one_thing_that_the_right_section_does_not_list(knowledge_base) -> None:
    response = ask(knowledge_base, "does prednisone cause hiccups")
    assert states(response) == [("prednisone", "side_effects", "hiccups", "not_mentioned")]
    assert "No sentence on \u201chiccups\u201d was found" in response.text


def test_whom_to_call_is_said_where_the_label_is_silent_on_overdose(knowledge_base) -> None:
    response = ask(knowledge_base, "what is the antidote for a prednisone overdose")
    assert isinstance(response, Abstention)
    assert "1-800-222-1222" in response.text


def test_a_group_of_medicines_is_called_one(knowledge_base) -> None:
    response = ask(knowledge_base, "how should i store insulin")
    assert isinstance(response, Abstention)
    assert "\u201cinsulin\u201d" in response.text
    assert "name of a group" in response.text


def test_the_other_medicine_of_an_interaction(knowledge_base) -> None:
    response = ask(knowledge_base, "can I take metformin with prednisolone")
    assert states(response) == [
        ("metformin", "interaction", "prednisolone", "not_mentioned"),
        ("prednisolone", "interaction", "metformin", "no_section"),
    ]
    assert response.text.count("not mean the two are safe together") == 2


def test_sources_at_odds_are_both_quoted_the_newer_first(knowledge_base) -> None:
    response = ask(knowledge_base, "can I take metformin with kidney disease")
    assert isinstance(response, Answer)
    (notice,) = [one.text for one in response.notices if one.kind == "conflict"]
    assert "\u201cMetformin tablets\u201d (dated 2025-05-01)" in notice and "2012-05-01" in notice
    assert [one.passage.document.effective_date for one in response.citations[:2]] == ["2025-05-01", "2012-05-01"]
    assert ["30 mL/min" in one.quote or "60 mL/min" in one.quote for one in response.citations[:2]] == [True, True]
    first, second = response.text.index("Metformin tablets (2025-05-01)"), response.text.index("(2012-05-01)")
    assert first < second


def test_sources_that_agree_raise_nothing(knowledge_base) -> None:
    response = ask(knowledge_base, "should I take metformin with food")
    assert [one for one in response.notices if one.kind in {"conflict", "depends-on-product"}] == []


def test_a_written_answer_shows_both_sides_too(knowledge_base) -> None:
    response = ask(knowledge_base, "can I take metformin with kidney disease", model=ScriptedChatModel())
    assert response.model == "scripted"
    assert {one.passage.document.effective_date for one in response.citations} == {"2025-05-01", "2012-05-01"}
    assert [one.n for one in response.citations] == list(range(1, len(response.citations) + 1))
    assert all(f"[{one.n}]" in response.text for one in response.citations)
    assert "conflict" in [one.kind for one in response.notices]


def test_a_medicine_that_nobody_named_is_not_guessed(knowledge_base) -> None:
    response = ask(knowledge_base, "can I take this with alcohol?")
    assert isinstance(response, Abstention)
    assert "name it as it stands on the package" in response.text


def test_an_unclear_name_is_asked_about(knowledge_base) -> None:
    response = ask(knowledge_base, "side effects of prednisolne")
    assert isinstance(response, Abstention)
    assert [one.match for one in response.drugs] == ["ambiguous"]
    assert "Did you mean prednisolone or prednisone?" in response.text
    assert [one.kind for one in response.notices] == ["look-alike"]
    assert response.citations == ()


@pytest.mark.parametrize(
    ("reply", "ingredient"),
    [
        ("the first", "prednisolone"),
        ("the second one please", "prednisone"),
        ("prednisone", "prednisone"),
        ("I mean prednisolone", "prednisolone"),
        ("2", "prednisone"),
        ("the last one", "prednisone"),
    ],
)
def test_a_one_word_reply_goes_on_with_the_question(knowledge_base, reply: str, ingredient: str) -> None:
    response = ask(knowledge_base, reply, "side effects of prednisolne")
    assert isinstance(response, Answer)
    assert states(response) == [(ingredient, "side_effects", None, "found")]


def test_a_reply_that_picks_none_is_asked_again_and_a_new_question_is_not(knowledge_base) -> None:
    again = ask(knowledge_base, "and with alcohol?", "side effects of prednisolne")
    assert "Did you mean" in again.text
    other = ask(knowledge_base, "what is the starting dose of metformin", "side effects of prednisolne")
    assert isinstance(other, Answer)
    later = ask(knowledge_base, "in pregnancy?", "side effects of prednisolne", "the first")
    assert states(later) == [("prednisolone", "pregnancy", None, "no_section")]
