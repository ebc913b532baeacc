"""Whether a word can begin or carry on a name, and where the name that begins at a word ends."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from chatbot.privacy.name_cues import NAMING
from chatbot.privacy.name_text import NameText, NameWord
from chatbot.privacy.name_words import KnowsMedicines, NameWords
from knowledge_base.words import word_set

_NO_NAMES: Final = word_set(
    """
    mr mrs ms mx dr drs dra sr sra srta prof mme mlle herr frau rn md np pa do lpn will may said can is was has i an
    does contin
    """
)
"""Titles and credentials, which stand outside a name, and names that are mostly verbs."""
_GENERATIONS: Final = word_set("jr sr ii iii")
_MAX_WORDS: Final = 4
_ABBREVIATION: Final = 5
"""Characters up to which a word in capitals is rather a "DAS" or an "ANA" than a name."""
_GAP: Final = re.compile(r"[ \t]|[ \t]*[\"“”'][ \t]*")
_INITIAL_GAP: Final = re.compile(r"\.?[ \t]?")
MIN_CHARS: Final = 3
"""Shorter names ("Li", "Bo") are not told from words by themselves."""


class Trust(IntEnum):
    """How much the words before speak for a name."""

    NONE = 0
    LABEL = 1
    INTRODUCTION = 2
    CALLING = 3
    TITLE = 4


class NameJudge:
    """Judges words by the lists and by their neighbours; what is a medicine is told by `medicines`."""

    def __init__(self, medicines: KnowsMedicines, lists: NameWords) -> None:
        self._medicines = medicines
        self.lists = lists

    def end_of_name(self, text: NameText, place: int, trust: Trust) -> int | None:
        """The end of the name that begins at a word, in characters, or None if none begins there."""
        if not self._may_begin(text, place, trust):
            return None
        first = last = text.words[place]
        by_capital = first.is_capitalised and not text.is_shouted(place)
        is_named = _is_named(text, place)
        for n in range(place, min(place + _MAX_WORDS - 1, len(text.words) - 1)):
            joins = _INITIAL_GAP if text.words[n].is_initial else _GAP
            if not joins.fullmatch(text.gap(n)):
                break
            if not self._may_continue(text, n + 1, trust, by_capital=by_capital, is_named=is_named):
                break
            if not text.words[n + 1].is_particle or text.words[n + 1].is_capitalised:
                last = text.words[n + 1]
        return last.start + len(last.stem)

    def is_medicine(self, word: NameWord) -> bool:
        """Whether a word is a medicine's."""
        return self._medicines.is_medicine(word.bare)

    def is_eponym(self, text: NameText, place: int) -> bool:
        """Whether the word names an illness, a sign or a device: by itself, or by what follows it."""
        word, lists = text.words[place], self.lists
        heads = [one.bare for one in text.words[place + 1 : place + 3]]
        if heads[:1] == ["wort"]:
            return True
        parts = {word.bare, *(() if word.bare in lists.given else word.bare.split("-"))}
        headed = any(head in lists.eponym_heads for head in heads[:1]) or (
            len(heads) > 1 and heads[1] in lists.eponym_heads and heads[0] in lists.eponyms
        )
        if not parts & lists.eponyms:
            return headed and word.is_possessive and heads[0] in ("disease", "syndrome")
        if headed or word.is_possessive or text.text[word.end : word.end + 1] in ("'", "’"):  # noqa: RUF001
            return True
        # "Gordon Bell" and "Louis" are people, "Bell" alone is not held to be one.
        if parts & lists.given - lists.words:
            return False
        return not (place and lists.is_given(text.words[place - 1].folded) and text.gap(place - 1) == " ")

    def is_known(self, word: NameWord) -> bool:
        """Whether a word is a given name or a surname and nothing else; of "Mei-Ling" each part counts."""
        lists, parts = self.lists, word.bare.split("-")
        if lists.is_given(word.bare) or (len(parts) > 1 and all(part in lists.given for part in parts)):
            return True
        others = (lists.words, lists.eponyms, lists.ordinary)
        return word.bare in lists.surnames and not any(word.bare in words for words in others)

    def may_be_surname(self, text: NameText, place: int) -> bool:
        """Whether a capitalised word could be a surname, whether it is on a list or not."""
        word = text.words[place]
        return (
            word.is_capitalised
            and not self.is_medicine(word)
            and not self.lists.is_ordinary(word.bare)
            and not self.is_eponym(text, place)
        )

    def _may_begin(self, text: NameText, place: int, trust: Trust) -> bool:
        word, lists, following = text.words[place], self.lists, text.after(place)
        if text.is_dosed(place) or word.bare in _NO_NAMES:
            return False
        if word.is_particle:
            rest = next((one for one in text.words[place:] if not one.is_particle), None)
            return rest is not None and rest.is_capitalised
        if word.is_initial:
            return word.text != "I" and following is not None and following.is_capitalised
        if trust < Trust.CALLING:
            # "my friend Yasmin" is a person, "Yasmin" alone the medicine.
            called = trust == Trust.INTRODUCTION and word.bare in lists.given and word.is_capitalised
            if (self.is_medicine(word) and not called) or self.is_eponym(text, place):
                return False
        if not word.is_capitalised or text.is_shouted(place):
            return self._may_begin_without_capital(text, place, trust)
        if trust == Trust.TITLE:
            return True
        short = word.text.isupper() and len(word.text) <= _ABBREVIATION
        is_day = word.bare in lists.not_names and not (
            word.bare in lists.given and following is not None and text.is_joined(place)
            and following.bare not in lists.words and self.may_be_surname(text, place + 1)
        )  # fmt: skip
        if is_day or (short and (trust == Trust.NONE or word.bare not in lists.given)):
            return False
        is_word = lists.is_ordinary(word.bare) and not (trust == Trust.CALLING and word.bare in lists.words)
        return word.bare in lists.given or not is_word

    def _may_begin_without_capital(self, text: NameText, place: int, trust: Trust) -> bool:
        """Where a capital says nothing: text in lower case, and text in capitals."""
        word, lists = text.words[place], self.lists
        ordinary = lists.is_ordinary(word.bare)
        if lists.is_given(word.bare) or (word.bare in lists.surnames and not ordinary):
            return True
        if ordinary or self.is_medicine(word) or len(word.bare) < MIN_CHARS:
            return False
        if trust >= Trust.CALLING or (trust >= Trust.LABEL and word.is_capitalised):
            return True
        return _is_named(text, place)

    def _may_continue(self, text: NameText, place: int, trust: Trust, *, by_capital: bool, is_named: bool) -> bool:
        word, lists = text.words[place], self.lists
        if text.is_dosed(place) or word.bare in _NO_NAMES or (self.is_medicine(word) and trust < Trust.CALLING):
            return False
        if word.is_particle or word.is_initial:
            return True
        ordinary = lists.is_ordinary(word.bare)
        if by_capital:
            return word.is_capitalised and (not ordinary or word.bare in lists.words or word.bare in _GENERATIONS)
        if word.bare in lists.given or word.bare in lists.surnames:
            return True
        unknown = not (ordinary or self.is_medicine(word) or word.bare in lists.eponyms)
        return unknown and (word.is_capitalised or (is_named and len(word.bare) >= MIN_CHARS))


def _is_named(text: NameText, place: int) -> bool:
    """Whether "my name is" stands before: words that no list knows are a name all the same."""
    return NAMING.search(text.text, 0, text.words[place].start) is not None
