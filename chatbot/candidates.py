"""From passages to the sentences that could be quoted, with their places in the source.

Knows passages and sentence forms; judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from chatbot.manner import points_back
from chatbot.sentences import Sentence, is_cross_reference, split_sentences
from knowledge_base import loinc
from knowledge_base.types import Passage, ScoredPassage

_UNWRAPPED_FORMATS: Final = frozenset({"spl", "openfda", "ngc"})
"""Formats whose readers write a paragraph as one line."""
_MIN_CHARS: Final = 18
_MIN_ITEM_CHARS: Final = 8
_MAX_ITEM_CHARS: Final = 140
_MAX_CHARS: Final = 900
_UNRANKED: Final = 40
_MAX_GAP: Final = 4
"""Characters between two passages of one section: the line breaks that chunking leaves out."""
_MAX_LEAD_CHARS: Final = 350
_SPLIT: Final = 4096
"""Texts whose sentences are remembered, about 8 MB: one answer reads a passage for quotes, for what goes before the
next one and for conflicts, and the next answer on the same medicine reads it again."""
_MAX_JOINED_CHARS: Final = 600
"""A sentence that points back is quoted with the one before it up to this length, and passed over beyond."""


class Lead(NamedTuple):
    """Words that others go on from, a list's lead-in or the sentence before: where they stand, and their text."""

    passage: Passage
    start: int
    end: int
    text: str


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
    lead: Lead | None = None
    """For a line of a list, or a sentence that points back out of its passage: the words it goes on from."""

    @property
    def lower(self) -> str:
        """The text in lower case, which patterns see; a line of a list with the words it goes on from."""
        text = f"{self.lead.text} {self.text}" if self.lead is not None else self.text
        return _ADDRESS.sub(" ", text).lower()


Neighbour = Callable[[Passage], Passage | None]
"""The passage that stands right before another in the same section, if there is one."""


# Sections of a Drug Facts label whose title is the beginning of each line under it: "Stop use and ask a doctor if".
LEAD_IN_SECTIONS: Final = frozenset(
    {
        loinc.DO_NOT_USE,
        loinc.ASK_DOCTOR,
        loinc.ASK_DOCTOR_OR_PHARMACIST,
        loinc.WHEN_USING,
        loinc.STOP_USE,
        loinc.OTC_PURPOSE,
        loinc.OTC_ACTIVE,
        "51727-6",
    }
)


_DRUG_FACTS: Final = frozenset(
    {loinc.INDICATIONS, loinc.DOSAGE, loinc.STORAGE, loinc.PREGNANCY_OTC, loinc.KEEP_OUT_OF_REACH}
)
_NAMED_CELL: Final = re.compile(r"[^|:]+: [^|]+(?:\||$)")
"""A cell with the head of its column: "Dose: 10 mg"."""
_ADDRESS: Final = re.compile(r"\bhttps?://\S+|\bwww\.\S+")
"""A web address is made of words that say nothing of the sentence it stands in."""
_NONE: Final = re.compile(r"None\b(?: known)?\.?(?:\s+None\b(?: known)?\.?)?(?:\s*\(\s*4\s*\))?")
"""The whole text of many a section on contraindications."""
_OPEN_END: Final = re.compile(r":(?: ?\d{1,2}\.)?$")
"""A lead-in without what it leads in, with the number of the first item or without."""
_DATED: Final = re.compile(r"\b\d{1,2} ?/ ?\d{4}$")
"""A line of the recent major changes: what changed, and the month."""
_IT: Final = re.compile(r"It\b")
_NO_SENTENCE: Final = re.compile(r"^(?:[A-Z][\w-]*\W*){1,3}(?:\(.*\)|\[.*\])?\W*$|.*[|=]|.*,$")
"""A name or a cell of a table: a line that says nothing when no lead-in stands before it."""
_HEADING_AGAIN: Final = re.compile(r"(?:in)?active ingredients?(?: ?\((?:in|per) [^)]*\))?(?: purposes?)?\W*", re.I)
"""The heading of a Drug Facts box, which some labels repeat as text."""
_FOOTNOTE: Final = re.compile(r"^(?:[*\u2020\u2021\u00a7\u00b6#]|\([a-z]\)|\[[a-z]\])")


