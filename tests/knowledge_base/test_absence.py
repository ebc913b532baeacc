"""Said, silent, or no such section: the three are told apart, per document outline."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import loinc
from knowledge_base.absence import judge
from knowledge_base.types import Section


def section(code: str | None, title: str, length: int = 10) -> Section:
    return Section(code=code, title=title, path=(title,), start=0, end=length)


def about_pregnancy(code: str | None, title: str) -> bool:
    return code == loinc.PREGNANCY or "pregnan" in title.lower()


def test_a_sentence_that_answers_is_found() -> None:
    reading = judge({"a": [section(loinc.PREGNANCY, "Pregnancy")]}, about_pregnancy, found=True)
    assert reading.state == "found"
    assert [one.document_id for one in reading.sections] == ["a"]


def test_a_section_that_does_not_mention_it_is_silent_even_if_it_is_empty() -> None:
    outlines = {"a": [section(loinc.DOSAGE, "Dosage")], "b": [section(None, "8.1 Pregnancy", length=0)]}
    reading = judge(outlines, about_pregnancy, found=False)
    assert reading.state == "not_mentioned"
    assert [(one.document_id, one.title) for one in reading.sections] == [("b", "8.1 Pregnancy")]


def test_no_section_is_no_silence() -> None:
    reading = judge({"a": [section(loinc.DOSAGE, "Dosage")], "b": []}, about_pregnancy, found=False)
    assert (reading.state, reading.sections) == ("no_section", ())


@given(st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from([loinc.DOSAGE, loinc.PREGNANCY, None]))))
def test_silence_needs_a_section(codes: dict[str, list[str | None]]) -> None:
    outlines = {name: [section(code, "x") for code in found] for name, found in codes.items()}
    exists = any(code == loinc.PREGNANCY for found in codes.values() for code in found)
    assert judge(outlines, about_pregnancy, found=False).state == ("not_mentioned" if exists else "no_section")
