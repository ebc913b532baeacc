"""Meanings of a question: its words, with what labels write for what people say ("heart attack").

Data in `data/lay_terms.toml`. A meaning is a set of phrases of folded words; a text has it if it holds any of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from knowledge_base.words import Word, name_key

_MAX_WORDS: Final = 5
_STEM_CHARS: Final = 5
"""Two words with the same first letters count as one ("pregnant", "pregnancy"); English medical words bear it."""


@dataclass(frozen=True)
class Meaning:
    """What one or several words of a question stand for: phrases of folded words, as said first."""

    phrases: tuple[str, ...]

    @cached_property
    def _needles(self) -> tuple[str, ...]:
        return tuple(map(_needle, self.phrases))

    def is_in(self, folded: str) -> bool:
        """Whether a text has this meaning; `folded` is its folded words, a space before, between and after them."""
        # Dozens of texts are asked for each question: a loop is twice as fast as a generator for `any`.
        for needle in self._needles:  # noqa: SIM110
            if needle in folded:
                return True
        return False


def meanings_of(words: Sequence[Word]) -> tuple[Meaning, ...]:
    """The meanings of a question's words, the longest lay phrase at each place taken as one."""
    table = _lay_phrases()
    found: list[Meaning] = []
    place = 0
    while place < len(words):
        for last in range(min(place + _MAX_WORDS, len(words)), place, -1):
            said = " ".join(word.text for word in words[place:last])
            if said in table or last == place + 1:
                found.append(Meaning(tuple(dict.fromkeys((said, *table.get(said, ()))))))
                place = last
                break
    return tuple(dict.fromkeys(found))


def said_in(folded: str, meanings: Iterable[Meaning]) -> frozenset[int]:
    """The places of the meanings that a text has, as `Meaning.is_in` reads it."""
    return frozenset(place for place, one in enumerate(meanings) if one.is_in(folded))


def share_of(meanings: Collection[Meaning], folded: str) -> float:
    """The share of meanings that a text has, as `Meaning.is_in` reads it; 0 for no meanings."""
    return len(said_in(folded, meanings)) / len(meanings) if meanings else 0.0


def _needle(phrase: str) -> str:
    """What of a phrase a text must hold: the beginning of a long word, all of anything else."""
    is_word = " " not in phrase and len(phrase) >= _STEM_CHARS
    return f" {phrase[:_STEM_CHARS]}" if is_word else f" {phrase} "


@cache
def _lay_phrases() -> Mapping[str, tuple[str, ...]]:
    text = (files("knowledge_base") / "data" / "lay_terms.toml").read_text(encoding="utf-8")
    table: dict[str, list[str]] = {}
    for line in tomllib.loads(text)["meanings"].split("\n"):
        phrases = [" ".join(name_key(phrase)) for phrase in line.split(",") if phrase.strip()]
        for phrase in phrases:
            table.setdefault(phrase, []).extend(phrases)
    return MappingProxyType({phrase: tuple(dict.fromkeys(others)) for phrase, others in table.items()})
