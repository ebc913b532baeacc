"""Numbers that identify, and numbers that are doses, values and sections."""

import pytest

from chatbot.privacy.numbers import find_numbers


def found(text):
    return {(one.kind, text[one.start : one.end]) for one in find_numbers(text)}


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("write to anna.k+lab@mail.example.org now", "EMAIL", "anna.k+lab@mail.example.org"),
        ("anna(at)hospital.example", "EMAIL", "anna(at)hospital.example"),
        ("see https://chart.example/p?id=7.", "URL", "https://chart.example/p?id=7"),
        ("www.chart.example/anna", "URL", "www.chart.example/anna"),
        ("from 203.0.113.77.", "IP", "203.0.113.77"),
        ("from 2001:db8::7", "IP", "2001:db8::7"),
        ("call (608) 555-0142 today", "PHONE", "(608) 555-0142"),
        ("call 608.555.0142 ext. 24", "PHONE", "608.555.0142 ext. 24"),
        ("mobile +44 20 7946 0321", "PHONE", "+44 20 7946 0321"),
        ("pager x44172", "PHONE", "x44172"),
        ("SSN: 219-09-9999", "SSN", "219-09-9999"),
        ("last four of SSN 6093", "SSN", "6093"),
        ("MRN 00482917", "MRN", "00482917"),
        ("chart # 33-90-17", "MRN", "33-90-17"),
        ("NHS No. 485 777 3456", "MRN", "485 777 3456"),
        ("Member ID: XQZ884201793", "INSURANCE_ID", "XQZ884201793"),
        ("Insurance: Medicare 1EG4-TE5-MK73", "INSURANCE_ID", "1EG4-TE5-MK73"),
        ("a 91-year-old man", "AGE_OVER_89", "91"),
        ("mom is ninety-four years old", "AGE_OVER_89", "ninety-four"),
        ("97F, comfort care", "AGE_OVER_89", "97"),
    ],
)
def test_an_identifier_is_found(text, kind, words):
    assert (kind, words) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "BP 96/54, HR 92, sat 94%",
        "metformin 1,000 mg twice a day for 90 days",
        "section 5.1.2.3 of the label",
        "NDC 0093-7180-56 and LOINC 34066-1",
        "set id fe9e8b7d-61ea-409d-84aa-3ebd79a046b5",
        "a 45-year-old, 95 kg, at 92 bpm",
        "call Poison Control at 1-800-222-1222",
        "Plan B 10 mg",
        "child 8/9, card game 12",
        "heparin 5000 units, eGFR 71 mL/min/1.73 m2",
        "every 8 hours, week 12, NCT04412345",
    ],
)
def test_a_dose_a_value_and_a_section_are_none(text):
    assert found(text) == set()
