"""How many years of school a text asks of its reader: the Flesch-Kincaid grade.

Kincaid, Fishburne, Rogers and Chissom, Navy Research Branch Report 8-75, 1975: 0.39 words a sentence + 11.8 syllables
a word - 15.59. Syllables are counted by groups of vowels, which errs by a few in a hundred words.
"""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[a-zA-Z]+(?:['\u2019-][a-zA-Z]+)*")
_SENTENCE_END: Final = re.compile(r"[.!?:](?=\s|$)|\n\s*(?=[-\u2022])")
_VOWELS: Final = re.compile(r"[aeiouy]+")
_SILENT: Final = re.compile(r"(?:[^laeiouy]e|[^aeiouytd]ed|[^sxzhcgaeiouy]es)$")
_MARKERS: Final = re.compile(r"\[\d+\]|[\u201c\u201d*]")
_MIN_WORDS: Final = 20
"""Of fewer words the grade says nothing."""


def reading_grade(text: str) -> float | None:
    """The grade of a text, to one decimal; None for a text too short to have one."""
    plain = _MARKERS.sub(" ", text)
    words = _WORD.findall(plain)
    if len(words) < _MIN_WORDS:
        return None
    n_sentences = max(1, sum(bool(_WORD.search(part)) for part in _SENTENCE_END.split(plain)))
    n_syllables = sum(count_syllables(word) for word in words)
    return round(0.39 * len(words) / n_sentences + 11.8 * n_syllables / len(words) - 15.59, 1)


def count_syllables(word: str) -> int:
    """Groups of vowels, without a silent ending; one at least."""
    lower = word.lower()
    return max(1, len(_VOWELS.findall(lower)) - bool(_SILENT.search(lower)))
