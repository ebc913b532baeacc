"""Interactions and duplicates of a list, on labels made for the test."""

from __future__ import annotations

import pytest

from chatbot.list_answer import to_answer
from chatbot.list_check import ListChecker
from chatbot.medicine_list import ListCheck, Pair
from knowledge_base import loinc
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import DrugName

CODES = {"Interactions": loinc.INTERACTIONS, "Contraindications": loinc.CONTRAINDICATIONS, "Uses": loinc.INDICATIONS}
LABELS = {
    "warfarin": {"Interactions": "Ibuprofen increases the risk of bleeding; monitor closely. NSAIDs: avoid."},
    "ibuprofen": {
        "Interactions": "Anticoagulants: taken together they have a synergistic effect on bleeding. "
        "Other NSAIDs should not be used with this medicine.",
        "Uses": "Ibuprofen is an NSAID. Taking NSAIDs relieves pain.",
    },
    "naproxen": {"Interactions": "Lithium levels may rise."},
    "simvastatin": {
        "Contraindications": "Concomitant use of the following is contraindicated:\n- itraconazole\n- boceprevir",
        "Interactions": "Verapamil: do not exceed 10 mg a day.",
    },
    "itraconazole": {"Uses": "For fungal infections."},
    "hydroxyzine": {"Uses": "For itching."},
    "hydralazine": {"Uses": "For hypertension."},
}


@pytest.fixture(scope="module")
def knowledge_base(tmp_path_factory, embedder, make_document) -> KnowledgeBase:
    documents = [
        make_document(
            f"md:{ingredient}@1",
            sections,
            codes=CODES,
            ingredients=(ingredient,),
            names=(
                DrugName(name=ingredient, relation="ingredient", ingredients=(ingredient,)),
                *([DrugName(name="advil", relation="brand", ingredients=(ingredient,))] * (ingredient == "ibuprofen")),
            ),
            title=ingredient.capitalize(),
        )
        for ingredient, sections in LABELS.items()
    ]
    path = tmp_path_factory.mktemp("kb")
    with KnowledgeBaseBuilder(path, embedder) as builder:
        builder.add_file("labels", "1", documents)
        builder.publish()
    return KnowledgeBase.open(path, embedder)


def _check(knowledge_base: KnowledgeBase, *items: str) -> ListCheck:
    return ListChecker(knowledge_base.store, HybridRetriever(knowledge_base)).check(items)


def _pair(knowledge_base: KnowledgeBase, *items: str) -> Pair:
    (pair,) = _check(knowledge_base, *items).pairs
    return pair


def test_both_directions_by_name_and_by_class(knowledge_base) -> None:
    pair = _pair(knowledge_base, "warfarin", "Advil")
    assert (pair.one_state, pair.other_state, pair.is_one_sided) == ("found", "found", False)
    said = {(one.ingredient, one.named_by) for one in pair.statements}
    assert {("warfarin", "name"), ("ibuprofen", "class")} <= said


def test_every_quote_is_the_source_to_the_character(knowledge_base) -> None:
    check = _check(knowledge_base, "warfarin", "ibuprofen", "simvastatin", "itraconazole")
    statements = [one for pair in check.pairs for one in pair.statements]
    assert statements
    for one in statements:
        text = knowledge_base.store.source_text(one.passage.document.id)
        assert text[one.start : one.end] == one.text


def test_severity_is_the_labels_own_word(knowledge_base) -> None:
    pair = _pair(knowledge_base, "simvastatin", "itraconazole")
    assert pair.is_one_sided
    assert [one.severity for one in pair.statements] == ["contraindicated"]
    assert (pair.one_state, pair.other_state) == ("found", "no_section")


def test_silence_is_told_apart_from_a_missing_section(knowledge_base) -> None:
    pair = _pair(knowledge_base, "naproxen", "itraconazole")
    assert (pair.one_state, pair.other_state) == ("silent", "no_section")
    answer = to_answer(_check(knowledge_base, "naproxen", "itraconazole"))
    assert "no proof that they go together" in answer.text


def test_a_class_name_in_its_own_label_means_itself(knowledge_base) -> None:
    """ "Taking NSAIDs relieves pain" in the label of an NSAID says nothing of another one; its interactions do."""
    pair = _pair(knowledge_base, "ibuprofen", "naproxen")
    assert [one.passage.section_code for one in pair.statements] == [loinc.INTERACTIONS]


def test_the_same_ingredient_twice_and_the_same_class_twice(knowledge_base) -> None:
    check = _check(knowledge_base, "advil", "ibuprofen", "naproxen")
    assert [(one.shared, one.items) for one in check.duplicates if not one.is_class] == [
        ("ibuprofen", ("advil", "ibuprofen"))
    ]
    assert [one.items for one in check.duplicates if one.is_class] == [("ibuprofen", "naproxen")]


def test_what_cannot_be_read_is_named_and_takes_no_part(knowledge_base) -> None:
    check = _check(knowledge_base, "flonezatrib", "warfarin", "hydroxazine")
    assert check.unknown == ("flonezatrib",)
    assert [one.mention for one in check.unclear] == ["hydroxazine"]
    assert not check.pairs
    assert "could be" in to_answer(check).text


@pytest.mark.parametrize("items", [[], ["  "], ["warfarin"] * 31])
def test_a_list_of_the_wrong_length_is_refused(knowledge_base, items) -> None:
    with pytest.raises(VademecumError, match="1 to 30"):
        _check(knowledge_base, *items)


def test_json_names_document_and_offsets(knowledge_base) -> None:
    (pair,) = _check(knowledge_base, "warfarin", "advil").to_json()["pairs"]
    for one in pair["statements"]:
        assert (
            one["quote"] == knowledge_base.store.source_text(one["document_id"])[one["quote_start"] : one["quote_end"]]
        )


def test_as_an_answer_its_numbers_agree(knowledge_base) -> None:
    check = _check(knowledge_base, "warfarin", "advil", "simvastatin", "itraconazole", "naproxen")
    answer = to_answer(check)
    assert [one.n for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {n for claim in answer.claims for n in claim.citations} == {one.n for one in answer.citations}
    for one in answer.citations:
        assert f"[{one.n}]" in answer.text
        assert knowledge_base.store.source_text(one.passage.document.id)[one.quote_start : one.quote_end] == one.quote
