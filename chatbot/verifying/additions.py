"""Does a sentence add what its source does not say: another effect in a list, a term of medicine, or too many words?"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from chatbot.verifying.words import Token, Words, stem_of

_LIST_JOINS: Final = frozenset({",", "and", "or"})
_PREFIX: Final = 5
"""Two words that begin alike ("hepatotoxic", "hepatotoxicity") are one word in two forms."""
_MIN_COVERED: Final = 0.5
"""A sentence of which the source has fewer of the content words is not its paraphrase."""
_MIN_WORDS: Final = 3
_MAX_ITEM: Final = 3
_FRAMING: Final = frozenset(
    [
        "label",
        "leaflet",
        "guideline",
        "document",
        "source",
        "says",
        "say",
        "said",
        "states",
        "state",
        "according",
        "stated",
        "means",
        "mean",
        "called",
        "listed",
        "lists",
        "include",
        "includes",
        "including",
        "such",
        "example",
        "following",
        "also",
        "important",
        "note",
        "noted",
        "please",
        "make",
        "sure",
        "keep",
        "way",
    ]
)


def addition_problem(sentence: Words, source: Words) -> str:
    """What the sentence adds; empty if nothing."""
    new = [token for token in sentence.tokens if token.is_content and _is_new(token, source.content)]
    if (item := _new_item(sentence.tokens, {token.text for token in new})) is not None:
        return f"adds '{item}', which the cited sentence does not have"
    for token in new:
        if _is_effect(token):
            return f"adds '{token.text}', which the cited sentence does not have"
    share = covered(sentence, source)
    if share == 0 or (share < _MIN_COVERED and len(sentence.content) >= _MIN_WORDS):
        return f"has only {share:.0%} of its words from the cited sentence"
    return ""


def covered(sentence: Words, source: Words) -> float:
    """The share of the sentence's content words that the source has, in [0, 1]."""
    content = [token for token in sentence.tokens if token.is_content and token.text not in _FRAMING]
    return sum(not _is_new(token, source.content) for token in content) / len(content) if content else 1.0


def _is_new(token: Token, content: Collection[str]) -> bool:
    if token.stem in content or token.text in _FRAMING or token.is_number:
        return False
    beginning = token.stem[:_PREFIX]
    return len(beginning) < _PREFIX or not any(other.startswith(beginning) for other in content)


def _new_item(tokens: tuple[Token, ...], new: Collection[str]) -> str | None:
    """An item of a list, after a comma, "and" or "or", all of whose content words are new."""
    for item in _items(tokens):
        content = [token for token in item if token.is_content]
        if content and len(content) <= _MAX_ITEM and all(token.text in new for token in content):
            return " ".join(token.text for token in item)
    return None


def _items(tokens: tuple[Token, ...]) -> Iterator[list[Token]]:
    item: list[Token] | None = None
    for token in tokens:
        if token.text in _LIST_JOINS:
            if item:
                yield item
            item = []
        elif token.text in ".;:":
            if item:
                yield item
            item = None
        elif item is not None:
            item.append(token)
    if item:
        yield item


def _is_effect(token: Token) -> bool:
    words, endings = _effects()
    return token.stem in words or endings.search(token.text) is not None


@cache
def _effects() -> tuple[frozenset[str], re.Pattern[str]]:
    """The stems of words for effects and illnesses, and the endings of others."""
    data = tomllib.loads(files("chatbot").joinpath("data/effect_words.toml").read_text(encoding="utf-8"))
    stems = frozenset(stem_of(word) for word in data["words"].split())
    return stems, re.compile(rf"[a-z]{{2}}(?:{'|'.join(data['endings'].split())})s?$")
