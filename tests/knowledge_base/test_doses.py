from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.doses import read_doses
from knowledge_base.types import DocumentInfo

DOSAGE = "34068-7"
LABEL = DocumentInfo(
    id="x", source_path="/x", format="spl", kind="label", title="Ibuprofen", sha256="0", ingredients=("ibuprofen",)
)
GUIDE = DocumentInfo(id="g", source_path="/g", format="pdf", kind="guideline", title="Levothyroxine", sha256="0")


def doses(text: str, info: DocumentInfo = LABEL, code: str | None = DOSAGE, path: tuple[str, ...] = ()):
    return [(one.drug, one.unit, one.population, one.low, one.high) for one in read_doses(info, code, path, text)]


@pytest.mark.parametrize(
    ("text", "unit", "low", "high"),
    [
        ("Take 200 mg twice daily.", "mg", 200, 200),
        ("The usual dose is 1,200 to 2,400 mg a day.", "mg", 1200, 2400),
        ("The starting dose is 2.4 g daily.", "mg", 2400, 2400),
        ("A dose of 5\u201310 \u03bcg/kg is given daily.", "mg/kg", 0.005, 0.01),
        ("Give 0.5 g/kg every 6 hours.", "mg/kg", 500, 500),
        ("The recommended dose is 75 mg/m2 daily.", "mg/m2", 75, 75),
        ("Start the infusion at a dose of 5 mcg/kg/min.", "mg/kg/min", 0.005, 0.005),
        ("Give 20 mg per hour, the usual dose.", "mg/h", 20, 20),
        ("Take 5 units twice daily.", "unit", 5, 5),
    ],
)
def test_a_plain_statement_of_a_dose(text: str, unit: str, low: float, high: float) -> None:
    assert doses(text) == [("ibuprofen", unit, "adults", low, high)]


@pytest.mark.parametrize(
    "text",
    [
        "Each tablet contains 200 mg; take one daily.",
        "In rats a dose of 200 mg/kg daily did no harm.",
        "A study compared 200 mg with 400 mg daily.",
        "The lethal dose is 20 g.",
        "Take 5 mL of 100 mg/5 mL suspension twice daily.",
        "Serum levels rose to 20 mg after the dose.",
        "Tablets of 200 mg and 400 mg.",
        "Take with 81 mg aspirin daily.",
        "Take it daily.",
    ],
)
def test_what_is_no_dose_of_this_medicine(text: str) -> None:
    assert doses(text) == []


@pytest.mark.parametrize(
    ("text", "path", "population"),
    [
        ("Children: give 5 mg/kg daily.", (), "children"),
        ("From 6 months of age give 5 mg/kg daily.", (), "children"),
        ("Give 5 mg/kg daily.", ("Dosage", "Pediatric patients"), "children"),
        ("Adults: give 5 mg/kg daily.", ("Dosage", "Pediatric patients"), "adults"),
        ("Treat for 6 months with a dose of 5 mg/kg.", (), "adults"),
    ],
)
def test_whom_a_dose_is_for(text: str, path: tuple[str, ...], population: str) -> None:
    assert [one[2] for one in doses(text, path=path)] == [population]


def test_a_label_gives_doses_in_their_section_only() -> None:
    assert doses("Take 200 mg twice daily.", code="34084-4") == []
    assert len(doses("Take 200 mg twice daily.", info=GUIDE, code=None)) == 1


def test_a_guideline_gives_the_dose_of_the_medicine_it_names_there_or_in_its_title() -> None:
    assert doses("Start with 25 mcg daily.", info=GUIDE, code=None)[0][0] == "levothyroxine"
    assert doses("Start warfarin with 5 mg daily.", info=GUIDE, code=None)[0][0] == "warfarin"
    assert doses("Give 5 mg warfarin or 81 mg aspirin daily.", info=GUIDE, code=None) == []


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    for one in read_doses(GUIDE, None, (), f"Take 5 mg daily. {text}"):
        assert 0 < one.low <= one.high
        assert one.written in f"Take 5 mg daily. {text}"
