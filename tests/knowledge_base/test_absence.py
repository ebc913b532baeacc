from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base import loinc
from knowledge_base.absence import section_state
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase


@pytest.mark.parametrize(
    ("codes", "terms", "state"),
    [
        ({loinc.INTERACTIONS}, ("warfarin",), "found"),
        ({loinc.INTERACTIONS}, ("Warfarin",), "found"),
        ({loinc.INTERACTIONS}, ("ACE inhibitor",), "found"),
        ({loinc.INTERACTIONS}, ("war",), "silent"),
        ({loinc.INTERACTIONS}, ("digoxin", "lithium"), "silent"),
        ({loinc.INTERACTIONS}, (), "found"),
        ({loinc.PREGNANCY}, (), "no_section"),
        ({loinc.PREGNANCY}, ("fetus",), "no_section"),
        ({loinc.OVERDOSAGE}, (), "silent"),
    ],
)
def test_three_states(tmp_path: Path, word_embedder, make_document, codes, terms, state: str) -> None:
    sections = {"Interactions": "Tell your doctor if you take warfarin or ACE inhibitors.", "Overdosage": ""}
    document, passages = make_document(
        "md:a@1", sections, codes={"Interactions": loinc.INTERACTIONS, "Overdosage": loinc.OVERDOSAGE}
    )
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a.md", "1", [(document, [one for one in passages if one.text])])
        builder.publish()
    store = KnowledgeBase.open(tmp_path, word_embedder).store
    assert section_state(store, store.documents(), codes, terms) == state
    assert section_state(store, [], codes, terms) == "no_section"
