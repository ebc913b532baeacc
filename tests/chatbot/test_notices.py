"""What a person is told beside the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chatbot.notices import (
    age_notice,
    checked_notice,
    join_names,
    name_notices,
    person_notices,
    remark_notices,
)
from knowledge_base.types import DocumentInfo, DrugMention

INFO = DocumentInfo(
    id="spl:a@1", source_path="a.xml", format="spl", kind="label", title="Ibuprofen tablets", sha256="0" * 64
)
TODAY = date(2026, 11, 23)


def mention(said: str, match: str, *ingredients: str, candidates: tuple[str, ...] = ()) -> DrugMention:
    return DrugMention(
        mention=said,
        start=0,
        end=len(said),
        match=match,
        ingredients=ingredients,
        candidates=candidates,  # type: ignore[arg-type]
    )


def test_a_misspelling_is_confirmed_and_a_brand_explained() -> None:
    notices = name_notices(
        [
            mention("lisinoprl", "misspelling", "lisinopril", candidates=("lisinopril",)),
            mention("advil", "brand", "ibuprofen"),
            mention("metformin", "exact", "metformin"),
        ]
    )
    assert [(one.kind, one.text) for one in notices] == [
        ("misspelling", "Read 'lisinoprl' as lisinopril."),
        ("brand", "Advil is a brand name of ibuprofen."),
    ]


def test_a_misspelt_brand_names_its_ingredient() -> None:
    (notice,) = name_notices([mention("advill", "misspelling", "ibuprofen", candidates=("advil",))])
    assert notice.text == "Read 'advill' as advil (ibuprofen)."


def test_a_follow_up_says_what_it_was_read_as() -> None:
    (notice,) = name_notices([], ["metformin", "ibuprofen"])
    assert notice.text == "Read as a question about metformin and ibuprofen."


def test_old_and_undated_labels_are_named() -> None:
    documents = [
        replace(INFO, effective_date="2026-01-01"),
        replace(INFO, id="b", title="Old label", effective_date="2019-05-01"),
        replace(INFO, id="c", title="Undated label"),
        replace(INFO, id="d", title="Odd label", effective_date="May 2020"),
    ]
    old, undated = age_notice(documents, TODAY)
    assert {old.kind, undated.kind} == {"stale-label"}
    assert "Old label (2019-05-01)" in old.text and "Ibuprofen tablets" not in old.text
    assert "Undated label and Odd label" in undated.text
    assert age_notice(documents[:1], TODAY) == []


def test_what_is_to_be_known_of_a_source_is_said_once() -> None:
    remarked = replace(INFO, remarks=("Odd.",))
    assert [notice.text for notice in remark_notices([remarked, INFO, remarked])] == ["Ibuprofen tablets: Odd."]


def test_pregnancy_and_children() -> None:
    assert [one.kind for one in person_notices("I'm pregnant, is Advil ok?", ["pregnancy"])] == ["pregnancy"]
    assert [one.kind for one in person_notices("dose for my 6 year old", ["dose"])] == ["child"]
    assert person_notices("dose of ibuprofen", ["dose"]) == []


def test_names_are_joined_as_people_do() -> None:
    assert [join_names(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_what_became_of_written_sentences_is_said() -> None:
    assert checked_notice(6, 6).text == "6 of 6 sentences checked and borne out by the sources cited."
    assert checked_notice(5, 3, n_partial=1, n_replaced=2).text == (
        "3 of 5 sentences checked and borne out by the sources cited. 1 of them only in part. "
        "In place of 2 the source itself is quoted."
    )
