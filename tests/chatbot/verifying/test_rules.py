"""Each rule of the check by its smallest case: what holds, and what must not."""

from __future__ import annotations

import pytest

from chatbot.verifying.additions import addition_problem
from chatbot.verifying.directions import direction_problem
from chatbot.verifying.frequencies import frequency_problem, hedge_problem
from chatbot.verifying.negations import negation_problem
from chatbot.verifying.numbers import numbers_problem
from chatbot.verifying.populations import population_problem
from chatbot.verifying.words import words_of


def numbers(text: str, source: str) -> str:
    return numbers_problem(words_of(text), words_of(source))


def negations(text: str, source: str) -> str:
    return negation_problem(words_of(text), words_of(source), words_of(source))


def people(text: str, source: str) -> str:
    return population_problem(words_of(text), words_of(source), words_of(source))


def frequencies(text: str, source: str) -> str:
    return frequency_problem(words_of(text), words_of(source))


def directions(text: str, source: str) -> str:
    return direction_problem(words_of(text), words_of(source))


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("The dose is 500 mg.", "The dose is 500 mg once daily."),
        ("The dose is 500 milligrams.", "The dose is 500 mg."),
        ("Take 10 mg twice daily.", "Take 10 mg twice a day."),
        ("Give 5 mg/kg every 8 hours.", "Give 5 mg per kg every 8 hours."),
        ("From 10 to 20 mg.", "From 10\u201320 mg."),
        ("Of the doses 20 mg.", "Doses of 10 mg, 20 mg or 40 mg."),
        ("In 25% of patients.", "In 25 percent of patients."),
        ("Take two tablets.", "Take 2 tablets."),
        ("Wait five minutes.", "Wait five (5) minutes."),
        ("At least 1,000 mL.", "At least 1000 mL."),
    ],
)
def test_numbers_that_are_the_source_s_hold(text: str, source: str) -> None:
    assert numbers(text, source) == ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("The dose is 50 mg.", "The dose is 500 mg."),
        ("The dose is 500 mcg.", "The dose is 500 mg."),
        ("The dose is 0.5 g.", "The dose is 500 mg."),
        ("Give 5 mg/kg/day.", "Give 5 mg/kg."),
        ("Take 10 mg once a day.", "Take 10 mg twice a day."),
        ("Take 10 mg every 6 hours.", "Take 10 mg every 8 hours."),
        ("From 10 to 200 mg.", "From 10 to 20 mg."),
        ("In 25% of patients.", "In 2.5% of patients."),
        ("Take three tablets.", "Take two tablets."),
        ("Start with 500 mg, then 500 mg.", "Start with 250 mg, then 500 mg."),
        ("Take 850 mg twice a day.", "Take 500 mg twice a day or 850 mg once a day."),
        ("It inhibits CYP2D6.", "It inhibits CYP3A4."),
        ("For 3 weeks.", "For 3 days."),
    ],
)
def test_other_numbers_units_and_rhythms_do_not(text: str, source: str) -> None:
    assert numbers(text, source) != ""


