"""Names near a misspelt word: few edits, by letter or by sound (OSA distance, Boytsov 2011).

Knows names, not what they stand for; whether a near name may be taken is `drug_names.py`'s to say. Which of
two near names is the likelier is told by the slips people make: vowels and doubled letters before consonants.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Final, NamedTuple, Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge_base.words import edits

MIN_CHARS: Final = 5
"""Shorter words have too many neighbours."""
_LONG: Final = 7
"""From this length on a word may differ from a name by more than one edit or one sound."""
_LONGER: Final = 10
_VOWELS: Final = frozenset("aeiouy")
_ALIKE: Final = frozenset(map(frozenset, ("ck", "cs", "sz", "kq", "fv", "mn", "dt", "bp", "gj", "xz")))
"""Consonants that are heard or written for each other."""
_EASY_SLIP: Final = 0.5
_SLIP: Final = 0.75
_SWAP: Final = 1.25
"""Two letters in each other's place around a third ("metrodinazole")."""
_HEARD: Final = 0.25
"""What writing a name as it sounds costs on top of what is still wrong."""
_SYLLABLE: Final = 1.25
_FIRST: Final = 0.5
_MAX_COST: Final = 1.25
_MAX_COST_LONG: Final = 1.75
_MAX_COST_LONGER: Final = 2.0
"""More than this nobody gets wrong in one name: chosen on half of the RedMed medicines (`eval/drug_names.py`)."""
_FAR: Final = 99.0
_HEAD: Final = 3
_TAIL: Final = 4
"""Letters at the end that a word with a slip at its start still shares with the name."""
_SOUNDS: Final = tuple(
    (re.compile(pattern, re.MULTILINE), sound)
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
    """A name and how far it is: in `edits`; in `distance`, less for what sounds alike; in `cost` of likely slips."""

    name: str
    edits: int
    distance: float
    cost: float

    @classmethod
    def between(cls, word: str, name: str) -> Self:
        """How far a name is from a word, however far."""
        n_edits = OSA.distance(word, name)
        return cls(name, n_edits, float(n_edits), _cost(word, name, sound(word), sound(name)))


class SpellingIndex:
    """Searches one-word names by spelling."""

    def __init__(self, names: Iterable[str]) -> None:
        known = sorted({name for name in names if len(name) >= MIN_CHARS})
        # A hundred thousand names are heard at once, line by line: many times faster than one by one.
        groups: dict[tuple[str, int], list[tuple[str, str]]] = {}
        alike: dict[str, list[str]] = {}
        for name, heard in zip(known, sound("\n".join(known)).split("\n"), strict=False):
            alike.setdefault(heard, []).append(name)
            for start in _starts(name, heard):
                groups.setdefault((start, len(name)), []).append((name, heard))
        self._alike = MappingProxyType(alike)
        self._groups = MappingProxyType({start: tuple(zip(*group, strict=True)) for start, group in groups.items()})

    def near(self, word: str) -> list[NearName]:
        """The names a word may be a misspelling of, the likeliest first."""
        limit = _limit(word)
        if limit == 0:
            return []
        heard = sound(word)
        near = []
        for name, (distance, said) in self._found(word, heard, limit).items():
            cost = _cost(word, name, heard, said)
            if _plausible(word, name, distance, cost):
                near.append(NearName(name, OSA.distance(word, name), distance, cost))
        return sorted(near, key=lambda one: (one.cost, one.distance, one.edits, one.name))

    def _found(self, word: str, heard: str, limit: int) -> dict[str, tuple[float, str]]:
        """The names within reach, each with its distance and its sound."""
        found: dict[str, tuple[float, str]] = {}
        heard_limit = 0 if len(word) < _LONG else limit - 1

        def hear(name: str, said: str, n_sounds: float) -> None:
            # By sound alone a word may be a letter or two further off than by spelling.
            if edits(word, name, limit + 1) <= limit + 1:
                by_letter = found.get(name, (_FAR,))[0]
                found[name] = (min(by_letter, n_sounds + 0.5 if n_sounds else 0.75), said)

        for start in _starts(word, heard):
            for length in range(len(word) - limit - 1, len(word) + limit + 2):
                names, sounds = self._groups.get((start, length), ((), ()))
                for name, n_edits, place in process.extract(
                    word, names, scorer=OSA.distance, score_cutoff=limit, limit=None
                ):
                    found[name] = (min(found.get(name, (_FAR,))[0], n_edits), sounds[place])
                if heard_limit:
                    for said, n_sounds, place in process.extract(
                        heard, sounds, scorer=OSA.distance, score_cutoff=heard_limit, limit=None
                    ):
                        hear(names[place], said, n_sounds)
        for name in self._alike.get(heard, ()):
            hear(name, heard, 0)
        return found


def sound(word: str) -> str:
    """A word, or each of a text's lines, as it is heard, roughly: for English readings of medicine names."""
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


def _cost(word: str, name: str, heard: str, said: str) -> float:
    cost = min(slips(word, name), slips(heard, said) + _HEARD)
    if _lost_syllable(word, name):
        cost = min(cost, _SYLLABLE)
    return cost if word[0] == name[0] or heard[:1] == said[:1] else cost + _FIRST


def slips(word: str, name: str) -> float:
    """How much going wrong it takes to write a word for a name: an edit counts 1, an easy one less."""
    # Optimal string alignment as in `OSA`, which knows no weights, and one swap more; only for the names near.
    highest: list[float] = []
    above: list[float] = []
    row = [0.0]
    for column in range(len(name)):
        row.append(row[-1] + _one_more(name, column))
    for place in range(len(word)):
        higher, last, row = above, row, [row[0] + _one_more(word, place)]
        for column in range(len(name)):
            best = min(
                last[column] + _instead(word[place], name[column]),
                last[column + 1] + _one_more(word, place),
                row[column] + _one_more(name, column),
            )
            if place and column and word[place] == name[column - 1] and word[place - 1] == name[column]:
                best = min(best, higher[column - 1] + _SLIP)
            if place > 1 and column > 1 and word[place - 2 : place + 1] == name[column - 2 : column + 1][::-1]:
                best = min(best, highest[column - 2] + _SWAP)
            row.append(best)
        highest, above = higher, last
    return row[-1]


def _instead(typed: str, meant: str) -> float:
    if typed == meant:
        return 0.0
    return _EASY_SLIP if {typed, meant} <= _VOWELS or frozenset((typed, meant)) in _ALIKE else 1.0


def _one_more(word: str, place: int) -> float:
    letter = word[place]
    if (place and letter == word[place - 1]) or letter == "h" or (letter in "es" and place == len(word) - 1):
        return _EASY_SLIP
    return _SLIP if letter in _VOWELS else 1.0


def _starts(word: str, heard: str) -> Iterator[str]:
    """What a word and a name near it share at least one of: the first letter, its sound, or the last letters."""
    yield word[0]
    if heard[:1] != word[0]:
        yield heard[:1]
    yield f"-{word[-_TAIL:]}"


def _limit(word: str) -> int:
    length = len(word)
    if length < MIN_CHARS or not word.isalpha():
        return 0
    return 1 if length < _LONG else 2 if length < _LONGER else 3


def _plausible(word: str, name: str, distance: float, cost: float) -> bool:
    """People get the first letter right, or one that sounds like it; far readings need a long shared start."""
    if word[0] != name[0] and sound(word)[:1] != sound(name)[:1]:
        return distance <= 1 and len(name) > _LONG and word[-_TAIL:] == name[-_TAIL:]
    if distance <= 1 or cost <= 1:
        return True
    most = _MAX_COST if len(word) <= _LONG else _MAX_COST_LONG if len(word) < _LONGER else _MAX_COST_LONGER
    head = _HEAD if len(word) < _LONGER - 1 and cost != _SYLLABLE else _HEAD - 1
    return cost <= most and word[:head] == name[:head]


def _lost_syllable(word: str, name: str) -> bool:
    """Whether a word is a long name without two neighbouring letters ("simvastin")."""
    if len(word) + 2 != len(name) or len(name) < _LONGER - 1:
        return False
    return any(word == name[:place] + name[place + 2 :] for place in range(_HEAD - 1, len(word)))
