"""What a person typed, made safe to read: no invisible letters, no letters of another alphabet inside a word.

Control and direction characters are taken out. A word that mixes Latin letters with look-alikes of other alphabets
(a Cyrillic o in a medicine's name) is folded to Latin, and the caller is told, so that nothing is swapped silently.
Words wholly of another alphabet stay as they are. After Unicode Technical Standard 39, mixed-script confusables.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from knowledge_base.invisible import without_invisible

MAX_CHARS: Final = 4000
"""Of a question; a page of text. Longer ones are no question any more and slow everything behind."""
MAX_TRIAGED_CHARS: Final = 20_000
"""Looked through for red flags even where the whole is too long to be a question."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_CONTROL: Final = re.compile(r"[\x80-\x9f]")
"""A terminal takes some of these for commands; in a document they are punctuation of Windows that was misread."""
_LATIN: Final = re.compile(r"[A-Za-z]")
_ALPHABETS: Final = {
    "аАеЕоОрРсСуУхХіІјЈѕЅһԁԛԝВКМНТмкнтвё": "aAeEoOpPcCyYxXiIjJsShdqwBKMHTmkhtbe",
    "οΟνρτυιΑΒΕΖΗΙΚΜΝΡΤΥΧαεκχ": "oOvptuiABEZHIKMNPTYXaekx",
    "օսոհցԼ": "ounhgL",
    "ıɑɡʟɩ": "iagLi",
}
"""Letters of Cyrillic, Greek, Armenian and phonetic script, and the Latin ones they are read as."""
_LOOK_ALIKES: Final[Mapping[str, str]] = MappingProxyType(
    {theirs: ours for alphabet, latin in _ALPHABETS.items() for theirs, ours in zip(alphabet, latin, strict=True)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanText:
    """The text to read, and the words in it that were folded: (as it was typed, as it is read)."""

    text: str
    folded: tuple[tuple[str, str], ...] = ()


_ENDLESS: Final = re.compile(r"([0-9A-Za-z_]{64})[0-9A-Za-z_]+")
"""No word; rules would try to begin at each of its characters, which takes the square of its length."""


def clean_question(typed: str) -> CleanText:
    """The text without invisible characters, with endless runs cut and mixed words folded."""
    visible = _ENDLESS.sub(r"\1", _CONTROL.sub("", without_invisible(typed)))
    if visible.isascii():
        return CleanText(text=visible)
    folded: list[tuple[str, str]] = []

    def fold(match: re.Match[str]) -> str:
        word = match.group()
        plain = "".join(_LOOK_ALIKES.get(letter) or _compatible(letter) for letter in word)
        if plain == word or not (plain.isascii() and _is_mixed(word)):
            return word
        folded.append((word, plain))
        return plain

    return CleanText(text=_WORD.sub(fold, visible), folded=tuple(dict.fromkeys(folded)))


def _is_mixed(word: str) -> bool:
    """Whether a word has Latin letters beside look-alikes, or is of letters made for formulas and wide print."""
    foreign = [letter for letter in word if letter in _LOOK_ALIKES]
    # A Greek letter that ends a word is a symbol, as in the name of a tumour necrosis factor.
    is_symbol = len(foreign) == 1 and word.endswith(foreign[0]) and foreign[0] in "αεκχ"
    return (_LATIN.search(word) is not None and not is_symbol) or not foreign


def _compatible(letter: str) -> str:
    """A letter of formulas or wide print as the plain one; any other letter as it is."""
    plain = unicodedata.normalize("NFKC", letter)
    return plain if len(plain) == 1 and plain.isascii() and plain.isalpha() else letter
