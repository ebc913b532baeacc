"""Documents at odds are found, the newer first; other products, agreeing limits and identical texts are none."""

from __future__ import annotations

import pytest

from chatbot.candidates import Candidate, collect_candidates, unranked
from chatbot.conflicts import Conflict, find_conflicts, topics_of
from chatbot.points import Topic
from knowledge_base import loinc
from knowledge_base.types import DocumentInfo, Passage

OLD_KIDNEY = "Made-up tablets are contraindicated in patients with an eGFR below 60 mL/min/1.73 m2."
NEW_KIDNEY = "Made-up tablets are contraindicated in patients with an eGFR below 30 mL/min/1.73 m2."


def sentences(
    document_id: str,
    text: str,
    date: str | None,
    code: str = loinc.DOSAGE,
    title: str = "Made-up tablets",
    path: str = "2",
) -> list[Candidate]:
    info = DocumentInfo(
        id=document_id,
        source_path="a.xml",
        format="spl",
        kind="label",
        title=title,
        sha256="0" * 64,
        effective_date=date,
        ingredients=("madeup",),
    )
    passage = Passage(
        id=f"{document_id}#{code}:{path}",
        number=1,
        document=info,
        kind="label",
        section_code=code,
        section_title=path,
        section_path=(path,),
        start=0,
        end=len(text),
        text=text,
    )
    return collect_candidates(unranked([passage]))


def found(topic: Topic, *documents: list[Candidate], otc: tuple[str, ...] = ()) -> tuple[Conflict, ...]:
    return find_conflicts([one for document in documents for one in document], {topic}, otc)


def test_the_newer_label_comes_first() -> None:
    (conflict,) = found("kidney", sentences("a", OLD_KIDNEY, "2012-01-01"), sentences("b", NEW_KIDNEY, "2025-03-01"))
    assert [side.document.effective_date for side in conflict.sides] == ["2025-03-01", "2012-01-01"]
    assert [side.sentence.text for side in conflict.to_quote] == [NEW_KIDNEY, OLD_KIDNEY]
    assert conflict.same_product and not conflict.within_one


def test_a_label_without_a_date_comes_last() -> None:
    (conflict,) = found("kidney", sentences("a", OLD_KIDNEY, None), sentences("b", NEW_KIDNEY, "1999-01-01"))
    assert [side.document.effective_date for side in conflict.sides] == ["1999-01-01", None]


@pytest.mark.parametrize(
    ("topic", "code", "one", "other"),
    [
        ("food", loinc.DOSAGE, "Take the tablets with meals twice a day.", "Take it with or without food once a day."),
        (
            "max_dose",
            loinc.DOSAGE,
            "Do not exceed 3200 mg per day.",
            "The maximum recommended daily dose is 2400 mg daily.",
        ),
        (
            "storage",
            loinc.STORAGE,
            "Store at 20 to 25\u00b0C in a dry place.",
            "Store in a refrigerator at 2 to 8\u00b0C.",
        ),
        (
            "kidney",
            loinc.CONTRAINDICATIONS,
            "It is contraindicated in patients with serum creatinine \u2265 1.5 mg/dL.",
            NEW_KIDNEY,
        ),
    ],
)
def test_every_topic_has_its_conflict(topic: Topic, code: str, one: str, other: str) -> None:
    assert len(found(topic, sentences("a", one, "2020-01-01", code), sentences("b", other, "2021-01-01", code))) == 1
    assert found(topic, sentences("a", one, "2020-01-01", code), sentences("b", one, "2021-01-01", code)) == ()


def test_a_label_that_states_both_limits_contradicts_neither() -> None:
    both = f"{OLD_KIDNEY} {NEW_KIDNEY}"
    assert found("kidney", sentences("a", both, "2020-01-01"), sentences("b", NEW_KIDNEY, "2021-01-01")) == ()


def test_other_products_depend_on_the_product() -> None:
    plain = sentences("a", "Take the tablets with meals twice a day.", "2020-01-01")
    slow = sentences(
        "b", "Take it with or without food once a day.", "2021-01-01", title="Made-up extended-release tablets"
    )
    (conflict,) = found("food", plain, slow)
    assert not conflict.same_product
    over_the_counter = sentences("c", "Take it with or without food once a day.", "2021-01-01")
    (conflict,) = found("food", plain, over_the_counter, otc=("c",))
    assert not conflict.same_product


def test_one_of_the_same_product_counts_more() -> None:
    newest = sentences(
        "a", "Take it with or without food once.", "2022-01-01", title="Made-up extended-release tablets"
    )
    plain = sentences("b", "Take the tablets with meals twice a day.", "2021-01-01")
    older = sentences("c", "Take the tablets on an empty stomach.", "2010-01-01")
    (conflict,) = found("food", newest, plain, older)
    assert [side.document.id for side in conflict.sides] == ["b", "c"]


def test_the_highlights_that_contradict_their_own_label_are_named_and_not_quoted() -> None:
    body = sentences("a", "The dose is lower in severe renal impairment (GFR less than 30 mL/min).", "2025-01-01")
    head = sentences(
        "a",
        "Reduce the dose in severe renal impairment (GFR greater than 30 mL/min).",
        "2025-01-01",
        path=loinc.HIGHLIGHTS,
    )
    (conflict,) = found("kidney", body, head)
    assert conflict.within_one
    assert [side.sentence.passage.section_title for side in conflict.to_quote] == ["2"]


def test_each_item_of_a_list_is_read_by_itself() -> None:
    text = (
        "It is contraindicated in patients with:\n\u2022 Severe renal impairment (eGFR below 30 mL/min)\n"
        "\u2022 Known allergy to it"
    )
    assert found("kidney", sentences("a", text, "2020-01-01"), sentences("b", NEW_KIDNEY, "2021-01-01")) == ()
    assert len(found("kidney", sentences("a", text, "2020-01-01"), sentences("b", OLD_KIDNEY, "2021-01-01"))) == 1


def test_only_what_is_asked_is_compared() -> None:
    assert topics_of(["kidney", "dose"]) == {"kidney"}
    assert topics_of(["side_effects"]) == frozenset()
    assert found("food", sentences("a", OLD_KIDNEY, "2012-01-01"), sentences("b", NEW_KIDNEY, "2025-03-01")) == ()