def ranked(passages: Iterable[ScoredPassage]) -> list[tuple[Passage, int, float | None]]:
    """Passages as retrieval brought them, with rank and similarity."""
    return [(scored.passage, scored.rank, scored.similarity) for scored in passages]


def unranked(passages: Iterable[Passage]) -> list[tuple[Passage, int, float | None]]:
    """Passages that were looked up, not retrieved."""
    return [(passage, _UNRANKED, None) for passage in passages]


def without_summaries(
    passages: Sequence[tuple[Passage, int, float | None]],
) -> list[tuple[Passage, int, float | None]]:
    """Without the Highlights of sections that are there in full: they may contradict the body, and the body holds."""
    in_full = {one.section_code for one, _, _ in passages if not loinc.is_highlights(one.section_path)}
    return [
        found
        for found in passages
        if not loinc.is_highlights(found[0].section_path) or found[0].section_code not in in_full
    ]


def collect_candidates(
    passages: Iterable[tuple[Passage, int, float | None]], neighbour: Neighbour | None = None
) -> list[Candidate]:
    """The quotable sentences of the passages; a passage that comes twice counts once, by its first place.

    Args:
        passages: with rank and similarity, in any order.
        neighbour: asked for the passage before one that opens in the middle of a list or of a thought.
    """
    first = {passage.id: (passage, rank, similarity) for passage, rank, similarity in reversed(list(passages))}
    in_order = sorted(first.values(), key=lambda one: (one[0].document.id, one[0].start))
    found: list[Candidate] = []
    said = _Said()
    before: Passage | None = None
    for passage, rank, similarity in in_order:
        if before is None or not adjoin(before, passage):
            said = _said_before(passage, neighbour)
        before = passage
        candidates, said = _of_passage(passage, rank, similarity, said)
        found.extend(candidate for candidate in candidates if _is_quotable(candidate))
    return found


def adjoin(before: Passage, passage: Passage) -> bool:
    """Whether a list or a thought may go on from one passage into the other."""
    same_section = before.document.id == passage.document.id and before.section_path == passage.section_path
    return same_section and 0 <= passage.start - before.end <= _MAX_GAP


class _Said(NamedTuple):
    """What stands open where a passage begins: a list's lead-in, and the last sentence."""

    lead: Lead | None = None
    last: Candidate | None = None


def _said_before(passage: Passage, neighbour: Neighbour | None) -> _Said:
    """What the passage before says last; asked for only where this one can not be read without."""
    if neighbour is None:
        return _Said()
    sentences = _split(passage)
    opening = passage.text[sentences[0].start : sentences[0].end] if sentences else ""
    if not opening or (sentences[0].form != "fragment" and not points_back(opening.lower())):
        return _Said()
    before = neighbour(passage)
    return _of_passage(before, _UNRANKED, None, _Said())[1] if before is not None else _Said()


def _split(passage: Passage) -> Sequence[Sentence]:
    return _sentences(passage.text, passage.document.format not in _UNWRAPPED_FORMATS)


@lru_cache(maxsize=_SPLIT)
def _sentences(text: str, wrapped: bool) -> Sequence[Sentence]:
    return tuple(_whole_tables(text, split_sentences(text, wrapped=wrapped)))


