"""The words of a question that a text about the answer would share, and the phrases to look for.

Knows no index, and of FTS5's query syntax only the quotes, by which nothing a person types is an operator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from knowledge_base.words import Word, name_key, word_set, words_of

_IDLE: Final = word_set(
    """
    a about all also am an and any are as at be been but by can could did do does doing done for from get gets
    give given go had has have having he her him his how i if im in into is it its ive just know let like may me
    might my need of off ok okay on or our out please say says she should so some someone take taken taking tell
    than that the their them then there these they this those to told too up us use used using want was we were
    what whats when where which while who whom why will with without would yes you your together combine
    combined combining mix mixed mixing interact interacts interaction interactions along alongside same time
    drug drugs medicine medicines medication medications safe effects side
    """
)
_MAX_WORDS: Final = 24
"""A pasted page is no better a query than its first words."""


def content_words(text: str, leave_out: Sequence[tuple[int, int]] = ()) -> list[Word]:
    """The words that carry the question, without those in the spans to leave out."""
    return [
        word
        for word in words_of(text)
        if word.text not in _IDLE
        and (len(word.text) > 1 or word.text.isdigit())
        and all(word.end <= start or word.start >= end for start, end in leave_out)
    ][:_MAX_WORDS]


def any_of(words: Sequence[Word], phrases: Iterable[str] = ()) -> tuple[str, ...]:
    """The phrases to look for: the words, any two of them side by side, and further phrases."""
    single = dict.fromkeys(word.text for word in words)
    # Neighbours in the question that are neighbours in a text ("injection safety") say more than both words apart.
    pairs = dict.fromkeys(f"{one.text} {other.text}" for one, other in pairwise(words) if other.start - one.end <= 1)
    return (*single, *pairs, *dict.fromkeys(phrases))


def all_phrases(phrases: Iterable[str]) -> tuple[str, ...]:
    """Those of the phrases that have a word, each once."""
    return tuple(phrase for phrase in dict.fromkeys(phrases) if name_key(phrase))


def quoted(phrase: str) -> str:
    """A phrase as FTS5 takes it literally."""
    return '"' + phrase.replace('"', " ") + '"'
