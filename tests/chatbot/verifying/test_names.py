"""The medicines and classes a sentence names are those of its source."""

from __future__ import annotations

import pytest

from chatbot.verifying.names import names_problem

NAMES = frozenset(
    {"ibuprofen", "lisinopril", "warfarin", "cimetidine", "metformin", "ephedrine", "acetaminophen", "paracetamol"}
)


@pytest.mark.parametrize(
    ("text", "quote", "ingredient"),
    [
        ("Ibuprofen may cause nausea.", "It may cause nausea.", "ibuprofen"),
        ("Advil may cause nausea.", "Ibuprofen may cause nausea.", "ibuprofen"),
        ("Paracetamol harms the liver.", "Acetaminophen harms the liver.", "acetaminophen"),
        ("NSAIDs raise blood pressure.", "NSAIDs raise blood pressure.", "ibuprofen"),
        ("This NSAID may cause nausea.", "Ibuprofen may cause nausea.", "ibuprofen"),
    ],
)
def test_names_of_the_source_or_its_label_hold(text: str, quote: str, ingredient: str, make_citation) -> None:
    assert (
        names_problem(text, [make_citation(1, quote, ingredient, "Advil")], NAMES | {"acetaminophen", "paracetamol"})
        == ""
    )


@pytest.mark.parametrize(
    ("text", "quote", "ingredient"),
    [
        ("Lisinopril may cause nausea.", "Ibuprofen may cause nausea.", "ibuprofen"),
        ("Ephedrine raises blood pressure.", "Pseudoephedrine raises blood pressure.", "pseudoephedrine"),
        ("Flonezatinib may cause nausea.", "Ibuprofen may cause nausea.", "ibuprofen"),
        ("Opioids raise blood pressure.", "NSAIDs raise blood pressure.", "ibuprofen"),
        ("Metformin raises its own level.", "Cimetidine raises its level.", "metformin"),
    ],
)
def test_other_names_do_not(text: str, quote: str, ingredient: str, make_citation) -> None:
    assert names_problem(text, [make_citation(1, quote, ingredient)], NAMES) != ""
