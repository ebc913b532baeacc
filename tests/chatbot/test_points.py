"""What a sentence lays down, and that a condition, a study or another medicine lays down nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.points import Point, points_of


@pytest.mark.parametrize(
    ("sentence", "point"),
    [
        (
            "the tablets are contraindicated in patients with an egfr below 30 ml/min/1.73 m2.",
            Point("kidney", "contraindicated", "below 30 mL/min"),
        ),
        (
            "contraindicated in patients with serum creatinine \u2265 1.5 mg/dl.",
            Point("kidney", "contraindicated", "serum creatinine from 1.5 mg/dL"),
        ),
        (
            "starting is not recommended in patients with a crcl between 30 and 45 ml/min.",
            Point("kidney", "starting", "30 to 45 mL/min"),
        ),
        (
            "do not use in patients with creatinine clearance less than 60 ml/min.",
            Point("kidney", "not recommended", "below 60 mL/min"),
        ),
        (
            "reduce the dose in patients with severe renal impairment (gfr greater than 30 ml/min).",
            Point("kidney", "severe", "above 30 mL/min"),
        ),
        ("take the tablets with or without food.", Point("food", "", "with or without food")),
        ("take one tablet twice a day with meals.", Point("food", "", "with food")),
        ("take it on an empty stomach.", Point("food", "", "without food")),
        ("the maximum recommended daily dose is 2,550 mg per day.", Point("max_dose", "adults", "2550 mg")),
        ("do not take more than 1.2 g in 24 hours.", Point("max_dose", "adults", "1200 mg")),
        ("store at 20\u00b0 to 25\u00b0c (68\u00b0 to 77\u00b0f).", Point("storage", "", "at room temperature")),
        ("store in a refrigerator at 2\u00b0c to 8\u00b0c.", Point("storage", "", "refrigerated")),
    ],
)
def test_what_is_laid_down(sentence: str, point: Point) -> None:
    assert list(points_of(sentence)) == [point]


@pytest.mark.parametrize(
    "sentence",
    [
        "if the stomach is upset, take it with food.",
        "it may be taken with food or milk.",
        "in a study the tablets were given with food.",
        "the maximum daily dose in patients with renal impairment is 20 mg.",
        "the maximum daily dose with a strong cyp3a4 inhibitor is 20 mg.",
        "the maximum dose for children is 10 mg per day.",
        "the maximum dose is 10 mg/kg per day.",
        "after reconstitution store in a refrigerator.",
        "if the egfr falls below 45 ml/min, assess the benefit and risk.",
        "in subjects with an egfr below 30 ml/min the auc doubled; it is not recommended to extrapolate.",
        "store the carton upright.",
    ],
)
def test_what_lays_down_nothing(sentence: str) -> None:
    assert list(points_of(sentence)) == []


@given(st.integers(10, 90))
def test_a_limit_keeps_its_number(limit: int) -> None:
    (point,) = points_of(f"it is contraindicated in patients with an egfr less than {limit} ml/minute/1.73 m2.")
    assert point.value == f"below {limit} mL/min"
