"""Texts that say the same up to the medicine's name, white space, case and a word here and there.

Generic labels repeat each other. A text is the set of its runs of words (shingles; Broder, SEQUENCES 1997), with the
names of its medicine put aside; two texts repeat each other when their sets are nearly the same. Texts with other
numbers or another "not" never do: those are no details, and sources that disagree are both wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from knowledge_base.words import folded_words, name_key

_SHINGLE: Final = 3
_ALIKE: Final = 0.85
"""Share of common shingles from which two texts count as one; a changed word in a text of 60 breaks three of them."""
_NAME: Final = "qzdrug"
_DECISIVE: Final = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:not?|never|none|without|avoid\w*|except|unless|only|contraindicated)\b|\b\w+n't\b"
)


_NUMBER: Final = re.compile(r"\d+")


class Fingerprint:
    """What two repeats have in common, read when it is first compared; `names` are what its medicine is called."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        self._text = text
        self._names = tuple(names)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The runs of digits; where these differ two texts never repeat each other."""
        return tuple(_NUMBER.findall(self._text))

    @cached_property
    def decisive(self) -> tuple[str, ...]:
        """In order the numbers, and the words that turn a meaning."""
        return tuple(_DECISIVE.findall(self._text.lower()))

    @cached_property
    def shingles(self) -> frozenset[tuple[str, ...]]:
        """The runs of words, the names of the medicine put aside; mostly the texts differ before it comes to them."""
        aside = {word for name in self._names for word in name_key(name)}
        words: list[str] = []
        for word in folded_words(self._text):
            masked = _NAME if word in aside else word
            if masked != _NAME or words[-1:] != [_NAME]:
                words.append(masked)
        size = min(_SHINGLE, len(words))
        return frozenset(tuple(words[n : n + size]) for n in range(len(words) - size + 1)) if words else frozenset()

    def repeats(self, other: Fingerprint) -> bool:
        """Whether two texts say the same; symmetric."""
        if self.decisive != other.decisive:
            return False
        smaller, larger = sorted((len(self.shingles), len(other.shingles)))
        if smaller < _ALIKE * larger:
            return False
        return self.shingles == other.shingles or (
            len(self.shingles & other.shingles) >= _ALIKE * len(self.shingles | other.shingles)
        )
