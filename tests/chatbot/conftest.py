"""A small knowledge base for the tests of answers, and the check that what is cited stands in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.types import Response
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.types import DrugName

IBUPROFEN = {
    "Boxed warning": "WARNING: SERIOUS CARDIOVASCULAR EVENTS. Ibuprofen raises the risk of heart attack, "
    "which can be fatal.",
    "Adverse reactions": (
        "Other reactions are listed below. "
        "The most common side effects of ibuprofen are nausea, heartburn and dizziness. "
        "Stop ibuprofen and call a doctor right away for black stools."
    ),
    "Drug interactions": "ACE inhibitors: NSAIDs may diminish the antihypertensive effect of ACE inhibitors. "
    "Monitor blood pressure when they are taken together.",
    "Overdosage": "In case of an overdose of ibuprofen, call a poison control center right away.",
    "Storage": "Store ibuprofen tablets at 20 to 25 C. [see How Supplied (16)]",
}
IBUPROFEN_CODES = {
    "Boxed warning": "34066-1",
    "Adverse reactions": "34084-4",
    "Drug interactions": "34073-7",
    "Overdosage": "34088-5",
    "Storage": "44425-7",
}
LISINOPRIL = {
    "Adverse reactions": "The most common adverse reactions of lisinopril are dizziness, cough and headache.",
    "Drug interactions": "Monitor renal function in patients receiving lisinopril and NSAID therapy. "
    "Lithium toxicity has been reported.",
}
METFORMIN = {
    "Dosage and administration": "The recommended starting dose of metformin is 500 mg twice a day, given with meals. "
    "The maximum dose is 2,550 mg per day.",
    "Drug interactions": "Alcohol can potentiate the effect of metformin on lactate metabolism. "
    "Cimetidine raises the level of metformin.",
    "Adverse reactions": "The most common adverse reactions of metformin are diarrhea, nausea and vomiting.",
}
CODES = {
    "Adverse reactions": "34084-4",
    "Drug interactions": "34073-7",
    "Dosage and administration": "34068-7",
}


@pytest.fixture(scope="module")
def knowledge_base(tmp_path_factory, embedder, make_document) -> KnowledgeBase:
    """Labels of ibuprofen (Advil), lisinopril and metformin; a module may define another."""
    path: Path = tmp_path_factory.mktemp("kb")
    brand = DrugName(name="advil", relation="brand", ingredients=("ibuprofen",))
    ingredient = DrugName(name="ibuprofen", relation="ingredient", ingredients=("ibuprofen",))
    documents = [
        make_document("spl:a@1", IBUPROFEN, codes=IBUPROFEN_CODES, names=(brand, ingredient)),
        make_document("spl:b@1", LISINOPRIL, codes=CODES, ingredients=("lisinopril",), title="Lisinopril tablets"),
        make_document("spl:c@1", METFORMIN, codes=CODES, ingredients=("metformin",), title="Metformin tablets"),
    ]
    with KnowledgeBaseBuilder(path, embedder) as builder:
        for number, document in enumerate(documents):
            builder.add_file(f"/labels/{number}", f"{number:064x}", [document])
        builder.publish()
    return KnowledgeBase.open(path, embedder)


@pytest.fixture
def check_quotes(knowledge_base) -> Callable[[Response], None]:
    """A function that fails where a quote is not its source's text, or a number cites nothing."""

    def check(response: Response) -> None:
        for citation in response.citations:
            text = knowledge_base.store.source_text(citation.passage.document.id)
            assert text[citation.quote_start : citation.quote_end] == citation.quote
            assert f"[{citation.n}]" in response.text
        assert [citation.n for citation in response.citations] == list(range(1, len(response.citations) + 1))
        assert {n for claim in response.claims for n in claim.citations} == {one.n for one in response.citations}

    return check
