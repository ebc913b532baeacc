"""Ranking free texts for an open question: nearness, shared words, the same subject, the same type of question.

For texts that have a heading and no label sections: guidelines, patient texts, answers of a collection. The score is
a weighted sum of features in [-1, 1]; the weights were fitted by `python -m eval.text_ranker_weights`, which says on
what. Knows no index: who has vectors gives cosines, `rank_texts` makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from knowledge_base.lay_terms import Meaning, meanings_of, share_of
from knowledge_base.question_core import core_of
from knowledge_base.question_types import types_of, types_of_heading
from knowledge_base.question_words import any_of, content_words, quoted
from knowledge_base.text_table import TextTable
from knowledge_base.words import edits, padded_words, word_set

if TYPE_CHECKING:
    from knowledge_base.embedder import Embedder

_WINDOW_CHARS: Final = 900
_MAX_WINDOWS: Final = 4
"""What stands further down in a long text is embedded no more: the first windows say what it is about."""
_STEM_CHARS: Final = 5
_FUZZY_CHARS: Final = 6
_PARENTHESES: Final = re.compile(r"\(([^()]*)\)")
_ALSO_CALLED: Final = re.compile(r"^\s*(?:also (?:called|known as)|or|aka)\b:?", re.IGNORECASE)
_GENERIC: Final = word_set(
    """
    cause causes caused symptom symptoms sign signs treatment treatments treat treated therapy diagnosis diagnose
    diagnosed test tests exams outlook prognosis complication complications prevent prevention inherited inheritance
    genetic changes related many people affected risk risks information summary overview introduction research clinical
    trials should special instructions follow forget brand names combination products kind get gets used use prescribed
    dosage dose concerns precautions safety doctor call contact see living coping support considerations key points
    frequency stages other what which know disease syndrome disorder disorders condition conditions
    """
)
"""Words of headings that do not name the subject."""


@dataclass(frozen=True)
class FreeText:
    """A text and its heading; the heading may be empty."""

    heading: str
    text: str

    @cached_property
    def folded(self) -> str:
        """The folded words of both, a space before, between and after them."""
        return padded_words(f"{self.heading} {self.text}")


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for a text; each in [-1, 1], 0 where nothing is known."""

    nearness: float = 0.0
    """Cosine of question and text, its nearest part if it is long."""
    words: float = 0.0
    """BM25 as a share of the best text's."""
    coverage: float = 0.0
    """Share of the question's meanings that the text has."""
    subject: float = 0.0
    """Share of the heading's subject that the question names."""
    type: float = 0.0
    """1 if the heading is of the type asked, -1 if of another, 0 if either does not tell."""


WEIGHTS: Final = Features(nearness=1.0, words=0.05, coverage=0.12, subject=0.06, type=0.03)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """An open question, read once for many texts."""

    core: str
    expression: str
    meanings: tuple[Meaning, ...]
    words: frozenset[str]
    types: frozenset[str]

    @classmethod
    def read(cls, message: str) -> OpenQuestion:
        """What a message asks, its noise taken out."""
        core = core_of(message)
        words = content_words(core)
        meanings = meanings_of(words)
        return cls(
            core=core,
            expression=" OR ".join(map(quoted, any_of(words, (phrase for one in meanings for phrase in one.phrases)))),
            meanings=meanings,
            words=frozenset(word.text for word in words),
            types=types_of(core),
        )


def rank_texts(message: str, texts: Sequence[FreeText], embedder: Embedder) -> list[int]:
    """The places of the texts, the one that answers best first; equal scores keep their order."""
    return rank_scored(score_texts(message, texts, cosines([core_of(message)], texts, embedder)[0]))


def rank_scored(scores: Sequence[float]) -> list[int]:
    """The places of scores, the highest first; equal ones keep their order."""
    return sorted(range(len(scores)), key=lambda place: -scores[place])


def score_texts(
    message: str, texts: Sequence[FreeText], near: Sequence[float], table: TextTable | None = None
) -> list[float]:
    """How well each text answers; `near` are the cosines of the message's core and the texts.

    Who asks often hands on a `table` to be used again.
    """
    return [score(one) for one in features(OpenQuestion.read(message), texts, near, table)]


def score(features: Features, weights: Features = WEIGHTS) -> float:
    """The weighted sum."""
    return float(
        features.nearness * weights.nearness
        + features.words * weights.words
        + features.coverage * weights.coverage
        + features.subject * weights.subject
        + features.type * weights.type
    )


