"""Days of the calendar, and what only looks like one."""

import pytest

from chatbot.privacy.dates import births_beside, find_dates
from chatbot.privacy.identifiers import Identifier


def found(text):
    return [(one.kind, text[one.start : one.end]) for one in find_dates(text)]


@pytest.mark.parametrize(
    "date",
    [
        "10/02/2025", "9-3-62", "2026-01-19", "12 March 2026", "March 3rd", "October 9, 2025", "24.12.2025",
        "17-Nov-2025", "05/Sep/1993", "18NOV2025", "the 9th of June", "Monday, January 12, 2026", "Sept 30 2025",
        "August 2025",
    ],
)  # fmt: skip
def test_a_date_is_found_whole(date):
    assert found(f"seen {date}, then home") == [("DATE", date)]


def test_a_short_date_needs_a_word_that_says_so():
    assert found("Admitted 2/14 for chest pain") == [("DATE", "2/14")]
    assert found("pain 3/10, Apgar 7/8, strength 4/5, half: 1/2 tablet") == []


@pytest.mark.parametrize(
    "text",
    ["two weeks ago", "every 8 hours", "at 3 months", "in 2019", "on Tuesday", "you may 10 times", "120/80 mmHg"],
)
def test_a_relative_time_and_a_year_are_none(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    ["DOB 04/17/1951", "born on 8 June 1960", "date of birth: May 10th 1971", "geb. 02.02.1939", "née le 16/02/1972"],
)
def test_a_date_of_birth_is_one_by_its_words(text):
    assert [kind for kind, _ in found(text)] == ["DOB"]


def test_a_date_beside_a_name_is_the_birth_of_someone_grown_up():
    text = "Anna Kovács (29.07.1990) seen; Anna Kovács, 01.03.2026"
    names = [Identifier(0, 11, "PERSON"), Identifier(31, 42, "PERSON")]
    assert [text[one.start : one.end] for one in births_beside(names, find_dates(text), text)] == ["29.07.1990"]
