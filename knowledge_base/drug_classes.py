"""Classes of medicines: who belongs to one, how labels write it, where a question names it.

The interactions section of a label mostly names classes ("NSAIDs", "ACE inhibitors"), so that is what
is looked for when two medicines are asked about. Data in `data/drug_classes.toml`; knows no knowledge base.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, NamedTuple

from knowledge_base.words import name_key, singular, words_of

WIDE_CLASSES: Final = frozenset({"painkiller"})
"""Classes of medicines that act in different ways: what a label says of one says nothing of another."""
_BROAD: Final = 24
"""A class of more members ("CNS depressants") says little about one of them."""


class ClassMention(NamedTuple):
    """A class named in a question and its half-open span."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DrugClass:
    """One class; `phrases` as labels write it, `everyday` as people do besides."""

    name: str
    phrases: tuple[str, ...]
    everyday: tuple[str, ...]
    members: tuple[str, ...]


class DrugClasses:
    """All classes, by ingredient, by name and by phrase."""

    def __init__(self, classes: Mapping[str, DrugClass]) -> None:
        self._classes = classes
        by_ingredient: dict[str, list[str]] = {}
        by_phrase: dict[tuple[str, ...], str] = {}
        for one in classes.values():
            for member in one.members:
                by_ingredient.setdefault(member, []).append(one.name)
            for phrase in (*one.phrases, *one.everyday):
                by_phrase.setdefault(name_key(phrase), one.name)
        self._by_ingredient = MappingProxyType({member: tuple(names) for member, names in by_ingredient.items()})
        self._by_phrase = MappingProxyType(by_phrase)
        self._longest = max(map(len, by_phrase), default=1)

    def classes_of(self, ingredient: str) -> tuple[str, ...]:
        """The names of the classes an ingredient belongs to."""
        return self._by_ingredient.get(ingredient, ())

    def phrases(self, name: str) -> tuple[str, ...]:
        """How labels write a class."""
        return self._classes[name].phrases

    def members(self, name: str) -> tuple[str, ...]:
        """The ingredients of a class."""
        return self._classes[name].members

    def phrases_of(self, ingredient: str, *, broad: bool = False) -> tuple[str, ...]:
        """How labels write the classes an ingredient belongs to, or with `broad` its largest classes only."""
        names = [name for name in self.classes_of(ingredient) if (len(self.members(name)) > _BROAD) is broad]
        return tuple(dict.fromkeys(phrase for name in names for phrase in self.phrases(name)))

    def mentions(self, text: str) -> tuple[ClassMention, ...]:
        """The classes a text names, in order, the longest reading of each place."""
        words = words_of(text)
        found = []
        place = 0
        while place < len(words):
            for last in range(min(place + self._longest, len(words)), place, -1):
                if (name := self._named(tuple(word.text for word in words[place:last]))) is not None:
                    found.append(ClassMention(name, words[place].start, words[last - 1].end))
                    place = last
                    break
            else:
                place += 1
        return tuple(found)

    def _named(self, key: tuple[str, ...]) -> str | None:
        *head, last = key
        # "an NSAID", "beta blockers": one form of a phrase stands for both numbers.
        for form in (last, singular(last), f"{last}s"):
            if form is not None and (name := self._by_phrase.get((*head, form))) is not None:
                return name
        return None


@cache
def drug_classes() -> DrugClasses:
    """The shipped classes."""
    with (files("knowledge_base") / "data" / "drug_classes.toml").open("rb") as file:
        table = tomllib.load(file)
    return DrugClasses(
        MappingProxyType(
            {
                name: DrugClass(
                    name, tuple(entry["phrases"]), tuple(entry.get("everyday", ())), tuple(entry["members"])
                )
                for name, entry in table.items()
            }
        )
    )
