"""Do two medicines of a sentence stand in each other's place, by the words next to them in its source?

Catches what no verb tells: "a drug of class X, such as A, given with B" for "such as B, given with A".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from chatbot.verifying.markers import overlap
from chatbot.verifying.words import STOPS, Token, Words

_WIDTH: Final = 2
"""Content words on each side of a name; of widths 2 to 4 it caught most and rejected nothing true."""
_MARGIN: Final = 0.2


class _Place(NamedTuple):
    """A medicine and the words next to it, each with its side."""

    name: str
    around: frozenset[str]


def place_problem(sentence: Words, source: Words, names: Collection[str]) -> str:
    """Which two medicines have changed places; empty if none.

    Args:
        sentence: what was written.
        source: the cited sentences.
        names: every medicine name known, in lower case.
    """
    theirs = list(_places(source, names))
    moved = {(one.name, other) for one in _places(sentence, names) for other in _nearer(one, theirs)}
    for one, other in sorted(moved):
        if (other, one) in moved:
            return f"has '{one}' and '{other}' in each other's place"
    return ""


def _nearer(one: _Place, theirs: Collection[_Place]) -> Iterator[str]:
    """The names whose place in the source is more like this one's than its own place there is."""
    own = max((overlap(one.around, place.around) for place in theirs if place.name == one.name), default=None)
    if own is not None:
        for place in theirs:
            if place.name != one.name and overlap(one.around, place.around) > own + _MARGIN:
                yield place.name


def _places(words: Words, names: Collection[str]) -> Iterator[_Place]:
    for i, token in enumerate(words.tokens):
        if (name := _name_in(token, names)) is not None:
            before = (f"{stem} _" for stem in _next(reversed(words.tokens[:i]), names))
            after = (f"_ {stem}" for stem in _next(words.tokens[i + 1 :], names))
            if around := frozenset((*before, *after)):
                yield _Place(name, around)


def _name_in(token: Token, names: Collection[str]) -> str | None:
    """The medicine a word names, alone or in a compound ("vecuronium-induced")."""
    return next((part for part in (token.text, *token.text.split("-")) if part in names), None)


def _next(tokens: Iterable[Token], names: Collection[str]) -> Iterator[str]:
    n_given = 0
    for token in tokens:
        if token.text in STOPS or n_given == _WIDTH:
            return
        if token.is_content and _name_in(token, names) is None:
            n_given += 1
            yield token.stem