def test_numbers_stay_with_what_they_belong_to() -> None:
    source = "Adults take 20 mg with water. Children take 10 mg with milk."
    assert "another place" in numbers("Children take 20 mg with milk.", source)
    assert numbers("Children take 10 mg with milk.", source) == ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Use in pregnancy is contraindicated.", "Do not use in pregnancy."),
        ("Alcohol should be avoided.", "Avoid alcohol."),
        ("It must not be taken with alcohol.", "Do not take with alcohol."),
        ("If you are pregnant, do not use it.", "Do not use it if you are pregnant."),
        ("Take with food.", "Take with food. Do not chew the tablets."),
        ("Use only if clearly needed.", "Use only if clearly needed."),
    ],
)
def test_a_denial_in_other_words_holds(text: str, source: str) -> None:
    assert negations(text, source) == ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Take with alcohol.", "Do not take with alcohol."),
        ("Do not take with food.", "Take with food."),
        ("It is indicated in pregnancy.", "It is contraindicated in pregnancy."),
        ("It may be used with grapefruit juice.", "Avoid use with grapefruit juice."),
        ("Use in children.", "Never use in children."),
        ("Take aspirin and do not take warfarin.", "Do not take aspirin and do not take warfarin."),
        ("Do not take with food.", "Take with food. Do not chew the tablets."),
        ("Use in pregnancy.", "Use in pregnancy only if clearly needed."),
        ("Stop treatment for a rash.", "Stop treatment for a rash unless mild."),
        ("Only adults use it.", "Adults use it."),
    ],
)
def test_a_denial_added_dropped_or_freed_of_its_condition_does_not(text: str, source: str) -> None:
    assert negations(text, source) != ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Children may react.", "Pediatric patients may react."),
        ("People with kidney problems.", "Patients with renal impairment."),
        ("Older people fall more.", "Elderly patients fall more."),
        ("Breastfeeding mothers should stop.", "Nursing mothers should stop."),
        ("Pregnant women should stop.", "It should be stopped in pregnancy."),
        ("Adults take it.", "Adults and children take it."),
    ],
)
def test_the_same_people_in_other_words_hold(text: str, source: str) -> None:
    assert people(text, source) == ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Adults may react.", "Children may react."),
        ("Women may react.", "Men may react."),
        ("In pregnancy it is safe.", "During breastfeeding it is safe."),
        ("In liver disease lower the dose.", "In kidney disease lower the dose."),
        ("Children and children take it.", "Adults and children take it."),
        ("Safety has not been established.", "Safety in children has not been established."),
    ],
)
def test_other_people_or_everybody_do_not(text: str, source: str) -> None:
    assert people(text, source) != ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Nausea is often seen.", "Nausea is frequently seen."),
        ("Take it every day.", "Take it daily."),
        ("It may raise blood pressure.", "It can raise blood pressure."),
        ("You must be watched.", "You should be monitored."),
        ("No more than 4 a day.", "Do not exceed 4 per day."),
    ],
)
def test_as_often_and_as_surely_holds(text: str, source: str) -> None:
    assert frequencies(text, source) == ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Nausea is common.", "Nausea is rare."),
        ("Nausea is common.", "Nausea is uncommon."),
        ("Take it weekly.", "Take it daily."),
        ("Take it once.", "Take it twice."),
        ("It will cause nausea.", "It may cause nausea."),
        ("It always causes nausea.", "It causes nausea."),
        ("It is safe in kidney disease.", "It was studied in kidney disease."),
        ("At least 4 a day.", "At most 4 a day."),
        ("Doses may be lowered.", "Doses must be lowered."),
        ("Rash is rare and nausea is rare.", "Rash is rare and nausea is common."),
    ],
)
def test_more_often_or_more_surely_does_not(text: str, source: str) -> None:
    assert frequencies(text, source) != ""


def test_a_hedge_left_out_is_said() -> None:
    assert "may" in hedge_problem(words_of("It causes nausea."), words_of("It may cause nausea."))
    assert hedge_problem(words_of("It may cause nausea."), words_of("It may cause nausea.")) == ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("It lowers blood pressure.", "It raises blood pressure."),
        ("Take before meals.", "Take after meals."),
        ("For a GFR above 30.", "For a GFR below 30."),
        ("Continue it when a rash appears.", "Discontinue it when a rash appears."),
        ("In mild disease.", "In severe disease."),
        ("Strong inducers lower it.", "Strong inhibitors lower it."),
        ("Given by mouth.", "Given intravenously."),
        ("Take on an empty stomach.", "Take with food."),
        ("Acids lower and bases lower levels.", "Acids lower and bases raise levels."),
    ],
)
def test_what_is_turned_round_does_not_hold(text: str, source: str) -> None:
    assert directions(text, source) != ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("It elevates blood pressure.", "It raises blood pressure."),
        ("Prior to surgery.", "Before surgery."),
        ("In serious disease.", "In severe disease."),
        ("Taken by mouth.", "Administered orally."),
    ],
)
def test_the_same_direction_holds(text: str, source: str) -> None:
    assert directions(text, source) == ""


@pytest.mark.parametrize(
    "text",
    [
        "It may cause nausea and seizures.",
        "It may cause nausea, weight gain.",
        "It may cause hepatotoxicity.",
        "Patients trust their neighbours completely.",
        "Drink wine.",
    ],
)
def test_what_the_source_does_not_have_is_an_addition(text: str) -> None:
    assert addition_problem(words_of(text), words_of("It may cause nausea and vomiting.")) != ""


def test_framing_and_other_words_of_one_meaning_are_none() -> None:
    source = words_of("Hypertension may occur and dyspnea was reported.")
    assert addition_problem(words_of("The label says high blood pressure may happen."), source) == ""
    assert addition_problem(words_of("Shortness of breath was described."), source) == ""
