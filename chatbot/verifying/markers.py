"""Words that decide what a sentence says ("not", "children", "rarely", "20 mg"), and whether two texts agree in them.

A marker has a kind, a value and the words around it. A written sentence and its source are compared kind by kind:
what the sentence adds, what it leaves out though it tells the rest, and what it moves to another place. Knows no kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.verifying.words import Words

_WIDTH: Final = 4
"""Content words on each side that tell which of several equal markers is meant."""
_TOLD: Final = 0.75
"""A written sentence that has so many of the words around a marker tells what the marker belongs to."""


@dataclass(frozen=True, slots=True)
class Marker:
    """One deciding word: what it says, and the stems around it."""

    value: str
    said: str
    around: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one kind of marker: for each value the patterns that say it, over tokens joined by blanks.

    `after` says whether what follows a marker tells which one it is; what follows "unless" goes where it goes.
    """

    values: tuple[tuple[str, re.Pattern[str]], ...]
    after: bool = True

    def find(self, words: Words) -> tuple[Marker, ...]:
        """The markers of a text, in order."""
        return tuple(self._find(words))

    def _find(self, words: Words) -> Iterator[Marker]:
        taken: set[int] = set()
        found = []
        for value, pattern in self.values:
            for match in pattern.finditer(words.line):
                first, end = words.token_at(match.start()), words.token_at(max(match.start(), match.end() - 1)) + 1
                if not taken.intersection(range(first, end)):
                    taken.update(range(first, end))
                    around = words.around(first, end, _WIDTH, after=self.after)
                    found.append((first, Marker(value, match.group(), around)))
        yield from (marker for _, marker in sorted(found, key=lambda pair: pair[0]))


def lexicon(*values: tuple[str, str], after: bool = True) -> Lexicon:
    """A lexicon of (value, pattern); an earlier value takes the words before a later one may."""
    patterns = tuple((value, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])")) for value, pattern in values)
    return Lexicon(patterns, after)


def overlap(mine: Collection[str], theirs: Collection[str]) -> float:
    """The share of the smaller set that both have; 1 where one is empty."""
    smaller = min(len(mine), len(theirs))
    return len(set(mine) & set(theirs)) / smaller if smaller else 1.0


def added(mine: Sequence[Marker], theirs: Sequence[Marker]) -> Marker | None:
    """The first marker whose value the source never has."""
    held = {marker.value for marker in theirs}
    return next((marker for marker in mine if marker.value not in held), None)


def moved(mine: Sequence[Marker], theirs: Sequence[Marker], margin: float) -> Marker | None:
    """The first marker that stands where the source has another value: nearer, by `margin`, to that one's words."""
    for marker in mine:
        same = [overlap(marker.around, other.around) for other in theirs if other.value == marker.value]
        others = [overlap(marker.around, other.around) for other in theirs if other.value != marker.value]
        if same and others and max(others) > max(same) + margin:
            return marker
    return None


def exchanged(mine: Sequence[Marker], theirs: Sequence[Marker]) -> Marker | None:
    """The first marker whose value the sentence has more often than the source, and another value less often."""
    n_mine, n_theirs = (Counter(marker.value for marker in markers) for markers in (mine, theirs))
    if not n_theirs - n_mine:
        return None
    return next((marker for marker in mine if n_mine[marker.value] > n_theirs[marker.value]), None)


def dropped(mine: Sequence[Marker], theirs: Sequence[Marker], content: Collection[str]) -> Marker | None:
    """The first marker of the source that has no fellow in the sentence, though the words around it are told.

    Args:
        mine: the sentence's markers; each stands for one of the source's, the nearest first.
        theirs: the source's.
        content: the stems of the sentence.
    """
    pairs = sorted(
        ((overlap(one.around, other.around), i, j) for i, one in enumerate(mine) for j, other in enumerate(theirs)),
        key=lambda pair: -pair[0],
    )
    taken_mine: set[int] = set()
    taken: set[int] = set()
    for share, i, j in pairs:
        if share > 0 and i not in taken_mine and j not in taken:
            taken_mine.add(i)
            taken.add(j)
    for j, other in enumerate(theirs):
        told = len(other.around & set(content)) / len(other.around) if other.around else 0.0
        if j not in taken and told >= _TOLD:
            return other
    return None
