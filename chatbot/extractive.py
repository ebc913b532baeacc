"""The answer without a language model: the few label sentences that answer, in the label's own words.

A sentence is scored by where it stands, what it says, and how near it is to the question; the best few of one
medicine are taken, the most direct first. Knows candidates and rules; knows no index, no screen, no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chatbot.candidates import Candidate, Lead
from chatbot.conflicts import Conflict
from chatbot.evidence import AspectRules, Word
from chatbot.manner import is_boilerplate, leans, says_when_to_call, speaks_of_taking_together, talks_of_a_study
from chatbot.types import Audience
from knowledge_base import loinc
from knowledge_base.absence import Presence, SectionRead
from knowledge_base.types import Passage

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

# Weights of the parts of a score, set by reading answers on the label set; the section counts most, because the right
# sentence of the wrong section ("pregnancy" in a trial's exclusion list) is the commonest mistake.
_SECTION: Final = 1.6
_HEADING: Final = 0.4
_SUMMED_UP: Final = 0.4
_CUE: Final = 0.35
_MAX_CUES: Final = 4
_WORDS: Final = 1.0
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
_GUIDELINE: Final = 0.5
_OPEN_HEADING: Final = 1.2

_LEANS: Final = 0.5
_STUDY: Final = 0.6
_FIRST_SHARE: Final = 0.9
"""The first sentence of the answer is the earliest of those that score at least this share of the best."""

_HELP_ASPECTS: Final = frozenset({"side_effects", "serious_side_effects"})
_NAMED_THINGS: Final = frozenset(
    {"side_effects", "serious_side_effects", "interaction", "how_to_take", "food", "warnings", "allergy", "uses"}
    | {"contraindication", "monitoring"}
)
"""Aspects whose questions may name one thing that a label lists among many."""
_STUDY_ASPECTS: Final = frozenset({"clinical_studies", "pharmacokinetics", "toxicology"})

_TABULATED: Final = frozenset({"dose", "kidney", "liver", "children"})
"""Aspects that labels often answer in a table."""
_AMOUNTS: Final = _TABULATED | {"max_dose", "how_to_take", "onset"}
"""Aspects where another number makes another statement."""
_N_ROWS: Final = 3
"""Rows of one table that are quoted; of a second table none is."""

_RELATIVE_CUT: Final = 0.7
"""A sentence below this share of the best one's score is not taken."""
_SAME_WORDS: Final = 0.6
_N_EMBEDDED: Final = 6
_MIN_SIMILARITY: Final = 0.42
_MIN_PASSAGE_SIMILARITY: Final = 0.3
_MIN_SHARED_WORDS: Final = 0.5
_MIN_SHARED_OPEN: Final = 0.5
"""More than this share of the question's words must stand in a passage where no medicine narrows the search."""
_N_QUOTES: Final[dict[Audience, int]] = {"patient": 5, "clinician": 6}
_MIN_QUOTES: Final = 3
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
    share: float = 1.0
    """The share of an answer's length that is for this need; the question may have others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A quoted stretch of a source: `source_text[start:end] == text`."""

    passage: Passage
    start: int
    end: int
    text: str
    score: float
    lead: Lead | None = None
    """For a line of a list: the words it goes on from, to be quoted before it."""
    at_odds: bool = False
    """Whether it is one side of a conflict between documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteGroup:
    """The quotes of one medicine (or of no medicine), and what it means if there are none."""

    ingredient: str | None
    aspect: AspectRules | None
    quotes: tuple[Quote, ...]
    state: Presence = "found"
    """Whether the sections for what is asked say it; quotes of other sections may stand beside a "no_section"."""
    sections: tuple[SectionRead, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    partner: str | None = None
    partner_named: bool = False
    """Whether a quote names the other medicine itself, not only its class."""
    n_words: int = 0
    """How many words of the question say what is asked."""
    unmatched_words: tuple[str, ...] = ()
    """Words of the question that no quoted sentence shares."""
    fact: str | None = None
    """What the person told of themselves, where the quotes are there for that."""


def pick_quotes(need: Need, candidates: Sequence[Candidate], embed: Embed | None = None) -> tuple[Quote, ...]:
    """The sentences that answer `need`, the most direct first; empty when none does."""
    fitting = [candidate for candidate in candidates if _fits(need, candidate)]
    scored = sorted(
        ((_score(need, one), one) for one in fitting), key=lambda pair: (-pair[0], pair[1].rank, pair[1].start)
    )
    if embed is not None and scored and not need.aspects:
        scored = _with_similarity(need, _near_passages(need, scored), embed)
    scored = _on_topic(need, [(score, one) for score, one in scored if score > 0])
    if need.ingredient is None:
        # Where some sentence says most of what is asked, one that shares a single word of it is beside the point.
        scored = [(score, one) for score, one in scored if _shares_words(need, one.lower)] or scored
    return _in_reading_order(_with_help(need, _take(need, scored), scored))


def with_both_sides(quotes: Sequence[Quote], conflicts: Iterable[Conflict]) -> tuple[Quote, ...]:
    """The quotes, after the sentences of every conflict; none of these stands twice."""
    sides = [
        Quote(passage=one.passage, start=one.start, end=one.end, text=one.text, score=0.0, lead=one.lead, at_odds=True)
        for conflict in conflicts
        for one in (side.sentence for side in conflict.to_quote)
    ]
    rest = [quote for quote in quotes if not any(_is_said_by(quote, side) for side in sides)]
    return (*sides, *rest)


def _is_said_by(quote: Quote, side: Quote) -> bool:
    """Whether a quote is the sentence of a conflict again, there or in another label."""
    mine, others = (frozenset(_TOKEN.findall(one.text.lower())) for one in (quote, side))
    overlaps = quote.passage.document.id == side.passage.document.id and quote.start < side.end > side.start < quote.end
    return overlaps or mine <= others


def unmatched(words: Sequence[Word], quotes: Sequence[Quote]) -> tuple[str, ...]:
    """The words of the question that none of the quotes shares."""
    text = " ".join(quote.text.lower() for quote in quotes)
    return tuple(word.said for word in words if not word.pattern.search(text))


def _fits(need: Need, candidate: Candidate) -> bool:
    """Whether the sentence speaks of what is asked at all."""
    text = candidate.lower
    # What most sentences fail is cheap to see; boilerplate takes as long as all the rest.
    return _is_on_it(need, candidate, text) and not is_boilerplate(text)


def _is_on_it(need: Need, candidate: Candidate, text: str) -> bool:
    if need.partner is not None:
        # A list's lead-in may name the other medicine; the line itself must.
        return _names_partner(need.partner, candidate.text.lower()) > 0 and _is_of_both(candidate, text)
    if not need.aspects:
        return need.ingredient is not None or _fits_open_question(need, candidate, text)
    if need.aspects[0].strict:
        return _on_aspect(need.aspects[0], candidate, text)
    return any(_on_aspect(aspect, candidate, text) for aspect in need.aspects) or _shares_words(need, text)


def _is_of_both(candidate: Candidate, text: str) -> bool:
    return candidate.passage.section_code == loinc.INTERACTIONS or speaks_of_taking_together(text)


def _on_aspect(aspect: AspectRules, candidate: Candidate, text: str) -> bool:
    passage = candidate.passage
    says_subject = aspect.cues[0].search(text) is not None
    if aspect.is_home(passage.section_code, passage.section_title):
        return says_subject or not aspect.strict
    return says_subject and (aspect.anywhere or passage.section_code in aspect.sections)


def _fits_open_question(need: Need, candidate: Candidate, text: str) -> bool:
    """Where no medicine narrows the search: the passage with its headings is on most of what is asked."""
    passage = candidate.passage
    around = " ".join((passage.text, passage.document.title, *passage.section_path)).lower()
    if talks_of_a_study(text):
        return False
    return _shares_words(need, text, 0.0) and _shares_words(need, around, _MIN_SHARED_OPEN)


def _shares_words(need: Need, text: str, share: float = _MIN_SHARED_WORDS) -> bool:
    if not need.words:
        return False
    return sum(bool(word.pattern.search(text)) for word in need.words) / len(need.words) > share


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
    score -= _ROW if candidate.form == "row" and not _TABULATED & {aspect.name for aspect in need.aspects} else 0.0
    score -= _LEANS if leans(text) else 0.0
    if talks_of_a_study(text) and not _STUDY_ASPECTS & {aspect.name for aspect in need.aspects}:
        score -= _STUDY
    ingredients = candidate.passage.document.ingredients
    if need.ingredient is not None:
        score += _SINGLE if ingredients == (need.ingredient,) else 0.0
    else:
        score += _open_score(need, candidate.passage)
    for_patients = candidate.passage.kind == "patient"
    return score + (_FOR_READER if for_patients == (need.audience == "patient") else 0.0)


def _open_score(need: Need, passage: Passage) -> float:
    """What speaks for a passage where no medicine narrows the search: a guideline, and its headings."""
    score = _GUIDELINE if passage.kind == "guideline" else 0.0
    heading = " ".join(passage.section_path).lower()
    if need.words:
        score += _OPEN_HEADING * sum(bool(word.pattern.search(heading)) for word in need.words) / len(need.words)
    return score + (_GUIDELINE if "recommend" in heading else 0.0)


def _aspect_score(aspect: AspectRules, candidate: Candidate, text: str, place: int) -> float:
    passage = candidate.passage
    score = _SECTION * aspect.section_prior(passage.section_code, passage.section_title) * 0.85**place
    score += _HEADING if aspect.headings.search(passage.section_title.lower()) else 0.0
    title = passage.section_title.lower()
    score += _SUMMED_UP if aspect.prefer is not None and aspect.prefer.search(title) else 0.0
    score -= _SUMMED_UP if aspect.demote is not None and aspect.demote.search(title) else 0.0
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


def _on_topic(need: Need, scored: list[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    """Where the question names one thing ("grapefruit") and some sentence speaks of it, only such sentences."""
    core = need.aspects[0].core if need.aspects and need.partner is None else None
    if core is not None:
        scored = [(score, one) for score, one in scored if core.search(one.lower)] or scored
    if need.partner is not None or not need.words or not {aspect.name for aspect in need.aspects[:1]} & _NAMED_THINGS:
        return scored
    naming = [(score, one) for score, one in scored if _shares_words(need, one.lower, 0.0)]
    if need.aspects[0].name == "interaction":
        # Its blood level is not about taking it: "calcium" stands in many a sentence.
        naming = [(score, one) for score, one in naming if _is_of_both(one, one.lower)]
    return naming or scored


def _with_help(
    need: Need, taken: list[tuple[float, Candidate]], scored: Sequence[tuple[float, Candidate]]
) -> list[tuple[float, Candidate]]:
    """For patients asking of side effects, one sentence on when to stop or call is always among those taken."""
    wants = need.audience == "patient" and {aspect.name for aspect in need.aspects[:1]} & _HELP_ASPECTS
    if not wants or not taken or any(says_when_to_call(one.lower) for _, one in taken):
        return taken
    helping = [(score, one) for score, one in scored if says_when_to_call(one.lower)]
    return [*taken, *helping[:1]]


def _take(need: Need, scored: Sequence[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    most = max(_MIN_QUOTES, round(_N_QUOTES[need.audience] * need.share))
    taken: list[tuple[float, Candidate]] = []
    words: list[frozenset[str]] = []
    n_chars = 0
    for score, one in scored:
        if len(taken) == most or score < _RELATIVE_CUT * scored[0][0]:
            break
        mine = frozenset(_TOKEN.findall(one.lower))
        if any(_overlap(mine, others) > _SAME_WORDS and not _gives_another(need, mine, others) for others in words):
            continue
        rows = [other for _, other in taken if other.form == "row"]
        if one.form == "row" and (len(rows) == _N_ROWS or any(row.passage.id != one.passage.id for row in rows)):
            continue
        if taken and n_chars + len(one.text) > _QUOTE_CHARS[need.audience]:
            continue
        taken.append((score, one))
        words.append(mine)
        n_chars += len(one.text)
    return taken


def _overlap(mine: frozenset[str], others: frozenset[str]) -> float:
    return len(mine & others) / max(1, min(len(mine), len(others)))


def _gives_another(need: Need, mine: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two sentences that share most words give two doses."""
    shorter, longer = sorted((mine, others), key=len)
    return bool(_AMOUNTS & {aspect.name for aspect in need.aspects}) and any(map(str.isdigit, shorter - longer))