def features(
    question: OpenQuestion, texts: Sequence[FreeText], near: Sequence[float], table: TextTable | None = None
) -> list[Features]:
    """The features of each text; `near` are the cosines of question and texts, `table` as for `score_texts`."""
    shared = (table or TextTable()).bm25(question.expression, [(text.heading, text.text) for text in texts])
    best = max(shared.values(), default=0.0)
    said = _Said(question.words)
    return [
        _features(question, said, text, cosine, shared.get(place, 0.0) / best if best > 0 else 0.0)
        for place, (text, cosine) in enumerate(zip(texts, near, strict=True))
    ]


def cosines(questions: Sequence[str], texts: Sequence[FreeText], embedder: Embedder) -> list[list[float]]:
    """For each question the cosines of it and the nearest part of each text, heading included."""
    parts = [(place, part) for place, text in enumerate(texts) for part in _parts(text)]
    found = [[-1.0] * len(texts) for _ in questions]
    if not parts or not questions:
        return found
    near = embedder.embed_queries(questions) @ embedder.embed_passages([part for _, part in parts]).T
    for best, row in zip(found, near.tolist(), strict=True):
        for (place, _), cosine in zip(parts, row, strict=True):
            best[place] = max(best[place], cosine)
    return found


def _features(question: OpenQuestion, said: _Said, text: FreeText, cosine: float, words: float) -> Features:
    heading = _read_heading(text.heading)
    return Features(
        nearness=cosine,
        words=words,
        coverage=share_of(question.meanings, text.folded),
        subject=max((said.share_of(name) for name in heading.names), default=0.0),
        type=_fit(question.types, heading.types),
    )


def _parts(text: FreeText) -> list[str]:
    """The text in windows cut between words, each under its heading."""
    words = " ".join(text.text.split())
    windows: list[str] = []
    start = 0
    while start < len(words) and len(windows) < _MAX_WINDOWS:
        end = len(words)
        if end - start > _WINDOW_CHARS:
            end = words.rfind(" ", start, start + _WINDOW_CHARS)
            end = end if end > start else start + _WINDOW_CHARS
        windows.append(words[start:end].strip())
        start = end
    return [f"{text.heading}\n{window}".strip() for window in windows or [""]]


class _Heading(NamedTuple):
    """What a heading calls its subject, and the types of question it answers."""

    names: tuple[frozenset[str], ...]
    types: frozenset[str]


@lru_cache(maxsize=8192)
def _read_heading(heading: str) -> _Heading:
    # A knowledge base has few headings beside its passages, and each is met again and again.
    return _Heading(tuple(_names(heading)), types_of_heading(heading))


def _names(heading: str) -> Iterable[frozenset[str]]:
    """What a heading calls its subject: its own words, and each name in parentheses."""
    inside = [_ALSO_CALLED.sub("", one) for one in _PARENTHESES.findall(heading)]
    for name in (_PARENTHESES.sub(" ", heading), *(part for one in inside for part in one.split(";"))):
        words = frozenset(word.text for word in content_words(name)) - _GENERIC
        if words:
            yield words


class _Said:
    """The words of a question, in which those of headings are looked up; each is compared once."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words
        self._long = [word for word in words if len(word) >= _FUZZY_CHARS]
        self._stems = frozenset(word[:_STEM_CHARS] for word in words if len(word) >= _STEM_CHARS)
        self._known: dict[str, bool] = {}

    def share_of(self, wanted: frozenset[str]) -> float:
        """The share of the wanted words that are said, inflected or misspelt by a letter or two as it may be."""
        return sum(map(self._has, wanted)) / len(wanted) if wanted else 0.0

    def _has(self, word: str) -> bool:
        if word not in self._known:
            is_inflected = len(word) >= _STEM_CHARS and word[:_STEM_CHARS] in self._stems
            self._known[word] = word in self._words or is_inflected or self._is_misspelt(word)
        return self._known[word]

    def _is_misspelt(self, word: str) -> bool:
        return len(word) >= _FUZZY_CHARS and any(_is_near(word, other) for other in self._long)


def _is_near(one: str, other: str) -> bool:
    limit = 2 if min(len(one), len(other)) > _FUZZY_CHARS + 2 else 1
    return edits(one, other, limit) <= limit


def _fit(asked: frozenset[str], told: frozenset[str]) -> float:
    if not asked or not told:
        return 0.0
    return 1.0 if asked & told else -1.0
