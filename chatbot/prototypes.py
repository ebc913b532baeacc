"""The second look of the red-flag gate: written example sentences whose vectors are compared with those of a message.

It reads only what the rules passed, and only what may speak of something happening to somebody; it can raise a level,
never lower one. Knows the embedder through a protocol; the sentences and limits are in `data/triage/prototypes.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, get_args

from chatbot.normalisation import Sentence
from chatbot.patterns import read_data
from chatbot.red_flags import Finding
from chatbot.types import TriageLevel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_N_SENTENCES: Final = 4
"""Sentences of a long message that are looked at: each costs an embedding."""
_SOMEBODY: Final = re.compile(
    r"\b(?:i|im|ive|me|my|mine|we|our|us|he|hes|his|him|she|shes|her|they|theyre|their|somebody|someone|baby|toddler)\b"
)


class EmbedsQueries(Protocol):
    """What the gate needs of an embedder."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors (n, dimension) of questions, in their order."""
        ...


class _Vectors(NamedTuple):
    alarming: NDArray[np.float32]
    kinds: tuple[tuple[TriageLevel, str], ...]
    everyday: NDArray[np.float32]


class Prototypes:
    """Compares messages with the example sentences; their vectors are made with the first message."""

    def __init__(self, embedder: EmbedsQueries) -> None:
        self._embedder = embedder
        self._data = read_data("triage", "prototypes.toml")

    def find(self, message: str, sentences: Sequence[Sentence]) -> list[Finding]:
        """The most alarming of a message's sentences, if it is alarming enough.

        Args:
            message: what the person wrote; one sentence is embedded as it stands, which the choice of quotes shares.
            sentences: those that may speak of something happening.
        """
        told = [sentence for sentence in sentences if _SOMEBODY.search(sentence.text)][:_N_SENTENCES]
        if not told:
            return []
        spans = [sentence.span(0, len(sentence.text)) for sentence in told]
        single = len(sentences) == 1
        vectors = self._embedder.embed_queries([message if single else message[start:end] for start, end in spans])
        known = self._vectors
        likeness = vectors @ known.alarming.T
        lead = likeness.max(axis=1) - (vectors @ known.everyday.T).max(axis=1)
        enough = (likeness.max(axis=1) >= self._data["least"]) & (lead >= self._data["margin"])
        if not enough.any():
            return []
        place = int((likeness.max(axis=1) * enough).argmax())
        level, category = known.kinds[int(likeness[place].argmax())]
        start, end = spans[place]
        return [Finding(level=level, category=category, start=start, end=end)]

    @cached_property
    def _vectors(self) -> _Vectors:
        levels: tuple[TriageLevel, ...] = get_args(TriageLevel)
        examples = [
            (level, category, sentence)
            for level in levels
            for category, sentences in self._data.get(level, {}).items()
            for sentence in sentences
        ]
        return _Vectors(
            alarming=self._embedder.embed_queries([sentence for _, _, sentence in examples]),
            kinds=tuple((level, category) for level, category, _ in examples),
            everyday=self._embedder.embed_queries(self._data["everyday"]["sentences"]),
        )
