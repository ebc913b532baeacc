"""The mark-up of the notes, and that the committed notes are what they are said to be."""

from collections import Counter

import pytest

from chatbot.privacy.identifiers import KINDS
from eval.clinical_notes import HELD_OUT, TUNED_ON, load_notes, parse_marks
from knowledge_base.errors import VademecumError


def test_marks_become_spans_of_the_plain_text():
    note = parse_marks("n", "Dr. [[PERSON:Ada Osei]] gave {{Eliquis 5 mg}} on [[DATE:3/4/26]].")
    assert note.text == "Dr. Ada Osei gave Eliquis 5 mg on 3/4/26."
    assert [(one.kind, note.text[one.start : one.end]) for one in note.identifiers] == [
        ("PERSON", "Ada Osei"),
        ("DATE", "3/4/26"),
    ]
    assert [note.text[start:end] for start, end in note.survivors] == ["Eliquis 5 mg"]


@pytest.mark.parametrize(("marked", "complaint"), [("[[NAME:x]]", "no kind"), ("a [[PERSON:x]", "left open")])
def test_a_wrong_mark_names_its_note(marked, complaint):
    with pytest.raises(VademecumError, match=f"note n7: .*{complaint}"):
        parse_marks("n7", marked)


def test_there_are_a_hundred_and_fifty_different_notes_with_every_kind():
    tuned_on, held_out = load_notes(TUNED_ON), load_notes(HELD_OUT)
    assert (len(tuned_on), len(held_out)) == (100, 50)
    assert len({note.text for note in tuned_on + held_out}) == 150
    for notes in (tuned_on, held_out):
        counted = Counter(one.kind for note in notes for one in note.identifiers)
        assert set(counted) == set(KINDS)
