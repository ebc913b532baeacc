"""What a sentence adds, drops, moves or exchanges against its source."""

from __future__ import annotations

from chatbot.verifying.markers import added, dropped, exchanged, lexicon, moved, overlap
from chatbot.verifying.words import stem_of, words_of

COLOURS = lexicon(("red", r"red"), ("blue", r"(?:light )?blue"))


def find(text: str) -> tuple:
    return COLOURS.find(words_of(text))


def test_markers_are_found_in_order_with_the_words_around_them() -> None:
    first, second = find("The light blue house, a red barn.")
    assert (first.value, first.said, second.value) == ("blue", "light blue", "red")
    assert stem_of("house") in first.around


def test_a_word_with_a_hyphen_is_another_word() -> None:
    assert find("a non-red house") == ()


def test_what_the_source_never_says_is_added() -> None:
    assert added(find("a red house"), find("a blue house")).value == "red"
    assert added(find("a red house"), find("a red barn")) is None


def test_a_value_at_another_place_is_moved() -> None:
    source = find("The house by the lake is red. The barn on the hill is blue.")
    assert moved(find("The house by the lake is blue."), source, 0.3).value == "blue"
    assert moved(find("The house by the lake is red."), source, 0.3) is None


def test_a_value_in_place_of_another_is_exchanged() -> None:
    assert exchanged(find("red house and red barn"), find("red house and blue barn")).value == "red"
    assert exchanged(find("red house"), find("red house and blue barn")) is None


def test_a_marker_whose_words_are_told_without_it_is_dropped() -> None:
    told = words_of("The house by the lake is large.").content
    assert dropped((), find("The red house by the lake is large."), told).value == "red"
    assert dropped(find("The red house by the lake."), find("The red house by the lake is large."), told) is None
    assert dropped((), find("The red barn on the hill."), told) is None


def test_one_marker_stands_for_one_of_the_source() -> None:
    mine, theirs = find("Paint the house and paint the door red."), find("Paint the house red and paint the door red.")
    assert dropped(mine, theirs, words_of("Paint the house and paint the door.").content) is not None


def test_overlap_is_of_the_smaller_set() -> None:
    assert overlap({"a", "b"}, {"a"}) == 1.0
    assert overlap({"a"}, {"b"}) == 0.0
    assert overlap(set(), {"b"}) == 1.0
