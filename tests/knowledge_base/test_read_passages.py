"""A passage that is remembered reads as it would if it were read again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from knowledge_base.read_passages import ReadPassage, ReadPassages
from knowledge_base.types import Passage


def test_what_a_text_says(make_document) -> None:
    _, (passage,) = make_document("md:a@1", {"Uses": "For pain; don't take 2."})
    read = ReadPassage(passage)
    assert read.folded == " uses for pain dont take 2 "
    assert read.free_text.folded.endswith(read.folded)
    for _ in range(2):
        assert read.holds(re.compile("pain"))
        assert not read.holds(re.compile("fever"))
        assert not read.holds(None)


class Store:
    """Six passages by number, and the numbers that were asked for."""

    def __init__(self, passage: Passage) -> None:
        self.held = {number: replace(passage, number=number) for number in range(6)}
        self.asked: list[int] = []

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        self.asked += numbers
        return {number: self.held[number] for number in numbers if number in self.held}


@pytest.fixture
def store(make_document) -> Store:
    _, (passage,) = make_document("md:a@1", {"Uses": "For pain."})
    return Store(passage)


def test_each_is_read_once_and_in_the_order_asked(store: Store) -> None:
    read = ReadPassages(store)
    assert [one.passage.number for one in read([2, 1])] == [2, 1]
    assert [one.passage for one in read([1, 3, 99, 2])] == [store.held[number] for number in (1, 3, 2)]
    assert store.asked == [2, 1, 3, 99]


def test_it_forgets_before_it_grows_too_large(store: Store) -> None:
    read = ReadPassages(store, at_most=3)
    for start in range(5):
        assert [one.passage.number for one in read([start, start + 1])] == [start, start + 1]
        assert len(read._known) <= 3
