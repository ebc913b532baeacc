"""A sentence as a row of tokens that compare: numbers by value, words by stem, phrases of one meaning as one.

Knows `data/same_words.toml`; knows no rule of what may differ.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    r"(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(?!\w|-[a-z]+\d)|[a-z0-9_]+(?:['-][a-z0-9]+)*|%|[.;:!?](?=\s|$)|[/()\[\],]"
)
_NUMBER: Final = re.compile(r"[\d,]*\.?\d+")
_ENDINGS: Final = (
    *("ations", "ation", "ingly", "edly", "ities", "ments", "ment", "ness", "ions", "ion", "ings", "ing", "ies", "ied"),
    *("ity", "ers", "er", "ors", "ally", "ly", "es", "ed", "al", "s", "e", "y"),
)
_STEM_CHARS: Final = 4
_SYMBOLS: Final = (
    *(("\u2019", "'"), ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"'), ("\u00ae", "")),
    *(("\u00b5g", "mcg"), ("\u03bcg", "mcg"), ("\u00bd", " 0.5 "), ("\u00b0", " degrees ")),
    *(("\u2011", "-"), ("\u2010", "-"), ("\u2013", " to "), ("\u2014", " , ")),
    *(("\u2264", " at most "), ("\u2265", " at least "), ("<=", " at most "), (">=", " at least ")),
    *(("<", " less than "), (">", " more than ")),
)
_RANGE: Final = re.compile(r"(?<=\d)\s*-\s*(?=\d)")
_GLUED_UNIT: Final = re.compile(r"(?<=\d)-?(?=(?:mg|mcg|g|kg|ml|l|iu|meq|mmol|hours?|days?|weeks?|months?|years?)\b)")
_SAID_TWICE: Final = re.compile(r"\b(\d+) \(\s*\1\s*\)")
"""As in "five (5) minutes"."""
_NUMBER_WORDS: Final = {
    **{
        word: str(value)
        for value, word in enumerate(
            ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=2
        )
    },
    **{"fourteen": "14", "twenty": "20", "twenty-four": "24", "thirty": "30", "fifty": "50", "hundred": "100"},
}
_IDLE: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "with",
        "by",
        "from",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "has",
        "have",
        "had",
        "having",
        "do",
        "does",
        "did",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "such",
        "which",
        "who",
        "whom",
        "whose",
        "and",
        "or",
        "but",
        "so",
        "than",
        "then",
        "also",
        "there",
        "their",
        "they",
        "them",
        "he",
        "she",
        "his",
        "her",
        "you",
        "your",
        "we",
        "our",
        "i",
        "if",
        "when",
        "while",
        "during",
        "any",
        "all",
        "some",
        "each",
        "every",
        "other",
        "another",
        "both",
        "either",
        "into",
        "onto",
        "about",
        "after",
        "before",
        "between",
        "through",
        "over",
        "under",
        "per",
        "very",
        "should",
        "would",
        "could",
        "may",
        "might",
        "can",
        "will",
        "must",
        "shall",
        "need",
        "not",
        "no",
        "nor",
        "never",
    ]
)
STOPS: Final = frozenset(".;:!?")
"""Marks that end a sentence or a clause."""


class Token(NamedTuple):
    """One word, number or mark: as written in lower case, and the form in which it compares."""

    text: str
    stem: str
    is_content: bool
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The tokens of a text, the stems of its content words, and the tokens as one line with where each begins."""

    tokens: tuple[Token, ...] = ()
    content: frozenset[str] = frozenset()
    line: str = ""
    starts: tuple[int, ...] = ()

    def token_at(self, position: int) -> int:
        """Which token has the character at a position of the line."""
        return bisect_right(self.starts, position) - 1

    def around(self, start: int, end: int, width: int, *, after: bool = True) -> frozenset[str]:
        """The stems of up to `width` content words before, and `after`, tokens [start, end), within one sentence."""
        before = _some(reversed(self.tokens[:start]), width)
        return frozenset((*before, *(_some(iter(self.tokens[end:]), width) if after else ())))


@lru_cache(maxsize=1024)
def words_of(text: str) -> Words:
    """The tokens of a text; phrases of one meaning are one token."""
    tokens = tuple(_tokens(normalise(text)))
    starts = tuple(accumulate((len(token.text) + 1 for token in tokens[:-1]), initial=0))
    content = frozenset(token.stem for token in tokens if token.is_content)
    return Words(tokens, content, " ".join(token.text for token in tokens), starts)


def normalise(text: str) -> str:
    """Lower case, symbols in words, number words as digits, units apart from their numbers."""
    plain = text.lower()
    for symbol, words in _SYMBOLS:
        plain = plain.replace(symbol, words)
    plain = _GLUED_UNIT.sub(" ", _RANGE.sub(" to ", plain))
    plain = _number_word_pattern().sub(lambda found: _NUMBER_WORDS[found[1]], plain)
    return " ".join(_SAID_TWICE.sub(r"\1", plain).split())


def stem_of(word: str) -> str:
    """A word without an English ending, in the form in which its group compares."""
    known = same_words()
    if word in known:
        return known[word]
    bare = [
        word.removesuffix(one) for one in _ENDINGS if word.endswith(one) and len(word) - len(one) >= _STEM_CHARS - 1
    ]
    for stem in (form for one in bare for form in (one, f"{one}e", f"{one}y")):
        if stem in known:
            return known[stem]
    return next((one for one in bare if len(one) >= _STEM_CHARS), word)


@cache
def same_words() -> Mapping[str, str]:
    """The first word of the group of each single word."""
    return {phrase: head for phrase, head in _groups() if " " not in phrase}


def _tokens(text: str) -> Iterator[Token]:
    text = _phrase_pattern().sub(lambda found: _phrases()[found.group()], text)
    for found in _TOKEN.finditer(text):
        word = found.group()
        if _NUMBER.fullmatch(word):
            yield Token(word, f"{float(word.replace(',', '')):g}", is_content=True, is_number=True)
        elif word[0].isalnum():
            stem = stem_of(word)
            yield Token(word, stem, word not in _IDLE and len(word) > 1)
        else:
            yield Token(word, word, False)


def _some(tokens: Iterator[Token], width: int) -> Iterator[str]:
    n_given = 0
    for token in tokens:
        if n_given == width or token.text in STOPS:
            return
        if token.is_content:
            n_given += 1
            yield token.stem


@cache
def _groups() -> tuple[tuple[str, str], ...]:
    data = tomllib.loads(files("chatbot").joinpath("data/same_words.toml").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for line in data["groups"]:
        head, *others = [phrase.strip() for phrase in line.split(",")]
        for phrase in (head, *others):
            found.setdefault(phrase, head.replace(" ", "_"))
    return tuple(found.items())


@cache
def _phrases() -> Mapping[str, str]:
    return {phrase: head for phrase, head in _groups() if " " in phrase}


@cache
def _phrase_pattern() -> re.Pattern[str]:
    ordered = sorted(_phrases(), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, ordered)) + r")\b")


@cache
def _number_word_pattern() -> re.Pattern[str]:
    return re.compile(r"\b(" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + r")\b")
