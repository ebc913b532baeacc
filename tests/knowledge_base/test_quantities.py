"""Numbers with units: equal amounts are equal however they are written."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.quantities import Quantity, quantities


def values(text: str) -> list[tuple[Fraction, str]]:
    return [(one.value, one.unit) for one in quantities(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,000 mg", "1 g"),
        ("1000 mg", "1,000 milligrams"),
        ("500 mcg", "0.5 mg"),
        ("2 days", "48 hours"),
        ("five days", "5 days"),
        ("20 to 25 C (68 to 77 F)", "20° to 25°C (68º-77ºF)"),
        ("10\u201320 mg", "10 mg to 20 mg"),
        ("6.25, 12.5, and 25 mg", "6.25 mg, then 12.5 mg, then 25 mg"),
        ("0.07 mg per kg", "0.07 mg/kg"),
        ("below 30 mL/min/1.73 m2", "<30 mL/minute/1.73 m 2"),
        ("age 65 or older", "65 years and older"),
        ("advanced age (≥65)", "65 years"),
        ("a 12-week trial", "12 weeks"),
        ("50%", "50 percent"),
        ("300 mg on day 1, 600 mg on Day 2", "300 mg, then 600 mg"),
    ],
)
def test_equal_amounts_are_equal(one: str, other: str) -> None:
    assert values(one) == values(other) != []


@pytest.mark.parametrize(("one", "other"), [("5 mg", "5 mL"), ("5 mg", "5 mg/kg"), ("5 mg", "5 g"), ("25 C", "25 F")])
def test_another_unit_is_another_amount(one: str, other: str) -> None:
    assert values(one) != values(other)


@pytest.mark.parametrize(
    "text", ["call 1-800-222-1222 right away", "CYP3A4", "vitamin B12 levels", "see 5.1", "type 2"]
)
def test_numbers_without_a_unit_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


def test_a_range_gives_both_ends_as_they_were_written() -> None:
    assert [one.text for one in quantities("every 4 to 6 hours")] == ["4 hours", "6 hours"]


@given(st.integers(min_value=0, max_value=10_000_000))
def test_thousands_separators_do_not_count(number: int) -> None:
    assert quantities(f"{number:,} mg") == quantities(f"{number} mg") == [Quantity(value=Fraction(number), unit="mg")]


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    quantities(text)
