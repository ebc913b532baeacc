"""Rewordings keep what a sentence says; spoilings change exactly one thing of it."""

from __future__ import annotations

import random

import pytest

from eval.rewordings import REWORDINGS, change_voice, drop_parenthesis, join, reorder, say_plainly, trim
from eval.spoilings import (
    SPOILINGS,
    add_effect,
    add_negation,
    change_direction,
    change_dose,
    change_frequency,
    change_population,
    change_unit,
    drop_negation,
    swap_medicine,
)


@pytest.fixture
def rng() -> random.Random:
    return random.Random(1)  # noqa: S311 - no secret


@pytest.mark.parametrize(
    ("reword", "text", "reworded"),
    [
        (
            trim,
            "Avoid use with strong inhibitors [see Drug Interactions (7.1)].",
            "Avoid use with strong inhibitors.",
        ),
        (
            drop_parenthesis,
            "Take one tablet (containing 5 mg of it) with a meal every morning.",
            "Take one tablet with a meal every morning.",
        ),
        (
            reorder,
            "If a rash appears, the treatment should be stopped for good.",
            "The treatment should be stopped for good if a rash appears.",
        ),
        (
            reorder,
            "The treatment should be stopped for good if a rash appears.",
            "If a rash appears, the treatment should be stopped for good.",
        ),
        (
            change_voice,
            "Avoid grapefruit juice during treatment with the tablets.",
            "Grapefruit juice should be avoided during treatment with the tablets.",
        ),
        (
            change_voice,
            "Strong inhibitors increase the level of this medicine.",
            "The level of this medicine is increased by strong inhibitors.",
        ),
    ],
)
def test_a_rewording_keeps_the_meaning(reword, text: str, reworded: str, rng) -> None:
    assert reword(text, rng) == reworded


def test_plain_words_are_a_layperson_s(rng) -> None:
    assert say_plainly("Hypotension was seen in one of the trials.", rng) == (
        "Low blood pressure was seen in one of the trials."
    )


@pytest.mark.parametrize(
    "text", ["It is unknown if the vaccine is safe for them.", "Take it unless it harms if swallowed."]
)
def test_a_clause_that_hangs_on_another_stays_where_it_is(text: str, rng) -> None:
    assert reorder(text, rng) is None


def test_two_sentences_become_one() -> None:
    assert join("Take it with food (2.1).", "Avoid alcohol.") == "Take it with food, and avoid alcohol."


@pytest.mark.parametrize(
    ("spoil", "text", "spoiled"),
    [
        (drop_negation, "Do not take it with alcohol.", "Take it with alcohol."),
        (drop_negation, "It is contraindicated in asthma.", "It is indicated in asthma."),
        (add_negation, "Monitor blood pressure.", "Do not monitor blood pressure."),
        (change_population, "It was studied in neonates.", "It was studied in adults."),
        (change_frequency, "Nausea is rare.", "Nausea is common."),
        (change_direction, "Take it before meals.", "Take it after meals."),
        (change_unit, "Take it for 3 minutes.", "Take it for 3 hours."),
    ],
)
def test_a_spoiling_changes_one_thing(spoil, text: str, spoiled: str, rng) -> None:
    assert spoil(text, rng) == spoiled


def test_a_spoiled_dose_is_another_number(rng) -> None:
    assert change_dose("Take 500 mg a day.", rng) not in (None, "Take 500 mg a day.")
    assert change_dose("Take it for 3 days.", rng) is None


def test_an_effect_is_added_where_effects_are_told(rng) -> None:
    added = add_effect("It may cause nausea.", rng)
    assert added is not None and added.startswith("It may cause nausea and ")
    assert add_effect("Store in the box.", rng) is None


def test_a_medicine_is_swapped_whole() -> None:
    assert swap_medicine("Ibuprofen and ibuprofen-like drugs.", ("ibuprofen",), "naproxen") == (
        "Naproxen and ibuprofen-like drugs."
    )
    assert swap_medicine("It may cause nausea.", ("ibuprofen",), "naproxen") is None


@pytest.mark.parametrize("name", [*REWORDINGS, *SPOILINGS])
def test_what_does_not_apply_is_none_or_a_text(name: str, rng) -> None:
    made = {**REWORDINGS, **SPOILINGS}[name]("Inert words stand here without any meaning whatever.", rng)
    assert made is None or made
