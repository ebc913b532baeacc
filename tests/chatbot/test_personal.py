"""Rows for what a person told of themselves, on labels made for the test."""

from __future__ import annotations

import anyio
import pytest

from chatbot.answering import Answerer
from chatbot.contract import to_json
from chatbot.facts import Facts, read_facts
from chatbot.types import Response
from knowledge_base import loinc
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever

CODES = {
    "Dose": loinc.DOSAGE,
    "Contraindications": loinc.CONTRAINDICATIONS,
    "Pregnancy": loinc.PREGNANCY,
    "Pediatric use": loinc.PEDIATRIC,
    "Geriatric use": loinc.GERIATRIC,
    "Interactions": loinc.INTERACTIONS,
}
LABELS = {
    "amoxicillin": {
        "Dose": "The usual adult dose is 500 mg every 8 hours for most infections.",
        "Contraindications": "Amoxicillin is contraindicated in patients with an allergy to penicillin.",
        "Pregnancy": "Animal studies showed no harm to the fetus in pregnancy at usual doses.",
        "Geriatric use": "",
        "Interactions": "Probenecid decreases the renal secretion of amoxicillin when taken together.",
    },
    "methotrexate": {
        "Dose": "The starting dose is 7.5 mg by mouth once weekly.",
        "Contraindications": "Methotrexate is contraindicated in pregnancy for diseases other than cancer.",
        "Pregnancy": "Methotrexate can cause embryo-fetal toxicity and fetal death in pregnancy.",
        "Interactions": "Amoxicillin taken together with methotrexate may reduce its renal clearance.",
    },
}


@pytest.fixture(scope="module")
def knowledge_base(tmp_path_factory, embedder, make_document) -> KnowledgeBase:
    path = tmp_path_factory.mktemp("kb")
    with KnowledgeBaseBuilder(path, embedder) as builder:
        for name, sections in LABELS.items():
            document = make_document(
                f"spl:{name}@1", sections, codes=CODES, ingredients=(name,), title=name.capitalize()
            )
            builder.add_file(f"/labels/{name}", "1", [document])
        builder.publish()
    return KnowledgeBase.open(path, embedder)


@pytest.fixture(scope="module")
def answerer(knowledge_base: KnowledgeBase) -> Answerer:
    return Answerer(knowledge_base, HybridRetriever(knowledge_base))


def ask(answerer: Answerer, question: str, facts: Facts) -> Response:
    async def run() -> Response:
        return await answerer.answer(question, facts=facts)

    return anyio.run(run)


def _kinds(response: Response) -> list[str]:
    return [notice.kind for notice in response.notices]


def test_a_fact_brings_its_section_cited_exactly(answerer, knowledge_base) -> None:
    response = ask(answerer, "What is the dose of methotrexate?", Facts(pregnant=True))
    assert {"34070-3", "42228-7"} <= {citation.passage.section_code for citation in response.citations}
    for citation in response.citations:
        text = knowledge_base.store.source_text(citation.passage.document.id)
        assert text[citation.quote_start : citation.quote_end] == citation.quote
    assert "contraindication" in _kinds(response)
    assert "pregnancy" in _kinds(response)


def test_without_facts_nothing_is_added(answerer) -> None:
    response = ask(answerer, "What is the dose of methotrexate?", Facts())
    assert {citation.passage.section_code for citation in response.citations} == {loinc.DOSAGE}
    assert "You told us" not in response.text


def test_each_row_has_one_of_the_three_states(answerer) -> None:
    response = ask(answerer, "What is the dose of amoxicillin?", read_facts("pregnant; over 65; age 70; breastfeeding"))
    states = {one["aspect"]: one["state"] for one in to_json(response)["absence"]}
    assert states["pregnancy"] == "found"
    assert states["elderly"] == "not_mentioned"
    assert states["breastfeeding"] == "no_section"
    assert response.text.count("You told us of") == 3
    assert "does not mean it is safe" in response.text


def test_no_contraindication_is_made_up(answerer) -> None:
    assert "contraindication" not in _kinds(ask(answerer, "dose of amoxicillin", Facts(pregnant=True)))


@pytest.mark.parametrize(("allergy", "fires"), [("penicillin", True), ("amoxicillin", True), ("latex", False)])
def test_an_allergy_to_the_medicine_or_its_class_is_said(answerer, allergy: str, fires: bool) -> None:
    response = ask(answerer, "dose of amoxicillin", Facts(allergies=(allergy,)))
    assert ("allergy" in _kinds(response)) is fires


def test_medicines_already_taken_are_looked_up(answerer) -> None:
    response = ask(answerer, "dose of methotrexate", Facts(medicines=("amoxicilin",)))
    assert "You told us of taking amoxicillin" in response.text
    assert loinc.INTERACTIONS in {citation.passage.section_code for citation in response.citations}


def test_what_was_asked_is_not_answered_twice(answerer) -> None:
    response = ask(answerer, "Is methotrexate safe in pregnancy?", Facts(pregnant=True))
    assert "You told us of pregnancy" not in response.text
    assert "contraindication" in _kinds(response)
