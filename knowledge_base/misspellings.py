"""Names near a misspelt word: few edits, by letter or by sound (OSA distance, Boytsov 2011).

Knows names, not what they stand for; whether a near name may be taken is `drug_names.py`'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge_base.words import edits

MIN_CHARS: Final = 5
"""Shorter words have too many neighbours."""
_LONG: Final = 7
"""From this length on a word may differ from a name by more than one edit or one sound."""
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"^x", "z"),
        (r"x", "ks"),
        (r"sch|sh", "s"),
        (r"ch|ck|qu|q", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"th", "t"),
        (r"rh", "r"),
        (r"z", "s"),
        (r"ae|oe|ea|ee|ei|ie|y", "i"),
        (r"ou|oo|au|ow", "o"),
        (r"(.)\1", r"\1"),
        (r"(?<!^)h", ""),
        (r"e$", ""),
    )
)


class NearName(NamedTuple):
    """A name and how far it is: edits, less for letters that sound alike."""

    name: str
    distance: float


class SpellingIndex:
    """Searches one-word names by spelling."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted({name for name in names if len(name) >= MIN_CHARS})
        self._sounds = [sound(name) for name in self._names]

    def near(self, word: str) -> list[NearName]:
        """The names a word may be a misspelling of, nearest first."""
        limit = _limit(word)
        if limit == 0:
            return []
        found = {
            name: float(distance)
            for name, distance, _ in process.extract(
                word, self._names, scorer=OSA.distance, score_cutoff=limit, limit=None
            )
        }
        heard = sound(word)
        for _, distance, index in process.extract(
            heard, self._sounds, scorer=OSA.distance, score_cutoff=0 if len(word) < _LONG else limit - 1, limit=None
        ):
            name = self._names[index]
            # By sound alone a word may be a letter or two further off than by spelling.
            if edits(word, name, limit + 1) <= limit + 1:
                found[name] = min(found.get(name, 99.0), distance + 0.5 if distance else 0.75)
        near = [NearName(name, distance) for name, distance in found.items() if _plausible(word, name, distance)]
        return sorted(near, key=lambda one: (one.distance, one.name))


def sound(word: str) -> str:
    """A word as it is heard, roughly: for English readings of medicine names."""
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


def _limit(word: str) -> int:
    length = len(word)
    if length < MIN_CHARS or not word.isalpha():
        return 0
    return 1 if length < _LONG else 2 if length < 10 else 3


def _plausible(word: str, name: str, distance: float) -> bool:
    """People get the first letter right, or one that sounds like it; far readings need a long shared start."""
    if word[0] != name[0] and sound(word)[:1] != sound(name)[:1]:
        return distance <= 1 and len(name) >= 8 and word[1:3] == name[1:3]
    if distance > 2:
        return word[:3] == name[:3] and len(name) >= 11
    if distance > 1:
        if len(word) == _LONG and distance == 2:
            return word[:3] == name[:3] and word[-1] == name[-1] and len(name) != len(word) - 1
        return word[:2] == name[:2] or (word[0] == name[0] and word[-3:] == name[-3:])
    return True
