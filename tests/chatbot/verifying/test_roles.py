"""Who acts on whom, and who stands where: what holds in other words, and what must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.verifying.places import place_problem
from chatbot.verifying.reply import WrittenSentence
from chatbot.verifying.roles import role_problem
from chatbot.verifying.verifier import Verifier
from chatbot.verifying.words import words_of

NAMES = frozenset({"warfarin", "fluconazole", "digoxin", "aspirin", "ibuprofen", "rifampin", "colchicine"})
RAISES = "Fluconazole raises the level of warfarin."


def roles(text: str, source: str) -> str:
    return role_problem(words_of(text), words_of(source), NAMES)


def places(text: str, source: str) -> str:
    return place_problem(words_of(text), words_of(source), NAMES)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Warfarin levels are raised by fluconazole.", RAISES),
        ("Warfarin levels rise when fluconazole is taken.", RAISES),
        ("An increase in warfarin levels was seen with fluconazole.", RAISES),
        ("Rifampin lowers digoxin, and fluconazole raises warfarin.", f"Rifampin lowers digoxin. {RAISES}"),
        ("Rifampin lowers digoxin and fluconazole raises warfarin.", f"{RAISES[:-1]} and rifampin lowers digoxin."),
        ("In patients with asthma, aspirin may cause spasms.", "Aspirin may cause spasms in patients with asthma."),
        ("Scurvy is treated with lemons.", "Lemons are used to treat scurvy."),
        ("Replace aspirin with ibuprofen.", "Ibuprofen replaces aspirin."),
        (
            "Reduce the dose of colchicine when it is given with fluconazole.",
            "When fluconazole is given, reduce the dose of colchicine.",
        ),
    ],
)
def test_the_same_doer_in_another_voice_or_order_holds(text: str, source: str) -> None:
    assert roles(text, source) == roles(source, text) == ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Warfarin raises the level of fluconazole.", RAISES),
        ("Fluconazole levels are raised by warfarin.", RAISES),
        ("Fluconazole levels rise when warfarin is taken.", RAISES),
        ("An increase in fluconazole levels was seen with warfarin.", RAISES),
        ("Fluconazole is inhibited by warfarin.", "Fluconazole inhibits the metabolism of warfarin and slows it."),
        ("Warfarin induces rifampin.", "Rifampin induces the metabolism of warfarin."),
        ("Thirst may cause fever.", "Fever may cause thirst."),
        ("Thirst results in fever.", "Fever results in thirst."),
        ("Lemons are treated with scurvy.", "Lemons are used to treat scurvy."),
        ("Replace aspirin with ibuprofen.", "Ibuprofen is replaced by aspirin."),
        (
            "Reduce the dose of fluconazole when it is given with colchicine.",
            "When fluconazole is given, reduce the dose of colchicine.",
        ),
        (
            "Coadministration of warfarin with fluconazole increases fluconazole exposure.",
            "Coadministration of warfarin with fluconazole increases warfarin exposure.",
        ),
    ],
)
def test_exchanged_doers_do_not(text: str, source: str) -> None:
    assert "exchanges" in roles(text, source)


def test_a_source_that_says_both_bears_out_both() -> None:
    source = "Fluconazole raises warfarin, and warfarin raises fluconazole."
    assert roles("Warfarin raises fluconazole.", source) == roles(RAISES, source) == ""


def test_a_medicine_that_only_one_of_them_names_decides_nothing() -> None:
    assert roles("Warfarin raises the level of digoxin.", RAISES) == ""


def test_medicines_in_each_others_place_are_found_without_a_verb() -> None:
    source = "Caution with inducers such as rifampin in patients on digoxin tablets for the heart."
    swapped = "Caution with inducers such as digoxin in patients on rifampin tablets for the heart."
    assert "each other's place" in places(swapped, source)
    assert places("In patients on digoxin tablets take care with inducers such as rifampin.", source) == ""


def test_a_medicine_in_a_compound_has_a_place_too() -> None:
    source = "Aspirin sodium may deepen a warfarin-dependent bleed."
    assert places("Warfarin sodium may deepen an aspirin-dependent bleed.", source) != ""
    assert places("A warfarin-dependent bleed may be deepened by aspirin sodium.", source) == ""


@given(st.text(alphabet=st.sampled_from("warfin digoxcuseby,.()[] 3%-"), max_size=120), st.booleans())
def test_a_text_agrees_with_itself_and_nothing_breaks_the_rules(text: str, named: bool) -> None:
    text = f"Warfarin increases {text} of digoxin." if named else text
    assert roles(text, text) == places(text, text) == ""


def test_the_verifier_asks_both(make_citation) -> None:
    verifier = Verifier([make_citation(1, RAISES, "warfarin", "Coumadin")], NAMES)
    true = verifier.check(WrittenSentence(text="The level of warfarin is raised by fluconazole.", cited=(1,)))
    false = verifier.check(WrittenSentence(text="Warfarin raises the level of fluconazole.", cited=(1,)))
    assert (true.support, false.support) == ("supported", "unsupported")
