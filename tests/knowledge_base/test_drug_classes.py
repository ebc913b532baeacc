from __future__ import annotations

import pytest

from knowledge_base.drug_classes import drug_classes
from knowledge_base.medicine_table import canonical_ingredient

CLASSES = drug_classes()


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("can i take nsaids with warfarin", ["nsaid"]),
        ("an NSAID and an ACE inhibitor", ["nsaid", "ace_inhibitor"]),
        ("is it ok to mix blood thinners and ibuprofen", ["anticoagulant"]),
        ("proton-pump inhibitors", ["ppi"]),
        ("birth control pill and antibiotics", ["hormonal_contraceptive", "antibiotic"]),
        ("beta blocker", ["beta_blocker"]),
        ("how do statins work", ["statin"]),
        ("What does the CDC say about injection safety?", []),
    ],
)
def test_mentions(question: str, names: list[str]) -> None:
    mentions = CLASSES.mentions(question)
    assert [one.name for one in mentions] == names
    assert all(0 <= one.start < one.end <= len(question) for one in mentions)


def test_lisinopril_and_ibuprofen_meet_through_their_classes() -> None:
    assert "ace_inhibitor" in CLASSES.classes_of("lisinopril")
    assert "NSAIDs" in CLASSES.phrases_of("ibuprofen")
    assert "ACE inhibitors" in CLASSES.phrases_of("lisinopril")
    assert CLASSES.classes_of("flonezatrib") == ()


def test_broad_classes_are_kept_apart() -> None:
    assert "SSRIs" in CLASSES.phrases_of("sertraline")
    assert "serotonergic drugs" not in CLASSES.phrases_of("sertraline")
    assert "serotonergic drugs" in CLASSES.phrases_of("sertraline", broad=True)


def test_members_are_written_as_the_lexicon_writes_ingredients() -> None:
    names = {name for one in ("nsaid", "statin", "opioid", "ssri", "insulin") for name in CLASSES.members(one)}
    assert {name for name in names if canonical_ingredient(name) != name} == set()
