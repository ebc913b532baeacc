"""The words that are no medicine: the shipped list, and how near a word is to one of it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge_base.words import fold, singular


@cache
def common_words() -> frozenset[str]:
    """Everyday and clinical words, folded."""
    text = (files("knowledge_base") / "data" / "common_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())


def is_common(word: str) -> bool:
    """Whether a folded word, or its singular, is on the list."""
    words = common_words()
    return word in words or (singular(word) or word) in words


def edits_to_common(word: str, limit: int) -> int:
    """How many edits lead from a word to the nearest everyday word; `limit + 1` if more."""
    found = process.extractOne(word, _long_words(), scorer=OSA.distance, score_cutoff=limit)
    return limit + 1 if found is None else int(found[1])


@cache
def _long_words() -> tuple[str, ...]:
    return tuple(sorted(word for word in common_words() if len(word) > 3))
