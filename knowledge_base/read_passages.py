"""What ranking reads of passages, remembered: those of a medicine that people ask about are read again and again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from knowledge_base.near_duplicates import Fingerprint
from knowledge_base.remembered import Remembered
from knowledge_base.text_ranker import FreeText
from knowledge_base.words import padded_words

if TYPE_CHECKING:
    from knowledge_base.passage_store import PassageStore
    from knowledge_base.types import Passage

_MAX: Final = 8192
"""Passages remembered; about 25 MB."""


class ReadPassage:
    """A passage and what its text says; each is found out when it is first asked for."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self._held: dict[re.Pattern[str], bool] = {}

    @cached_property
    def folded(self) -> str:
        """The folded words of title and text, a space before, between and after them."""
        return padded_words(f"{self.passage.section_title} {self.passage.text}")

    @cached_property
    def free_text(self) -> FreeText:
        """The text under its headings, as an open question weighs it."""
        return FreeText(" ".join((self.passage.document.title, *self.passage.section_path)), self.passage.text)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """What it has in common with passages that repeat it."""
        info = self.passage.document
        return Fingerprint(self.passage.text, (*info.ingredients, *info.brands))

    def holds(self, pattern: re.Pattern[str] | None) -> bool:
        """Whether a pattern is found in the text; none never is."""
        if pattern is None:
            return False
        if pattern not in self._held:
            self._held[pattern] = pattern.search(self.passage.text) is not None
        return self._held[pattern]


class ReadPassages:
    """The passages of one generation that were read last; safe to share between threads."""

    def __init__(self, store: PassageStore, at_most: int = _MAX) -> None:
        self._store = store
        self._known = Remembered(self._read, at_most)

    def __call__(self, numbers: Sequence[int]) -> list[ReadPassage]:
        """The passages of these numbers in their order; one that is not stored is left out."""
        found = self._known(numbers)
        return [found[number] for number in numbers if number in found]

    def _read(self, numbers: Sequence[int]) -> dict[int, ReadPassage]:
        return {number: ReadPassage(passage) for number, passage in self._store.passages(numbers).items()}
