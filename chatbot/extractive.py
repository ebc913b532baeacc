"""The answer without a language model: the few label sentences that answer, in the label's own words.

A sentence is scored by where it stands, what it says, and how near it is to the question; the best few of one
medicine are taken, the most direct first. Knows candidates and rules; knows no index, no screen, no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from chatbot.candidates import Candidate
from chatbot.evidence import AspectRules, Word
from chatbot.types import Audience
from knowledge_base.types import Passage

State = Literal["found", "silent", "no_section"]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]

# Weights of the parts of a score, set by reading answers on the label set; the section counts most, because the right
# sentence of the wrong section ("pregnancy" in a trial's exclusion list) is the commonest mistake.
_SECTION: Final = 1.6
_HEADING: Final = 0.4
_CUE: Final = 0.35
_MAX_CUES: Final = 3
_WORDS: Final = 1.5
_PARTNER_NAME: Final = 1.2
_PARTNER_CLASS: Final = 0.8
_SIMILARITY: Final = 1.0
_RANK: Final = 0.5
_PLACE: Final = 0.15
_AVOID: Final = 0.8
_LONG: Final = 0.25
_LONG_CHARS: Final = 420
_ROW: Final = 0.5
_SINGLE: Final = 0.5
_FOR_READER: Final = 0.3

_LEANS: Final = 0.35
_STUDY: Final = 0.5
_FIRST_SHARE: Final = 0.9
"""The first sentence of the answer is the earliest of those that score at least this share of the best."""

# "Other effects are…", "These patients…": can not open an answer, because what they lean on is not quoted.
_LEANING: Final = re.compile(
    r"^(?:other|also|in addition|additional(?:ly)?|these|this|such|those|it|they|however|therefore|thus|similarly"
    r"|for example|in comparison|moreover|the (?:same|latter|above)|both)\b"
)
_STUDY_TALK: Final = re.compile(
    r"\b(?:prospective|retrospective|cohort|case[- ]control|randomi[sz]ed|double-blind|open-label|relapse|n ?= ?\d+"
    r"|healthy (?:subjects|volunteers)|were (?:enrolled|followed|exposed)|study followed|meta-analys[ei]s|95% ci"
    r"|confidence interval)\b"
)
_STUDY_ASPECTS: Final = frozenset({"clinical_studies", "pharmacokinetics", "toxicology"})

_RELATIVE_CUT: Final = 0.62
"""A sentence below this share of the best one's score is not taken."""
_SAME_WORDS: Final = 0.6
_N_EMBEDDED: Final = 10
_MIN_SIMILARITY: Final = 0.42
_MIN_PASSAGE_SIMILARITY: Final = 0.3
_MIN_SHARED_WORDS: Final = 0.5
_N_QUOTES: Final[dict[Audience, int]] = {"patient": 5, "clinician": 6}
_QUOTE_CHARS: Final[dict[Audience, int]] = {"patient": 1300, "clinician": 2000}
_TOKEN: Final = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """The other side of an interaction question, as a label may write it."""

    names: re.Pattern[str]
    classes: re.Pattern[str] | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a sentence must do to answer the question."""

    question: str
    aspects: tuple[AspectRules, ...]
    words: tuple[Word, ...]
    audience: Audience
    partner: Partner | None = None
    ingredient: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A quoted stretch of a source: `source_text[start:end] == text`."""

    passage: Passage
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteGroup:
    """The quotes of one medicine (or of no medicine), and what it means if there are none."""

    ingredient: str | None
    quotes: tuple[Quote, ...]
    state: State = "found"
    partner: str | None = None
    n_words: int = 0
    """How many words of the question say what is asked."""
    unmatched_words: tuple[str, ...] = ()
    """Words of the question that no quoted sentence shares."""


def pick_quotes(need: Need, candidates: Sequence[Candidate], embed: Embed | None = None) -> tuple[Quote, ...]:
    """The sentences that answer `need`, the most direct first; empty when none does."""
    fitting = [candidate for candidate in candidates if _fits(need, candidate)]
    scored = sorted(
        ((_score(need, one), one) for one in fitting), key=lambda pair: (-pair[0], pair[1].rank, pair[1].start)
    )
    if embed is not None and scored and not need.aspects:
        scored = _with_similarity(need, _near_passages(need, scored), embed)
    scored = [(score, one) for score, one in scored if score > 0]
    return _in_reading_order(need, _take(need, scored))


def unmatched(words: Sequence[Word], quotes: Sequence[Quote]) -> tuple[str, ...]:
    """The words of the question that none of the quotes shares."""
    text = " ".join(quote.text.lower() for quote in quotes)
    return tuple(word.said for word in words if not word.pattern.search(text))


def _fits(need: Need, candidate: Candidate) -> bool:
    """Whether the sentence speaks of what is asked at all."""
    text = candidate.lower
    if need.partner is not None:
        return _names_partner(need.partner, text) > 0
    if not need.aspects:
        return True
    return any(_on_aspect(aspect, candidate, text) for aspect in need.aspects) or _shares_words(need, text)


