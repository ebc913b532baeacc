"""Names near a word: the same whether heard alone or with others, and in the order of likely slips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.misspellings import MIN_CHARS, NearName, SpellingIndex, slips, sound

_WORDS = st.text("abcdeghinoprstxyz", min_size=1, max_size=12)


@given(st.lists(_WORDS, min_size=1))
def test_names_heard_together_sound_as_each_alone(words: list[str]) -> None:
    assert sound("\n".join(words)).split("\n") == [sound(word) for word in words]


@given(st.text("abcdeghinoprstxyz", min_size=MIN_CHARS, max_size=12), st.data())
def test_a_name_is_found_with_any_one_letter_lost_but_the_first(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(name) - 1))
    typed = name[:place] + name[place + 1 :]
    found = [one.name for one in SpellingIndex([name]).near(typed)]
    assert found == ([name] if len(typed) >= MIN_CHARS else [])


def test_two_letters_around_a_third_in_each_others_place_are_one_slip() -> None:
    assert slips("metrodinazole", "metronidazole") < slips("metrobipazole", "metronidazole")
    assert [one.name for one in SpellingIndex(["metronidazole"]).near("metrodinazol")] == ["metronidazole"]


def test_of_two_names_that_sound_alike_the_one_with_fewer_edits_is_nearer() -> None:
    assert [one.name for one in SpellingIndex(["chinine", "quinine"]).near("quinnine")] == ["quinine", "chinine"]


def test_an_index_of_nothing_finds_nothing() -> None:
    assert SpellingIndex([]).near("ibuprofen") == []


@pytest.mark.parametrize(("word", "name"), [("prozak", "prozac"), ("warfarine", "warfarin")])
def test_a_name_found_is_as_far_as_between_the_two(word: str, name: str) -> None:
    (near,) = SpellingIndex([name]).near(word)
    assert (near.edits, near.cost) == NearName.between(word, name)[1::2]
