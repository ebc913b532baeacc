"""Spans that overlap, and how what was masked is told."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chatbot.privacy.identifiers import KINDS, Identifier, describe, without_overlap


def test_the_earlier_kind_holds_and_no_text_is_given_back():
    assert without_overlap([Identifier(5, 9, "DOB"), Identifier(0, 6, "PERSON"), Identifier(20, 22, "IP")]) == [
        Identifier(0, 9, "DOB"),
        Identifier(20, 22, "IP"),
    ]


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(1, 8), st.sampled_from(KINDS)).map(
            lambda one: Identifier(one[0], one[0] + one[1], one[2])
        )
    )
)
def test_all_stays_covered_and_nothing_overlaps(found):
    kept = without_overlap(found)
    assert all(one.end <= other.start for one, other in pairwise(kept))
    covered = {place for one in kept for place in range(one.start, one.end)}
    assert covered == {place for one in found for place in range(one.start, one.end)}


def test_kinds_are_counted_and_no_value_is_told():
    assert describe(["DATE", "PERSON", "PERSON"]) == "2 names and 1 date"
    assert describe(["IP", "EMAIL", "PERSON"]) == "1 name, 1 e-mail address and 1 IP address"
    assert describe([]) == ""
