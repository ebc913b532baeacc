"""People's names in text without a language model: by the words around them, by given names, by credentials.

Rules in order of trust: a title or an introduction ("Dr. Osei", "my name is ..."), a label or a relation
("Caller: ...", "her son Hector"), a given name with what follows it, a pair of unknown capitalised words. A surname
found once is found wherever it stands again. Medicines and eponyms ("Bell's palsy") stay unless a title says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Final, TypeAlias

from chatbot.privacy import name_cues as cues
from chatbot.privacy.identifiers import Identifier
from chatbot.privacy.name_judge import MIN_CHARS, NameJudge, Trust
from chatbot.privacy.name_text import NameText, NameWord
from chatbot.privacy.name_words import KnowsMedicines, name_words

_CUES: Final = (
    (cues.TITLES, Trust.TITLE),
    (cues.CALLINGS, Trust.CALLING),
    (cues.INTRODUCTIONS, Trust.INTRODUCTION),
    (cues.LETTERS, Trust.INTRODUCTION),
    (cues.RELATIONS, Trust.INTRODUCTION),
    (cues.SIGNATURES, Trust.INTRODUCTION),
    (cues.PLACES_OF_PATIENTS, Trust.INTRODUCTION),
    (cues.LABELS, Trust.LABEL),
)
_COMMA: Final = re.compile(r",[ \t]{0,2}")
_INITIALS_BEFORE: Final = re.compile(r"[A-Z]\.(?: ?[A-Z]\.)? ?")
_MAX_WORDS: Final = 4
_Span: TypeAlias = tuple[int, int]


class NameFinder:
    """Finds names; what is a medicine is told by `medicines`."""

    def __init__(self, medicines: KnowsMedicines) -> None:
        self._lists = name_words()
        self._word_names = self._lists.given & self._lists.words
        self._judge = NameJudge(medicines, self._lists)

    def find(self, text: str) -> list[Identifier]:
        """The names of a text, possibly overlapping; titles and credentials stand outside."""
        read = NameText.of(text)
        found = {
            *self._after_cues(read),
            *self._before_credentials(read),
            *self._by_given_name(read),
            *self._initialled(read),
            *self._reversed(read),
            *self._unknown_pairs(read),
            *(match.span(match.lastgroup or 0) for match in cues.INITIALS.finditer(text)),
        }
        found.update(self._again(read, found))
        return [Identifier(start, end, "PERSON") for start, end in sorted(found)]

    def _after_cues(self, text: NameText) -> Iterator[_Span]:
        places = {word.start: place for place, word in enumerate(text.words)}
        for pattern, trust in _CUES:
            for cue in pattern.finditer(text.text):
                if (place := places.get(cue.end())) is not None:
                    yield from self._name_at(text, place, trust)

    def _name_at(self, text: NameText, place: int, trust: Trust) -> Iterator[_Span]:
        end = self._judge.end_of_name(text, place, trust)
        if end is not None:
            yield text.words[place].start, end

    def _before_credentials(self, text: NameText) -> Iterator[_Span]:
        """From "Keisha Barnes, RN": backwards from the credential as far as words can be a name."""
        places = {word.end: place for place, word in enumerate(text.words)}
        for found in cues.CREDENTIALS.finditer(text.text):
            last = places.get(found.start("gap"), -1)
            first = last
            while first >= 0 and last - first < _MAX_WORDS and self._is_name_part(text, first):
                if first < last and not text.is_joined(first):
                    break
                first -= 1
            if first < last and not text.words[first + 1].is_particle:
                yield text.words[first + 1].start, text.words[last].end

    def _is_name_part(self, text: NameText, place: int) -> bool:
        word, lists = text.words[place], self._lists
        if word.is_particle or word.is_initial:
            return True
        if not word.is_capitalised or self._judge.is_medicine(word):
            return False
        named = any(word.bare in words for words in (lists.given, lists.surnames, lists.words))
        return named or not lists.is_ordinary(word.bare)

    def _by_given_name(self, text: NameText) -> Iterator[_Span]:
        """A capitalised given name with the names after it; a surname that is nothing else stands for itself."""
        for place, word in enumerate(text.words):
            if not word.is_capitalised or self._judge.is_medicine(word) or self._judge.is_eponym(text, place):
                continue
            if place and text.words[place - 1].folded in ("st", "saint"):
                continue
            if self._judge.is_known(word):
                is_name = word.bare in self._lists.given or not text.is_shouted(place)
            else:
                is_name = not text.is_shouted(place) and self._is_word_with_surname(text, place)
            if is_name:
                yield from self._name_at(text, place, Trust.NONE)

    def _is_word_with_surname(self, text: NameText, place: int) -> bool:
        """Whether a name that is a word too ("Grace") stands before a surname."""
        following = text.after(place)
        if following is None or text.words[place].bare not in self._word_names:
            return False
        return text.is_joined(place) and (
            self._judge.may_be_surname(text, place + 1)
            or (following.is_capitalised and following.bare in self._lists.surnames)
        )

    def _initialled(self, text: NameText) -> Iterator[_Span]:
        """Like "E. Castellanos" and "M. J. Castañeda"."""
        for place, word in enumerate(text.words):
            following = [n for n in range(place + 1, min(place + 3, len(text.words))) if not text.words[n].is_initial]
            if not word.is_initial or not following or len(text.words[following[0]].bare) < MIN_CHARS:
                continue
            if _INITIALS_BEFORE.fullmatch(text.text, word.start, text.words[following[0]].start) and (
                self._judge.may_be_surname(text, following[0])
            ):
                yield from self._name_at(text, place, Trust.LABEL)

    def _reversed(self, text: NameText) -> Iterator[_Span]:
        """Like "LINDGREN, ASTRID K" and "McAllister, Shawn P."."""
        lists = self._lists
        for place, (last, first) in enumerate(pairwise(text.words)):
            if not (last.is_capitalised and first.is_capitalised and _COMMA.fullmatch(text.gap(place))):
                continue
            if first.folded not in lists.given and not (first.is_initial and last.bare in lists.surnames):
                continue
            if len(last.bare) < 2 or lists.is_ordinary(last.bare) or any(map(self._judge.is_medicine, (last, first))):
                continue
            initial = text.after(place + 1)
            follows = initial is not None and initial.is_initial and text.gap(place + 1) == " "
            yield last.start, initial.end if initial is not None and follows else first.end

    def _unknown_pairs(self, text: NameText) -> Iterator[_Span]:
        """Two capitalised words side by side that no list knows."""
        for place, (one, other) in enumerate(pairwise(text.words)):
            unknown = self._is_unknown(text, place, one) and self._is_unknown(text, place + 1, other)
            if unknown and text.gap(place) == " ":
                yield from self._name_at(text, place, Trust.INTRODUCTION)

    def _is_unknown(self, text: NameText, place: int, word: NameWord) -> bool:
        return (
            len(word.text) >= MIN_CHARS
            and word.text[1:].islower()
            and self._judge.may_be_surname(text, place)
            and word.bare not in self._lists.eponyms
            and word.bare not in self._lists.eponym_heads
            and not text.is_dosed(place)
        )

    def _again(self, text: NameText, found: Collection[_Span]) -> Iterator[_Span]:
        """Every other place where a part of a name that was found stands again."""
        lists, covered = self._lists, {place for start, end in found for place in range(start, end)}
        stems: set[str] = set()
        for word in text.words:
            if len(word.bare) < MIN_CHARS or word.is_particle or word.start not in covered:
                continue
            if lists.is_ordinary(word.bare) or word.bare in lists.words or word.bare in lists.eponyms:
                continue
            if not self._judge.is_medicine(word):
                stems.update((word.stem, word.stem.upper()))
        for place, word in enumerate(text.words):
            if word.stem in stems and not self._judge.is_eponym(text, place) and not text.is_dosed(place):
                yield word.start, word.start + len(word.stem)
