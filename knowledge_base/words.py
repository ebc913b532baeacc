"""Words of a text with their places, folded so that spellings compare: lower case, no accents, no apostrophes.

Hyphens and slashes separate words ("amlodipine/benazepril"), apostrophes do not ("john's"). Knows no
medicine; offsets are into the text as given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

_WORD: Final = re.compile(r"[^\W_]+(?:['’ʼ`´][^\W_]+)*")  # noqa: RUF001 - the apostrophes people type
_APOSTROPHES: Final = str.maketrans("", "", "'’ʼ`´")  # noqa: RUF001
_GAP: Final = re.compile(r"[\W_]+")
_ASCII_FOLDED: Final = bytes(ord(chr(code).lower()) if chr(code).isalnum() else ord(" ") for code in range(128)).ljust(
    256
)
_ASCII_APOSTROPHES: Final = b"'`"
_MARKS: Final = re.compile("[\u0300-\u036f]")


class Word(NamedTuple):
    """A folded word and its half-open span in the text."""

    text: str
    start: int
    end: int


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())


def words_of(text: str) -> list[Word]:
    """The words of a text in order."""
    return [Word(fold(match.group()), match.start(), match.end()) for match in _WORD.finditer(text)]


def name_key(name: str) -> tuple[str, ...]:
    """The folded words of a name: what two spellings of one name share."""
    if name.isascii() and "'" not in name and "`" not in name:
        # Nearly every name, and a lexicon has a hundred thousand of them.
        return tuple(folded_words(name))
    return tuple(word.text for word in words_of(name))


def fold(word: str) -> str:
    """Lower case without accents and apostrophes."""
    return _plain(word).lower()


def folded_words(text: str) -> list[str]:
    """The folded words of a text without their places; many times faster than `words_of` on whole passages."""
    if text.isascii():
        # One pass over bytes, ten times faster than the general way; most labels are ASCII throughout.
        return text.encode("ascii").translate(_ASCII_FOLDED, _ASCII_APOSTROPHES).decode("ascii").split()
    return _GAP.sub(" ", _plain(text).lower()).split()


def padded_words(text: str) -> str:
    """The folded words of a text, a space before, between and after them: whole phrases are found as " phrase "."""
    return f" {' '.join(folded_words(text))} "


def singular(word: str) -> str | None:
    """The word without a plural's ending, or None if it has none."""
    if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return None


def edits(one: str, other: str, limit: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two words; `limit + 1` if more."""
    return int(OSA.distance(one, other, score_cutoff=limit))


def spans_free(taken: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    """Whether `[start, end)` touches none of the taken spans."""
    return all(end <= first or start >= last for first, last in taken)


def _plain(text: str) -> str:
    if text.isascii():
        # Six times as fast as translating, and most texts are.
        return text.replace("'", "").replace("`", "")
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).translate(_APOSTROPHES)
