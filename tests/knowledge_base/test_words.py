from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.words import edits, folded_words, name_key, singular, spans_free, words_of


@given(st.text())
def test_words_point_into_the_text(text: str) -> None:
    words = words_of(text)
    assert all(text[word.start : word.end] for word in words)
    assert all(one.end <= other.start for one, other in pairwise(words))


@given(st.text(alphabet=st.characters(max_codepoint=0x17F)))
def test_quick_folding_agrees_with_words(text: str) -> None:
    assert folded_words(text) == [part for word in words_of(text) for part in folded_words(word.text)]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("St. John’s wort", ("st", "johns", "wort")),  # noqa: RUF001
        ("Amlodipine/Benazepril", ("amlodipine", "benazepril")),
        ("METHOTRÉXATE", ("methotrexate",)),
        ("Toprol-XL", ("toprol", "xl")),
        ("", ()),
    ],
)
def test_name_key(name: str, key: tuple[str, ...]) -> None:
    assert name_key(name) == key


def test_singular_leaves_words_that_end_in_s_alone() -> None:
    assert singular("statins") == "statin"
    assert singular("diabetes") == "diabete"
    assert [singular(word) for word in ("virus", "dose", "less", "sepsis", "gas")] == [None] * 5


def test_edits_counts_a_swap_once_and_stops_at_the_limit() -> None:
    assert edits("lisinoprl", "lisinopril", 3) == 1
    assert edits("tylneol", "tylenol", 3) == 1
    assert edits("warfarin", "metformin", 2) == 3


def test_spans_free() -> None:
    assert spans_free([(0, 3), (8, 9)], 3, 8)
    assert not spans_free([(0, 3)], 2, 4)
