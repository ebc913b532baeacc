"""Which words are people's names, and which are not: medicines, eponyms, everyday and clinical words.

Facts from `data/names.toml`, the medicine tables and the lower-case words of the starter documents. Words are
folded: lower case, no accents, no apostrophes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Protocol

from knowledge_base.common_words import common_words, is_common
from knowledge_base.medicine_table import medicine_table
from knowledge_base.unknown_drugs import looks_like_medicine
from knowledge_base.words import fold, singular, words_of

_LOWER_WORD: Final = re.compile(r"(?<![\w.])[a-z]{2,}\b")
_N_LETTERS: Final = 3
"""Shorter parts of medicine names ("tri", "co") are not the medicine by themselves."""


class KnowsMedicines(Protocol):
    """What tells a medicine from a person."""

    def is_medicine(self, word: str) -> bool:
        """Whether a folded word is a medicine's name or part of one."""
        ...


class MedicineWords:
    """The medicines of the shipped tables, those given, and words built like generic names."""

    def __init__(self, more: Collection[str] = ()) -> None:
        self._words = _table_words() | {word.text for name in more for word in words_of(name)}

    def is_medicine(self, word: str) -> bool:
        """Whether a folded word is a medicine's name or part of one."""
        return word in self._words or looks_like_medicine(word)


@dataclass(frozen=True, slots=True)
class NameWords:
    """The lists a name is told by."""

    given: frozenset[str]
    surnames: frozenset[str]
    words: frozenset[str]
    eponyms: frozenset[str]
    eponym_heads: frozenset[str]
    not_names: frozenset[str]
    ordinary: frozenset[str]

    def is_given(self, word: str) -> bool:
        """Whether a folded word is a given name and nothing else; of "mei-ling" and "jean-luc" each part counts."""
        return word in self.given and word not in self.words

    def is_ordinary(self, word: str) -> bool:
        """Whether a folded word is an everyday or clinical word, or the name of a place or a day."""
        return (
            word in self.not_names
            or word in self.ordinary
            or is_common(word)
            or (singular(word) or "") in self.ordinary
        )


@cache
def name_words() -> NameWords:
    """The shipped lists."""
    with (files("chatbot") / "data" / "names.toml").open("rb") as file:
        table = {name: frozenset(text.split()) for name, text in tomllib.load(file).items()}
    given, surnames = table["given"], table["surnames"]
    words = table["words"] | (given & common_words())
    ordinary = (_starter_words() | common_words() | table["more_words"]) - (surnames - words) - (given - words)
    return NameWords(
        given=given,
        surnames=surnames,
        words=words,
        eponyms=table["eponyms"],
        eponym_heads=table["eponym_heads"],
        not_names=table["not_names"],
        ordinary=ordinary,
    )


@cache
def _table_words() -> frozenset[str]:
    table = medicine_table()
    names = [*table.ingredients, *(" ".join(key) for key in (*table.brands, *table.synonyms))]
    split = [[word.text for word in words_of(name)] for name in names]
    # A brand of one word may be a given name too ("Yasmin"); "Joseph" is no medicine for "St. Joseph".
    given = name_words().given
    held = {word for words in split for word in words if word not in given or _is_single(words)}
    return frozenset(word for word in held if len(word) >= _N_LETTERS and not is_common(word))


def _is_single(words: Sequence[str]) -> bool:
    """Whether a name is one word, but for numbers ("Theo 24")."""
    return sum(word.isalpha() for word in words) == 1


def _starter_words() -> frozenset[str]:
    """Words that the starter documents write in lower case: no names."""
    found: set[str] = set()
    for path in Path(str(files("knowledge_base") / "data" / "starter")).rglob("*.md"):
        found.update(fold(word) for word in _LOWER_WORD.findall(path.read_text(encoding="utf-8")))
    return frozenset(found)