def _on_aspect(aspect: AspectRules, candidate: Candidate, text: str) -> bool:
    passage = candidate.passage
    says_subject = aspect.cues[0].search(text) is not None
    if aspect.is_home(passage.section_code, passage.section_title):
        return says_subject or not aspect.strict
    return passage.section_code in aspect.sections and says_subject


def _shares_words(need: Need, text: str) -> bool:
    if not need.words:
        return False
    return sum(bool(word.pattern.search(text)) for word in need.words) / len(need.words) > _MIN_SHARED_WORDS


def _score(need: Need, candidate: Candidate) -> float:
    text = candidate.lower
    score = max(
        (_aspect_score(aspect, candidate, text, n) for n, aspect in enumerate(need.aspects)), default=_SECTION / 2
    )
    if need.words:
        score += _WORDS * sum(bool(word.pattern.search(text)) for word in need.words) / len(need.words)
    if need.partner is not None:
        score += _names_partner(need.partner, text)
    score += _RANK / candidate.rank + _PLACE / (1 + candidate.place)
    score -= _LONG * max(0.0, len(text) / _LONG_CHARS - 1.0)
    score -= _ROW if candidate.form == "row" else 0.0
    score -= _LEANS if _LEANING.match(text) else 0.0
    if _STUDY_TALK.search(text) and not _STUDY_ASPECTS & {aspect.name for aspect in need.aspects}:
        score -= _STUDY
    ingredients = candidate.passage.document.ingredients
    if need.ingredient is not None:
        score += _SINGLE if ingredients == (need.ingredient,) else 0.0
    for_patients = candidate.passage.kind == "patient"
    return score + (_FOR_READER if for_patients == (need.audience == "patient") else 0.0)


def _aspect_score(aspect: AspectRules, candidate: Candidate, text: str, place: int) -> float:
    passage = candidate.passage
    score = _SECTION * aspect.section_prior(passage.section_code, passage.section_title) * 0.85**place
    score += _HEADING if aspect.headings.search(passage.section_title.lower()) else 0.0
    score += _CUE * min(_MAX_CUES, sum(cue.search(text) is not None for cue in aspect.cues))
    return score - _AVOID * sum(cue.search(text) is not None for cue in aspect.avoid)


def _names_partner(partner: Partner, text: str) -> float:
    if partner.names.search(text):
        return _PARTNER_NAME
    return _PARTNER_CLASS if partner.classes is not None and partner.classes.search(text) else 0.0


def _with_similarity(
    need: Need, scored: Sequence[tuple[float, Candidate]], embed: Embed
) -> list[tuple[float, Candidate]]:
    """The best few by rules, ranked again with their nearness to the question; with no aspect, far ones drop out."""
    head = scored[:_N_EMBEDDED]
    if not head:
        return []
    vectors = embed([need.question, *(one.text for _, one in head)])  # (1 + n, d), L2-normalised
    nearness = vectors[1:] @ vectors[0]
    again = [
        (score + _SIMILARITY * float(near), one)
        for (score, one), near in zip(head, nearness, strict=True)
        if need.aspects or near >= _MIN_SIMILARITY or (need.ingredient and _shares_words(need, one.lower))
    ]
    return sorted(again, key=lambda pair: (-pair[0], pair[1].rank, pair[1].start))


def _near_passages(need: Need, scored: Sequence[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    """Only sentences of passages that are near the question; all of them once the medicine is known."""
    if need.ingredient is not None:
        return list(scored)
    return [(score, one) for score, one in scored if (one.similarity or 0.0) >= _MIN_PASSAGE_SIMILARITY]


def _take(need: Need, scored: Sequence[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    taken: list[tuple[float, Candidate]] = []
    words: list[frozenset[str]] = []
    n_chars = 0
    for score, one in scored:
        if len(taken) == _N_QUOTES[need.audience] or score < _RELATIVE_CUT * scored[0][0]:
            break
        mine = frozenset(_TOKEN.findall(one.lower))
        if any(_overlap(mine, others) > _SAME_WORDS for others in words):
            continue
        if taken and n_chars + len(one.text) > _QUOTE_CHARS[need.audience]:
            continue
        taken.append((score, one))
        words.append(mine)
        n_chars += len(one.text)
    return taken


def _overlap(mine: frozenset[str], others: frozenset[str]) -> float:
    return len(mine & others) / max(1, min(len(mine), len(others)))


def _in_reading_order(need: Need, taken: Sequence[tuple[float, Candidate]]) -> tuple[Quote, ...]:
    """The most direct sentence first, then the others as they stand in their documents."""
    if not taken:
        return ()
    documents = [one.passage.document.id for _, one in taken]
    in_order = sorted(taken, key=lambda pair: (documents.index(pair[1].passage.document.id), pair[1].start))
    direct = (pair for pair in in_order if pair[0] >= _FIRST_SHARE * taken[0][0] and not _LEANING.match(pair[1].lower))
    first = next(direct, taken[0])
    rest = [pair for pair in in_order if pair is not first]
    return tuple(
        Quote(passage=one.passage, start=one.start, end=one.end, text=one.text, score=score)
        for score, one in [first, *rest]
    )
