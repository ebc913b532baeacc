from __future__ import annotations

import pytest

from knowledge_base import loinc
from knowledge_base.aspects import aspect_table

TABLE = aspect_table()


@pytest.mark.parametrize(
    ("question", "n_drugs", "first"),
    [
        ("What are the common side effects of taking ibuprofen?", 1, "side_effects"),
        ("does zoloft make you sleepy", 1, "side_effects"),
        ("what can go wrong when I take warfarin", 1, "side_effects"),
        ("serious side effects of ciprofloxacin", 1, "serious_side_effects"),
        ("how much metformin should an adult start on", 1, "dose"),
        ("metoprolol dose", 1, "dose"),
        ("how many mg of tylenol can i take in a day", 1, "max_dose"),
        ("what is the maximum dose of ibuprofen", 1, "max_dose"),
        ("i forgot to take my levothyroxine this morning, what should i do", 1, "missed_dose"),
        ("missed dose of apixaban", 1, "missed_dose"),
        ("can i take advil with lisinopril", 2, "interaction"),
        ("warfarin and aspirin together", 2, "interaction"),
        ("does omeprazole interact with clopidogrel", 2, "interaction"),
        ("can i drink alcohol with metformin", 1, "alcohol"),
        ("is it ok to have grapefruit juice with simvastatin", 1, "food"),
        ("is it safe to take tylenol while pregnant", 1, "pregnancy"),
        ("is albuterol ok when nursing a baby", 1, "breastfeeding"),
        ("what happens if you take too much acetaminophen", 1, "overdose"),
        ("how much alcohol is too much with metformin", 1, "alcohol"),
        ("how should insulin glargine be stored", 1, "storage"),
        ("how does omeprazole work", 1, "mechanism"),
        ("what does plavix do in the body", 1, "mechanism"),
        ("half-life of warfarin", 1, "pharmacokinetics"),
        ("how long does ibuprofen take to work", 1, "onset"),
        ("who should not take naproxen", 1, "contraindication"),
        ("What is the boxed warning on methotrexate?", 1, "boxed_warning"),
        ("black box warning for escitalopram", 1, "boxed_warning"),
        ("what changed in the label of metformin", 1, "recent_changes"),
        ("what is new in the Humira label", 1, "recent_changes"),
        ("when was the methotrexate label last updated", 1, "recent_changes"),
        ("which changes were made to the latest prescribing information of apixaban", 1, "recent_changes"),
        ("has the boxed warning in the warfarin label changed, any label updates?", 1, "recent_changes"),
        ("what is gabapentin used for", 1, "uses"),
        ("why would a doctor prescribe spironolactone", 1, "uses"),
        ("can my child take cetirizine", 1, "children"),
        ("is zolpidem safe for the elderly", 1, "elderly"),
        ("metformin with kidney disease", 1, "kidney"),
        ("is trazodone safe with liver disease", 1, "liver"),
        ("how should i take levothyroxine", 1, "how_to_take"),
        ("stopping venlafaxine suddenly", 1, "stopping"),
        ("can i drive after taking zolpidem", 1, "driving"),
        ("i am allergic to penicillin, is amoxicillin safe", 1, "allergy"),
        ("does methotrexate cause cancer in rats, carcinogenicity", 1, "toxicology"),
        ("inactive ingredients of advil", 1, "ingredients"),
        ("is xanax addictive", 1, "dependence"),
        ("how soon does losartan affect blood pressure", 1, "onset"),
        ("how much time before tizanidine takes effect", 1, "onset"),
        ("what happens with a double dose of simvastatin", 1, "overdose"),
        ("age limits for use of bupropion?", 1, "children"),
        ("hydroxyzine vs hydralazine", 2, "uses"),
    ],
)
def test_first_aspect(question: str, n_drugs: int, first: str) -> None:
    assert TABLE.resolve(question, n_drugs)[0] == first


def test_two_drugs_put_interaction_among_the_first_two() -> None:
    assert "interaction" in TABLE.resolve("side effects of lisinopril and metformin", 2)[:2]
    assert TABLE.resolve("lisinopril metformin", 2)[0] == "interaction"


def test_a_comparison_is_no_interaction() -> None:
    assert "interaction" not in TABLE.resolve("difference between hydroxyzine and hydralazine", 2)


def test_a_drug_name_gives_no_cue() -> None:
    question = "vitamin k and warfarin dosewell"
    start = question.index("dosewell")
    assert "dose" not in TABLE.resolve(question, 2, [(start, len(question))])


def test_an_answer_speaks_of_a_part_as_of_its_whole() -> None:
    names = ("active_ingredient", "dose", "inactive_ingredients")
    assert TABLE.spoken(names) == ("ingredients", "dose")
    assert TABLE.spoken(("made up",)) == ("made up",)
    assert all(TABLE[name].like is None for name in TABLE.spoken(TABLE.names)), "a part of a part has no rules"


def test_an_abbreviation_is_a_cue() -> None:
    assert TABLE.resolve("DDI warfarin", 1, [(4, 12)])[0] == "interaction"


def test_nothing_said_nothing_found() -> None:
    assert TABLE.resolve("", 0) == ()
    assert TABLE.resolve("ibuprofen", 1, [(0, 9)]) == ()


def test_every_aspect_points_at_known_sections() -> None:
    for name in TABLE.names:
        aspect = TABLE[name]
        assert set(aspect.sections) <= set(loinc.NAMES), name
        assert max(aspect.sections.values()) >= 0.8, name
        assert all(0 < weight <= 1 for weight in aspect.sections.values()), name


def test_a_section_that_says_the_aspect_is_recognised() -> None:
    assert TABLE["missed_dose"].headings.search("Missed dose")
    assert not TABLE["dose"].headings.search("Missed dose")
    assert not TABLE["dose"].headings.search("Overdose")
    assert TABLE["dose"].headings.search("Adult dose")


@pytest.mark.parametrize(
    "question",
    [
        "does the metformin label say anything about changes in taste",
        "what changes in heart rate does the propranolol label describe",
        "which dose changes does the label advise in renal impairment",
        "i was started on a new blood pressure medicine, is it on the label that i can drink",
        "my prescription was changed to metformin, what does it treat",
    ],
)
def test_changes_of_something_else_are_no_changes_of_the_label(question: str) -> None:
    assert TABLE.fits(question)["recent_changes"] == 0