def _whole_tables(text: str, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """Rows whose cells do not say what they are, made one with their header as far as a quote may be long."""
    table: Sentence | None = None
    for sentence in sentences:
        is_bare = _is_bare_row(sentence, text[sentence.start : sentence.end])
        if is_bare and table is not None and sentence.end - table.start <= _MAX_CHARS:
            table = table._replace(end=sentence.end)
            continue
        if table is not None:
            yield table
        table = sentence if is_bare else None
        if not is_bare:
            yield sentence
    if table is not None:
        yield table


def _of_passage(passage: Passage, rank: int, similarity: float | None, said: _Said) -> tuple[list[Candidate], _Said]:
    """The sentences of a passage, quotable or not, and what stands open at its end."""
    candidates: list[Candidate] = []
    lead, last = said
    header: Lead | None = None
    sentences = _split(passage)
    with_items = _holds_items(passage, sentences)
    for place, sentence in enumerate(sentences):
        text = passage.text[sentence.start : sentence.end]
        is_item = sentence.form == "fragment" and (with_items or lead is not None)
        candidate = Candidate(
            passage=passage,
            start=passage.start + sentence.start,
            end=passage.start + sentence.end,
            text=text,
            form="item" if is_item else sentence.form,
            place=place,
            rank=rank,
            similarity=similarity,
            lead=lead if is_item else None,
        )
        if _stands_alone(passage, text):
            candidate = replace(candidate, form="sentence")
        is_bare = _is_bare_row(sentence, text)
        if header is not None and is_bare:
            candidate = replace(candidate, lead=header)
        else:
            header = _header_of(candidate) if is_bare and candidate.form == "row" else None
        if not is_item:
            lead = _lead_of(candidate)
        if sentence.form in {"sentence", "list"} and points_back(text.lower()):
            candidate = _with_sentence_before(candidate, last)
        last = candidate
        candidates.append(candidate)
    return candidates, _Said(lead, last)


def _is_bare_row(sentence: Sentence, text: str) -> bool:
    """Whether it is of a table whose rows do not say what their cells are."""
    return sentence.form == "row" and _NAMED_CELL.search(text) is None


def _header_of(candidate: Candidate) -> Lead:
    """The first line of a table."""
    first = candidate.text.split("\n", 1)[0]
    return Lead(candidate.passage, candidate.start, candidate.start + len(first), first)


def _with_sentence_before(candidate: Candidate, before: Candidate | None) -> Candidate:
    """A sentence that points back, with the one before it; a fragment where that can not be quoted."""
    if before is None or before.form == "heading":
        # At the head of a section "it" is the medicine.
        return candidate if _IT.match(candidate.text) else replace(candidate, form="fragment")
    if before.form not in {"sentence", "list"} or not _is_quotable(before):
        return replace(candidate, form="fragment")
    if before.passage.id != candidate.passage.id or before.form == "list":
        if before.lead is not None or len(before.text) > _MAX_JOINED_CHARS:
            return replace(candidate, form="fragment")
        return replace(candidate, lead=Lead(before.passage, before.start, before.end, before.text))
    start, passage = before.start, candidate.passage
    if candidate.end - start > _MAX_JOINED_CHARS:
        return replace(candidate, form="fragment")
    text = passage.text[start - passage.start : candidate.end - passage.start]
    return replace(candidate, start=start, text=text, lead=before.lead)


def _lead_of(candidate: Candidate) -> Lead | None:
    """The lead-in that a list or a sentence with a colon leaves open for the lines after it."""
    head, colon, _ = candidate.text.partition(":\n") if candidate.form == "list" else (candidate.text, "", "")
    text = head + colon.rstrip("\n")
    if candidate.form not in {"list", "sentence"} or not text.endswith(":") or len(text) > _MAX_LEAD_CHARS:
        return None
    return Lead(candidate.passage, candidate.start, candidate.start + len(text), text)


def _is_quotable(candidate: Candidate) -> bool:
    text = candidate.text
    if candidate.form == "sentence" and _stands_alone(candidate.passage, text):
        return True
    shortest = _MIN_ITEM_CHARS if candidate.form == "item" else _MIN_CHARS
    if candidate.form in {"heading", "fragment"} or not shortest <= len(text) <= _MAX_CHARS:
        return False
    if candidate.form == "sentence" and _OPEN_END.search(text):
        return False
    if candidate.form == "item" and candidate.lead is None and _NO_SENTENCE.match(text):
        return False
    if len(_ADDRESS.findall(text)) > 1:
        return False
    if _HEADING_AGAIN.fullmatch(text):
        return False
    return not (is_cross_reference(text) or _FOOTNOTE.match(text) or text.count("(") != text.count(")"))


def _stands_alone(passage: Passage, text: str) -> bool:
    """Whether a line that is no sentence says all there is to say in its section."""
    if passage.section_code == loinc.CONTRAINDICATIONS:
        return _NONE.fullmatch(text) is not None
    return passage.section_code == loinc.RECENT_CHANGES and _DATED.search(text) is not None


def _holds_items(passage: Passage, sentences: Sequence[Sentence]) -> bool:
    """Whether lines that are no whole sentences may be quoted: those of Drug Facts, whose heading leads them in."""
    if passage.section_code in LEAD_IN_SECTIONS:
        return True
    pieces = [one for one in sentences if one.form == "fragment"]
    is_listed = 2 * len(pieces) >= len(sentences) and all(one.end - one.start <= _MAX_ITEM_CHARS for one in pieces)
    return passage.section_code in _DRUG_FACTS and passage.kind == "label" and is_listed
