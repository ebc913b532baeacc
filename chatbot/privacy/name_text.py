"""The words of a text as a search for names needs them: folded, with their places, capitals and amounts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from chatbot.privacy.name_cues import AFTER_DOSE
from knowledge_base.words import fold, word_set

PARTICLES: Final = word_set(
    """
    de del della di da dos das du la le van von der den ter ten bin ibn ben al el o ó mac st y
    """
)
"""What stands inside a name in lower case."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’ʼ`´-][^\W\d_]+)*")  # noqa: RUF001 - the apostrophes people type
_POSSESSIVE: Final = re.compile(r"['’ʼ`´]s$", re.IGNORECASE)  # noqa: RUF001
_NEAR: Final = 3


@dataclass(frozen=True, slots=True)
class NameWord:
    """A word, its half-open span, folded with (`folded`) and without (`bare`) a possessive's ending."""

    text: str
    start: int
    end: int
    folded: str
    bare: str

    @property
    def is_capitalised(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[0].isupper()

    @property
    def is_initial(self) -> bool:
        """Whether it is one capital letter."""
        return len(self.text) == 1 and self.text.isupper()

    @property
    def is_particle(self) -> bool:
        """Whether it is a "van" or a "de la"."""
        return self.folded in PARTICLES

    @property
    def is_possessive(self) -> bool:
        """Whether it ends in 's or a lone apostrophe was typed inside it."""
        return self.bare != self.folded

    @property
    def stem(self) -> str:
        """The word as written, without a possessive's ending."""
        return _POSSESSIVE.sub("", self.text)


@dataclass(frozen=True, slots=True)
class NameText:
    """A text and its words."""

    text: str
    words: tuple[NameWord, ...] = field(default=())

    @classmethod
    def of(cls, text: str) -> NameText:
        """The text with its words found."""
        return cls(text, tuple(_name_word(match) for match in _WORD.finditer(text)))

    def after(self, place: int) -> NameWord | None:
        """The word after a place, or None at the end."""
        return self.words[place + 1] if place + 1 < len(self.words) else None

    def gap(self, place: int) -> str:
        """What stands between a word and the next one."""
        return self.text[self.words[place].end : self.words[place + 1].start]

    def is_joined(self, place: int) -> bool:
        """Whether only a space, or an initial's full stop, stands before the next word."""
        gap = self.gap(place)
        return gap == " " or (gap in (". ", ".") and self.words[place].is_initial)

    def is_shouted(self, place: int) -> bool:
        """Whether the text about a word is in capitals, where a capital says nothing."""
        near = [word for word in self.words[max(0, place - _NEAR) : place + _NEAR + 1] if len(word.text) > 1]
        return self.words[place].text.isupper() and sum(word.text.isupper() for word in near) > len(near) / 2

    def is_dosed(self, place: int) -> bool:
        """Whether an amount stands right behind a word, as behind a medicine ("Allegra 180 mg")."""
        return AFTER_DOSE.match(self.text, self.words[place].end) is not None


def _name_word(match: re.Match[str]) -> NameWord:
    text = match.group()
    return NameWord(text, match.start(), match.end(), fold(text), fold(_POSSESSIVE.sub("", text)))
