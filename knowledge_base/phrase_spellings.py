"""Names of several words with one edit in them, found by the words that are spelled right.

Knows names, not what they stand for, and no rivals of a name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge_base.words import Word

_MIN_CHARS: Final = 10
_MIN_CHARS_OF_SLIP: Final = 4
"""One letter of a shorter word makes another product: "PE" and "PM", "XR" and "ER"."""
_SUBSTANCE: Final = re.compile(r"(?:ate|ite|ide)$")
"""A chlorite is no chloride."""
_ENDING_CHARS: Final = 3
_RIVAL_EDITS: Final = 2


class NearPhrase(NamedTuple):
    """A stretch of a text, as one folded word, and the name that it is one edit from."""

    written: Word
    key: tuple[str, ...]

    def slip(self) -> str | None:
        """The one word that is spelled wrong; None if the edit may make another name of it.

        Empty where words are only run together or apart.
        """
        words = self.written.text.split(" ")
        if "".join(words) == "".join(self.key):
            return ""
        if len(words) != len(self.key):
            return None
        [(typed, meant)] = [(one, other) for one, other in zip(words, self.key, strict=True) if one != other]
        if len(meant) < _MIN_CHARS_OF_SLIP or not (typed.isalpha() and meant.isalpha()):
            return None
        endings = [_SUBSTANCE.search(word) for word in (typed, meant)]
        if any(endings) and typed[-_ENDING_CHARS:] != meant[-_ENDING_CHARS:]:
            return None
        return typed


class PhraseSpellings:
    """Searches names of several words by spelling; the first letter must be right, as it mostly is."""

    def __init__(self, keys: Iterable[tuple[str, ...]]) -> None:
        self._keys = tuple(sorted(key for key in set(keys) if len(key) > 1 and len(" ".join(key)) >= _MIN_CHARS))
        by_word: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for key in self._keys:
            for word in dict.fromkeys(key):
                by_word[word].append(key)
        self._by_word = {word: tuple(some) for word, some in by_word.items()}

    def near(self, words: Sequence[Word]) -> Iterator[NearPhrase]:
        """The names of which a stretch of a text is at most one edit away."""
        keys = {key: None for word in words for key in self._by_word.get(word.text, ())}
        stretches = _stretches(words, max(map(len, keys), default=0) + 1)
        for key in keys:
            name = " ".join(key)
            for n_chars in (len(name) - 1, len(name), len(name) + 1):
                for written in stretches.get((name[0], n_chars), ()):
                    if OSA.distance(written.text, name, score_cutoff=1) <= 1:
                        yield NearPhrase(written, key)

    def rivals(self, near: NearPhrase) -> list[tuple[str, ...]]:
        """Other names that a stretch is nearly as near to."""
        names = [" ".join(key) for key in self._keys]
        found = process.extract(near.written.text, names, scorer=OSA.distance, score_cutoff=_RIVAL_EDITS, limit=None)
        return [self._keys[place] for _, _, place in found if self._keys[place] != near.key]


def _stretches(words: Sequence[Word], n_words: int) -> Mapping[tuple[str, int], list[Word]]:
    """Up to so many words in a row, by their first letter and number of characters."""
    found: dict[tuple[str, int], list[Word]] = defaultdict(list)
    for first, word in enumerate(words):
        written = ""
        for last in words[first : first + n_words]:
            written = f"{written} {last.text}" if written else last.text
            found[written[0], len(written)].append(Word(written, word.start, last.end))
    return found
