"""A message as the red-flag rules read it: lower case, without accents, common misspellings repaired.

Every character of the repaired text keeps the place it came from, so that what a rule finds can be shown in
the person's own words. Knows spelling, nothing of medicine beyond the word list it is given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from rapidfuzz.distance import OSA

# "." ends a sentence before a space only ("39.5"); the marks of Hindi, Chinese and Arabic always do.
_SENTENCE_END: Final = re.compile(r"[.!?;\n]+(?=\s|$)|\n|[\u0964\u3002\uff01\uff1f\uff1b\u061f]+")
_TOKEN: Final = re.compile(r"[^\s,\u060c\uff0c\u3001()\"\u201c\u201d\xbf\xa1]+")
_COMMAS: Final = ",\u060c\uff0c\u3001"
_EDGE: Final = ".!?;:*…"
_SAME: Final = {
    **dict.fromkeys("\u2019\u2018`\u00b4\u02bc", "'"),
    **dict.fromkeys("\u2013\u2014\u2011", "-"),
    # Arabic letters that are typed for one another.
    **dict.fromkeys("\u0623\u0625\u0622\u0671", "\u0627"),
    "\u0649": "\u064a",
    "\u0629": "\u0647",
}
_SHORT: Final = 5
"""Words below this length are too like each other to be repaired by distance."""
_LONG: Final = 8
"""From this length on two slips are repaired, below it one."""
_CACHED_WORDS: Final = 4096


@dataclass(frozen=True, slots=True)
class Sentence:
    """A repaired sentence with the place of each of its characters in the message."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the message behind a span of this text."""
        return self.origin[start], self.origin[end - 1] + 1

    def without(self, pattern: re.Pattern[str]) -> Sentence:
        """This sentence with what a pattern finds struck out, so that no rule sees it."""
        return Sentence(pattern.sub(lambda match: "~" * len(match.group()), self.text), self.origin)


def join(sentences: Sequence[Sentence]) -> Sentence:
    """Several sentences as one text, kept apart by a full stop."""
    text: list[str] = []
    origin: list[int] = []
    for sentence in sentences:
        if text:
            text.append(" . ")
            origin.extend([origin[-1]] * 3)
        text.append(sentence.text)
        origin.extend(sentence.origin)
    return Sentence("".join(text), tuple(origin))


class Normaliser:
    """Cuts a message into repaired sentences."""

    def __init__(self, words: dict[str, Any]) -> None:
        self._vocabulary = tuple(words["vocabulary"])
        self._misspelt: dict[str, str] = dict(words["misspelt"])
        self._kept = frozenset(words["keep"]) | frozenset(self._vocabulary)
        self._repaired_word = lru_cache(maxsize=_CACHED_WORDS)(self._repair_word)

    def sentences(self, message: str) -> list[Sentence]:
        """The sentences of a message that hold words."""
        text = "".join(map(_plain, message))
        ends = [match.end() for match in _SENTENCE_END.finditer(text)] + [len(text)]
        starts = [0, *ends[:-1]]
        cut = [self._repair(text, start, end) for start, end in zip(starts, ends, strict=True)]
        return [sentence for sentence in cut if sentence.text]

    def _repair(self, text: str, start: int, end: int) -> Sentence:
        chars: list[str] = []
        origin: list[int] = []
        for match in _TOKEN.finditer(text, start, end):
            written = match.group().rstrip(_EDGE)
            last = match.start() + len(written) - 1
            written = written.lstrip(_EDGE)
            first = last - len(written) + 1
            word = self._repaired_word(written)
            if not word:
                continue
            if chars:
                chars.append(" ")
                origin.append(match.start() - 1)
            chars.extend(word)
            # A repaired word may be longer or shorter than what was written; its ends stay the ends.
            origin.extend(min(first + k, last) for k in range(len(word) - 1))
            origin.append(last)
            if match.end() < end and text[match.end()] in _COMMAS:
                # A comma stays a comma: the rules see clauses.
                chars.append(",")
                origin.append(match.end())
        return Sentence("".join(chars), tuple(origin))

    def _repair_word(self, word: str) -> str:
        word = word.replace("'", "")
        if word in self._misspelt:
            return self._misspelt[word]
        if len(word) < _SHORT or word in self._kept or not (word.isascii() and word.isalpha()):
            return word
        limit = 1 if len(word) < _LONG else 2
        near = [
            (distance, candidate)
            for candidate in self._vocabulary
            if candidate[0] == word[0]
            and ((distance := OSA.distance(word, candidate, score_cutoff=2)) <= limit or _is_shuffled(word, candidate))
        ]
        return min(near)[1] if near else word


def _plain(char: str) -> str:
    """One character for one: lower case, no accent, one apostrophe, so that places stay true."""
    if char < "\u0080":
        return char.lower()
    if char in _SAME:
        return _SAME[char]
    base = unicodedata.normalize("NFKD", char)[0] if "\u00c0" <= char <= "\u024f" else char
    base = unicodedata.normalize("NFKC", base) if "\uff01" <= base <= "\uff5e" else base
    low = base.lower()
    return low if len(low) == 1 else char


def _is_shuffled(word: str, candidate: str) -> bool:
    """Whether letters only changed places ("tounge")."""
    return len(word) == len(candidate) and sorted(word) == sorted(candidate)
