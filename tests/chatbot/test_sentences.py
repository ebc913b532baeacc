"""Sentences of labels are spans: exact, in order, and whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.sentences import is_cross_reference, list_items, split_sentences


def split(text: str, form: str | None = None, *, wrapped: bool = False) -> list[str]:
    found = split_sentences(text, wrapped=wrapped)
    return [text[one.start : one.end] for one in found if form is None or one.form == form]


def test_abbreviations_and_decimals_do_not_end_a_sentence() -> None:
    text = "Take 0.5 mg, e.g. Coumadin, twice a day. Dr. Smith et al. found 2.5 mg in the U.S. market enough."
    assert split(text) == [
        "Take 0.5 mg, e.g. Coumadin, twice a day.",
        "Dr. Smith et al. found 2.5 mg in the U.S. market enough.",
    ]


def test_a_unit_may_end_a_sentence() -> None:
    assert split("The usual adult dose is 5 mg. Repeat it after four hours if needed.") == [
        "The usual adult dose is 5 mg.",
        "Repeat it after four hours if needed.",
    ]


def test_a_letter_that_names_a_thing_may_end_a_sentence() -> None:
    assert split("It works against vitamin K. Warfarin stops the liver. The paper of J. Smith said so.") == [
        "It works against vitamin K.",
        "Warfarin stops the liver.",
        "The paper of J. Smith said so.",
    ]


def test_a_list_stays_with_its_lead_in() -> None:
    text = (
        "Stop use and ask a doctor if you have:\nnausea\nvomiting blood\nstomach pain\nThe next paragraph begins here."
    )
    assert split(text, "list") == ["Stop use and ask a doctor if you have:\nnausea\nvomiting blood\nstomach pain"]
    assert split(text, "sentence") == ["The next paragraph begins here."]


def test_a_bulleted_list_on_one_line_stays_together() -> None:
    text = "Symptoms may include: ■ hives ■ facial swelling ■ shock"
    assert split(text, "list") == [text]
    assert list_items(text) == ("Symptoms may include:", ["hives", "facial swelling", "shock"])


def test_list_items_of_lines() -> None:
    assert list_items("Tell your doctor if you:\n• drink alcohol\n• have kidney problems") == (
        "Tell your doctor if you:",
        ["drink alcohol", "have kidney problems"],
    )
    assert list_items("One plain sentence.") == ("One plain sentence.", [])


@pytest.mark.parametrize(
    "text", ["See Warnings and Precautions (5.1).", "(5.1)", "[see Boxed Warning]", "Refer to Dosage (2.2)."]
)
def test_a_bare_cross_reference_is_no_sentence(text: str) -> None:
    assert is_cross_reference(text)
    assert split(text, "sentence") == []


def test_a_cross_reference_inside_a_sentence_stays() -> None:
    text = "Avoid use in late pregnancy [see Use in Specific Populations (8.1)]."
    assert split(text, "sentence") == [text]


def test_headings_that_run_into_a_sentence_are_left_out() -> None:
    text = "6 ADVERSE REACTIONS The following serious reactions are rare in adults."
    assert split(text, "sentence") == ["The following serious reactions are rare in adults."]


def test_lines_broken_by_a_page_are_joined() -> None:
    text = (
        "The recommended starting dose of this medicine for adults is 500 mg\n"
        "twice a day with meals. The dose may be raised slowly over several\nweeks."
    )
    assert split(text, wrapped=True) == [
        "The recommended starting dose of this medicine for adults is 500 mg\ntwice a day with meals.",
        "The dose may be raised slowly over several\nweeks.",
    ]


def test_a_piece_of_a_sentence_and_a_table_row_are_marked() -> None:
    forms = [one.form for one in split_sentences("of patients in the trial had nausea.\nDose | Adults | Children")]
    assert forms == ["fragment", "row"]


@given(st.text(alphabet=st.sampled_from("abcDE .:;!?\n•|()[]0123459#-\u201d\t"), max_size=300), st.booleans())
def test_spans_are_ordered_inside_and_trimmed(text: str, wrapped: bool) -> None:
    last = 0
    for one in split_sentences(text, wrapped=wrapped):
        assert last <= one.start <= one.end <= len(text)
        quote = text[one.start : one.end]
        assert quote == quote.strip()
        last = one.end


@given(
    st.lists(
        st.sampled_from(["Take it with food every day.", "Avoid alcohol while taking it.", "Call a doctor for a rash."])
    )
)
def test_plain_sentences_come_back_whole(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences
