"""Names of held medicines that a question all but spells, and that were not read: they must not pass unseen.

A question whose only medicine is misspelt beyond reading would otherwise look like one without a medicine, and be
answered from any label. Only for questions in which nothing else was read as a medicine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge_base.common_words import is_common
from knowledge_base.phrase_spellings import PhraseSpellings
from knowledge_base.types import DrugName
from knowledge_base.words import name_key, words_of

_MIN_CHARS: Final = 6
"""A shorter name is one edit from too many words."""


class UnreadNames:
    """Finds names one edit away in words that are no words, and names of several words with one edit in them."""

    def __init__(self, names: Iterable[DrugName], is_text_word: Callable[[str], bool]) -> None:
        keys = {name_key(name.name) for name in names if name.relation not in ("class", "unii")}
        self._is_text_word = is_text_word
        self._single: dict[str, list[str]] = defaultdict(list)
        for key in sorted(keys):
            if len(key) == 1 and len(key[0]) >= _MIN_CHARS:
                self._single[key[0][0]].append(key[0])
        self._phrases = PhraseSpellings(keys)

    def find(self, text: str) -> tuple[str, ...]:
        """The stretches of a text that are most likely a held medicine's name, as written."""
        words = words_of(text)
        phrase = next(self._phrases.near(words), None)
        found = [phrase.written] if phrase is not None else [word for word in words if self._is_near_name(word.text)]
        return tuple(dict.fromkeys(text[word.start : word.end] for word in found))

    def _is_near_name(self, word: str) -> bool:
        if len(word) < _MIN_CHARS - 1 or not word.isalpha() or is_common(word):
            return False
        # Who misspells a medicine mostly has its first letter right.
        near = process.extractOne(word, self._single.get(word[0], ()), scorer=OSA.distance, score_cutoff=1)
        return near is not None and not self._is_text_word(word)
