"""Names as labels write them: what is the ingredient, what the salt, what no name at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.names import brand, drug_names, pharmacologic_class, substance, substances, without_antiseptics


@pytest.mark.parametrize(
    ("raw", "ingredient", "salt"),
    [
        ("METFORMIN HYDROCHLORIDE", "metformin", "metformin hydrochloride"),
        ("dexamethasone sodium phosphate", "dexamethasone", "dexamethasone sodium phosphate"),
        ("Theophylline (Anhydrous)", "theophylline", None),
        ("THEOPHYLLINE ANHYDROUS", "theophylline", "theophylline anhydrous"),
        ("valganciclovir hydrochloride for oral", "valganciclovir", "valganciclovir hydrochloride"),
        ("insulin glargine", "insulin glargine", None),
        ("ferrous sulfate", "ferrous sulfate", None),
        ("POTASSIUM CHLORIDE", "potassium chloride", None),
        ("sodium bicarbonate", "sodium bicarbonate", None),
        ("lithium carbonate", "lithium", "lithium carbonate"),
        ("calcium carbonate", "calcium carbonate", None),
        ("SODIUM PHOSPHATE, DIBASIC, ANHYDROUS", "sodium phosphate", None),
        ("ESTROGENS, CONJUGATED", "conjugated estrogens", None),
        ("isosorbide mononitrate", "isosorbide mononitrate", None),
        ("penicillin V potassium", "penicillin v", "penicillin v potassium"),
        ("tacrolimus extended-release capsules", "tacrolimus", None),
    ],
)
def test_salts_come_off_unless_they_are_the_drug(raw, ingredient, salt):
    found = substance(raw)

    assert found is not None
    assert (found.ingredient, found.salt) == (ingredient, salt)


def test_a_biologic_suffix_is_a_synonym_not_another_drug():
    found = substance("ustekinumab-aekn")

    assert found is not None
    assert (found.ingredient, found.suffixed) == ("ustekinumab", "ustekinumab-aekn")
    assert [name.name for name in drug_names([found])] == ["ustekinumab", "ustekinumab-aekn"]
    assert substance("omega-3-acid ethyl esters").ingredient == "omega-3-acid ethyl esters"


@pytest.mark.parametrize(
    ("raw", "moiety", "ingredient"),
    [
        ("ATORVASTATIN CALCIUM TRIHYDRATE", "ATORVASTATIN", "atorvastatin"),
        ("AMOXICILLIN", "AMOXICILLIN ANHYDROUS", "amoxicillin"),
        ("POTASSIUM CHLORIDE", "POTASSIUM CATION", "potassium chloride"),
        ("LITHIUM CARBONATE", "LITHIUM CATION", "lithium"),
    ],
)
def test_the_active_moiety_decides_unless_it_is_a_bare_ion(raw, moiety, ingredient):
    found = substance(raw, moiety)

    assert found is not None
    assert found.ingredient == ingredient


@pytest.mark.parametrize(
    ("raw", "ingredients"),
    [
        ("ACETAMINOPHEN, ASPIRIN AND CAFFEINE", ["acetaminophen", "aspirin", "caffeine"]),
        ("Avobenzone and Octocrylene and Oxybenzone", ["avobenzone", "octocrylene", "oxybenzone"]),
        ("lisinopril/hydrochlorothiazide", ["lisinopril", "hydrochlorothiazide"]),
        ("amoxicillin and clavulanate potassium", ["amoxicillin", "clavulanate"]),
        ("Neomycin and Polymyxin B Sulfates and Dexamethasone", ["neomycin", "polymyxin b", "dexamethasone"]),
        ("CEFUROXIME AND DEXTROSE", ["cefuroxime"]),
        ("MECLIZINE HCL 25MG CHEWABLE TABLETS", ["meclizine"]),
        ("CLOBETASOL PROPIONATE OINTMENT USP, 0.05%", ["clobetasol"]),
    ],
)
def test_combinations_are_taken_apart(raw, ingredients):
    assert [one.ingredient for one in substances(raw)] == ingredients


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Lipitor", "lipitor"),
        ("LIPITOR®", "lipitor"),
        ("Pristiq Extended-Release", "pristiq"),
        ("UPTRAVI Titration Pack", "uptravi"),
        ("Atorvastatin Calcium", None),
        ("Childrens Lipitor Atorvastatin, Unscented", "lipitor"),
        ("Atorvastatin-xyzw", None),
        ("Equate Atorvastatin Tablets", None),
        ("Pain Reliever Extra Strength", None),
        ("allergy relief", None),
        ("Advanced Peach and Chamomile Tea Dry Spray 72H Antiperspirant Deodorant", None),
    ],
)
def test_a_brand_is_a_name_of_its_own(raw, name):
    assert brand(raw, ["atorvastatin", "atorvastatin calcium"]) == name


def test_a_brand_of_a_combination_keeps_its_whole_name():
    assert brand("Advil PM", ["ibuprofen", "diphenhydramine"]) == "advil pm"
    assert brand("Tylenol with Codeine", ["acetaminophen", "codeine", "codeine phosphate"]) == "tylenol with codeine"
    assert brand("Ibuprofen and Diphenhydramine PM", ["ibuprofen", "diphenhydramine"]) is None


def test_a_kit_is_not_its_swab():
    found = substances("adalimumab, isopropyl alcohol")

    assert [one.ingredient for one in without_antiseptics(found)] == ["adalimumab"]
    assert [one.ingredient for one in without_antiseptics(substances("isopropyl alcohol"))] == ["isopropyl alcohol"]


def test_every_name_says_what_it_stands_for():
    names = drug_names(
        substances("acetaminophen and codeine phosphate"),
        generics=["Acetaminophen and Codeine Phosphate", "Isopropyl Alcohol"],
        brands=["tylenol with codeine"],
        classes=[pharmacologic_class("Opioid Agonist [EPC]")],
    )

    by_name = {(name.name, name.relation): name.ingredients for name in names}
    both = ("acetaminophen", "codeine")
    assert by_name["codeine phosphate", "salt"] == ("codeine",)
    assert by_name["paracetamol", "synonym"] == ("acetaminophen",)
    assert by_name["acetaminophen and codeine phosphate", "synonym"] == both
    assert by_name["tylenol with codeine", "brand"] == both
    assert by_name["opioid agonist", "class"] == both
    assert not any("alcohol" in name for name, _ in by_name)


@given(st.text(max_size=60))
def test_any_text_gives_names_or_none(raw):
    for one in substances(raw):
        assert one.ingredient == one.ingredient.lower().strip()
        assert one.ingredient
    name = brand(raw, [])
    assert name is None or name == name.strip()
