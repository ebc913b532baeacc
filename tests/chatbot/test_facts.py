"""What a person says of themselves, read from JSON and from one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.facts import Facts, facts_of, read_facts
from knowledge_base.errors import VademecumError


def test_one_line_gives_the_same_as_json() -> None:
    said = read_facts("pregnant; age 31; Weight: 70.5 kg; allergies: penicillin, sulfa; medicines: warfarin")
    assert said == facts_of(
        {
            "pregnant": True,
            "age_years": 31,
            "weight_kg": 70.5,
            "allergies": ["penicillin", "sulfa"],
            "medicines": ["warfarin"],
        }
    )


def test_nothing_said_is_nothing_known() -> None:
    assert not read_facts("  ; ")
    assert not facts_of({"pregnant": None, "allergies": []})


@pytest.mark.parametrize(("age", "names"), [(7, ["child"]), (40, []), (65, []), (66, ["over_65"])])
def test_age_decides_whose_sections_are_read(age: float, names: list[str]) -> None:
    assert [row.name for row in Facts(age_years=age).rows()] == names


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"pregnancy": True}, "pregnancy"),
        ({"pregnant": "yes"}, "pregnant"),
        ({"age_years": -1}, "age_years"),
        ({"age_years": True}, "age_years"),
        ({"weight_kg": "80"}, "weight_kg"),
        ({"allergies": "penicillin"}, "allergies"),
        ({"medicines": ["x" * 200]}, "medicines"),
    ],
)
def test_a_wrong_value_is_named(values: dict[str, object], field: str) -> None:
    with pytest.raises(VademecumError, match=field):
        facts_of(values)


@pytest.mark.parametrize("line", ["pregnant: very", "allergies", "height 180", "pregnant; pregnant"])
def test_an_entry_that_cannot_be_read_is_an_error(line: str) -> None:
    with pytest.raises(VademecumError, match="facts"):
        read_facts(line)


@given(st.text(max_size=60))
def test_any_line_gives_facts_or_one_error(line: str) -> None:
    try:
        read_facts(line)
    except VademecumError as error:
        assert str(error).startswith("facts")