def _in_reading_order(taken: Sequence[tuple[float, Candidate]]) -> tuple[Quote, ...]:
    """The most direct sentence first, then the others as they stand in their documents."""
    if not taken:
        return ()
    documents = [one.passage.document.id for _, one in taken]
    in_order = sorted(taken, key=lambda pair: (documents.index(pair[1].passage.document.id), pair[1].start))
    upright = [pair for pair in taken if not leans(pair[1].lower)] or taken
    best = upright[0][0]
    first = next(pair for pair in in_order if pair in upright and pair[0] >= _FIRST_SHARE * best)
    rest = [pair for pair in in_order if pair is not first]
    return tuple(_joined([first, *rest]))


def _joined(taken: Sequence[tuple[float, Candidate]]) -> Iterator[Quote]:
    """Quotes, lines of one list that follow each other made one."""
    last: Quote | None = None
    last_place = -1
    for score, one in taken:
        quote = Quote(passage=one.passage, start=one.start, end=one.end, text=one.text, score=score, lead=one.lead)
        if (
            last is not None
            and one.form == "item"
            and one.passage.id == last.passage.id
            and one.place == last_place + 1
        ):
            start = last.start - one.passage.start
            text = one.passage.text[start : one.end - one.passage.start]
            last = replace(last, end=one.end, text=text)
        else:
            if last is not None:
                yield last
            last = quote
        last_place = one.place if one.form == "item" else -9
    if last is not None:
        yield last
