"""Sentences of labels are spans: exact, in order, and whole."""

from __future__ import annotations

import re

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
    "text",
    [
        *("See Warnings and Precautions (5.1).", "(5.1)", "[see Boxed Warning]", "Refer to Dosage (2.2)."),
        *(
            "(See WARNINGS .)",
            "(See PRECAUTIONS: Drug Interactions, and ADVERSE REACTIONS .)",
            "See also Dosage ( 2.3 ).",
        ),
    ],
)
def test_a_bare_cross_reference_is_no_sentence(text: str) -> None:
    assert is_cross_reference(text)
    assert split(text, "sentence") == []


@pytest.mark.parametrize("text", ["See a doctor right away.", "See your doctor if the rash does not go away."])
def test_being_sent_to_a_doctor_is_no_cross_reference(text: str) -> None:
    assert not is_cross_reference(text)
    assert split(text, "sentence") == [text]


def test_a_bracket_is_not_cut() -> None:
    text = "Lower the dose [see Error! Hyperlink reference not valid. ] in old age. Watch the kidneys of everyone."
    assert split(text, "sentence") == [
        "Lower the dose [see Error! Hyperlink reference not valid. ] in old age.",
        "Watch the kidneys of everyone.",
    ]


def test_run_together_highlights_are_cut_at_their_references() -> None:
    text = (
        "Bleeding: It can be fatal. ( 5.1 ) Rash: Stop at first sign ( 5.2 , 6.1 ) Kidneys: Always check them. ( 5.3 )"
    )
    assert split(text, "sentence") == [
        "Bleeding: It can be fatal. ( 5.1 )",
        "Rash: Stop at first sign ( 5.2 , 6.1 )",
        "Kidneys: Always check them. ( 5.3 )",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "% Sodium Chloride Injection is also an acceptable diluent.",
        "(n=573) and a change of 3 mg was seen in the others.",
        "Patients who had a stroke in the last six months;",
        "Dose 400 200 300 TID 400 TID 600 TID 800 TID 1200 TID 30 59 400 200 300 BID 400 BID 500 BID.",
    ],
)
def test_the_tail_of_something_cut_is_no_sentence(text: str) -> None:
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


_PIECES = (
    "Take 2.5 mg",
    "of e.g. it",
    "at 1,250 mg/day",
    "[see Warnings (5.1)]",
    "( 5.2 )",
    ".",
    ";",
    "Dr. No",
    "\n",
    "U.S.",
)


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join), st.booleans())
def test_no_span_begins_or_ends_inside_a_word_or_a_number(text: str, wrapped: bool) -> None:
    for one in split_sentences(text, wrapped=wrapped):
        for place in (one.start, one.end):
            around = text[max(0, place - 1) : place + 1]
            assert len(around) < 2 or not around.isalnum()
            assert re.fullmatch(r"\d[.,]\d", text[max(0, place - 2) : place + 1]) is None
            assert re.fullmatch(r"\d[.,]\d", text[max(0, place - 1) : place + 2]) is None


@given(
    st.lists(
        st.sampled_from(["Take it with food every day.", "Avoid alcohol while taking it.", "Call a doctor for a rash."])
    )
)
def test_plain_sentences_come_back_whole(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences
