"""From passages to the sentences that could be quoted, with their places in the source.

Knows passages and sentence forms; judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chatbot.sentences import is_cross_reference, split_sentences
from knowledge_base.types import Passage, ScoredPassage

_UNWRAPPED_FORMATS: Final = frozenset({"spl", "openfda", "ngc"})
"""Formats whose readers write a paragraph as one line."""
_MIN_CHARS: Final = 18
_MAX_CHARS: Final = 900
_UNRANKED: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that could be quoted: `source_text[start:end] == text`."""

    passage: Passage
    start: int
    end: int
    text: str
    form: str
    place: int
    """Its number within the passage, from 0."""
    rank: int
    """The rank of its passage; large where retrieval did not bring it."""
    similarity: float | None

    @property
    def lower(self) -> str:
        """The text in lower case, which patterns see."""
        return self.text.lower()


def ranked(passages: Iterable[ScoredPassage]) -> list[tuple[Passage, int, float | None]]:
    """Passages as retrieval brought them, with rank and similarity."""
    return [(scored.passage, scored.rank, scored.similarity) for scored in passages]


def unranked(passages: Iterable[Passage]) -> list[tuple[Passage, int, float | None]]:
    """Passages that were looked up, not retrieved."""
    return [(passage, _UNRANKED, None) for passage in passages]


def collect_candidates(passages: Iterable[tuple[Passage, int, float | None]]) -> list[Candidate]:
    """The quotable sentences of the passages; a passage that comes twice counts once, by its first place."""
    seen: set[str] = set()
    found: list[Candidate] = []
    for passage, rank, similarity in passages:
        if passage.id in seen:
            continue
        seen.add(passage.id)
        wrapped = passage.document.format not in _UNWRAPPED_FORMATS
        for place, sentence in enumerate(split_sentences(passage.text, wrapped=wrapped)):
            text = passage.text[sentence.start : sentence.end]
            if sentence.form in {"heading", "fragment"} or not _MIN_CHARS <= len(text) <= _MAX_CHARS:
                continue
            if is_cross_reference(text):
                continue
            found.append(
                Candidate(
                    passage=passage,
                    start=passage.start + sentence.start,
                    end=passage.start + sentence.end,
                    text=text,
                    form=sentence.form,
                    place=place,
                    rank=rank,
                    similarity=similarity,
                )
            )
    return found
