"""The folded words of passages, remembered: those of a medicine that people ask about are read again and again."""

from __future__ import annotations

from typing import Final

from knowledge_base.types import Passage
from knowledge_base.words import folded_words

_MAX: Final = 16384
"""Passages remembered; about 20 MB of text."""


def folded_text(passage: Passage) -> str:
    """The folded words of a passage with its title, a space before, between and after them."""
    return f" {' '.join(folded_words(f'{passage.section_title} {passage.text}'))} "


class FoldedTexts:
    """Folds each passage of one generation once; safe to share between threads."""

    def __init__(self, at_most: int = _MAX) -> None:
        self._at_most = at_most
        self._texts: dict[int, str] = {}

    def __call__(self, passage: Passage) -> str:
        """The folded text of a stored passage."""
        folded = self._texts.get(passage.number)
        if folded is None:
            if len(self._texts) >= self._at_most:
                self._texts.clear()
            folded = self._texts[passage.number] = folded_text(passage)
        return folded
