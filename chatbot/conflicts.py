"""Documents of one medicine that lay down different things on the same point.

Two documents are at odds if what one lays down on a point and what the other does have nothing in common; one that
states both limits contradicts neither. Other products (extended-release, an injection, without prescription) are not
at odds: what holds depends on the product. Knows candidates and points; picks no answer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.candidates import Candidate
from chatbot.points import Topic, points_of
from chatbot.sentences import list_items
from knowledge_base import loinc
from knowledge_base.types import DocumentInfo

_TOPICS_OF: Final[Mapping[str, tuple[Topic, ...]]] = {
    "kidney": ("kidney",),
    "contraindication": ("kidney",),
    "max_dose": ("max_dose",),
    "food": ("food",),
    "how_to_take": ("food",),
    "storage": ("storage",),
}
"""Which points an aspect asks for."""
_SECTIONS: Final[Mapping[Topic, frozenset[str]]] = {
    "kidney": frozenset(
        {loinc.DOSAGE, loinc.CONTRAINDICATIONS, loinc.WARNINGS, loinc.WARNINGS_AND_PRECAUTIONS, loinc.PRECAUTIONS}
        | {"88828-9", loinc.SPECIFIC_POPULATIONS}
    ),
    "food": frozenset({loinc.DOSAGE, loinc.PATIENT_INFORMATION, loinc.MEDICATION_GUIDE, loinc.PATIENT_PACKAGE_INSERT}),
    "max_dose": frozenset({loinc.DOSAGE}),
    "storage": frozenset({loinc.STORAGE, loinc.HOW_SUPPLIED}),
}
"""Where each point is laid down; elsewhere the same words tell of studies."""
_FULL_STOP: Final = re.compile(r"(?<=[a-z\u00b2)\]])\.\s+(?=[A-Z])")
_RELEASE: Final = re.compile(
    r"\b(?:(?:extended|sustained|prolonged|controlled)[- ]release|(?P<delayed>delayed)[- ]release"
    r"|(?:xr|er|sr|cr|xl|la|cd)(?=[ ,)]|$))",
    re.IGNORECASE,
)
_ROUTES: Final[Mapping[str, re.Pattern[str]]] = {
    "injection": re.compile(r"inject|infus|intraven|subcutan|\bpen\b|\bvial", re.I),
    "skin": re.compile(r"cream|ointment|\bgel\b|lotion|patch|transdermal|topical", re.I),
    "inhaled": re.compile(r"inhal|nebuli|aerosol|nasal", re.I),
    "eye or ear": re.compile(r"ophthalmic|otic\b|eye drops", re.I),
    "liquid": re.compile(r"suspension|syrup|oral solution|elixir", re.I),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one document lays down on a point, and the sentence that does."""

    document: DocumentInfo
    values: frozenset[str]
    sentence: Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two documents of one medicine at odds on a point, the newer first, or a label and its own Highlights."""

    topic: Topic
    sides: tuple[Side, Side]
    same_product: bool

    @property
    def within_one(self) -> bool:
        """Whether a label's Highlights contradict its own text; then the text holds."""
        return self.sides[0].document.id == self.sides[1].document.id

    @property
    def to_quote(self) -> tuple[Side, ...]:
        """What an answer must quote: both sides, or the text of the label alone."""
        return self.sides[:1] if self.within_one else self.sides


def topics_of(aspects: Iterable[str]) -> frozenset[Topic]:
    """The points that a question after these aspects asks for."""
    return frozenset(topic for aspect in aspects for topic in _TOPICS_OF.get(aspect, ()))


def sections_of(topics: Iterable[Topic]) -> frozenset[str]:
    """The LOINC codes of the sections in which these points are laid down."""
    return frozenset(code for topic in topics for code in _SECTIONS[topic])


def find_conflicts(
    candidates: Sequence[Candidate], topics: Collection[Topic], over_the_counter: Collection[str] = ()
) -> tuple[Conflict, ...]:
    """At most one conflict for each topic: the newest document against the newest that is at odds with it.

    Args:
        candidates: sentences of all documents of one medicine.
        topics: the points asked for.
        over_the_counter: ids of the documents that are labels of products sold without prescription.
    """
    bodies = _laid_down([one for one in candidates if not loinc.is_highlights(one.passage.section_path)], topics)
    summaries = _laid_down([one for one in candidates if loinc.is_highlights(one.passage.section_path)], topics)
    found: dict[Topic, Conflict] = {}
    for (topic, key), by_document in bodies.items():
        summed_up = summaries.get((topic, key), {})
        within = [
            Conflict(topic=topic, sides=(body, summed_up[document_id]), same_product=True)
            for document_id, body in by_document.items()
            if document_id in summed_up and not body.values & summed_up[document_id].values
        ]
        between = _at_odds(topic, sorted(by_document.values(), key=_age), over_the_counter)
        for conflict in (*between, *within):
            # One of the same product says more than one of two products.
            if topic not in found or conflict.same_product > found[topic].same_product:
                found[topic] = conflict
    return tuple(found.values())


def _laid_down(candidates: Sequence[Candidate], topics: Collection[Topic]) -> dict[tuple[Topic, str], dict[str, Side]]:
    """For each point, as (topic, key), what each document lays down."""
    found: dict[tuple[Topic, str], dict[str, list[tuple[str, Candidate]]]] = defaultdict(lambda: defaultdict(list))
    for one in candidates:
        for statement in _statements(one):
            for point in points_of(statement.lower()):
                if point.topic in topics and one.passage.section_code in _SECTIONS[point.topic]:
                    found[point.topic, point.key][one.passage.document.id].append((point.value, one))
    return {
        point: {document_id: _side(there) for document_id, there in by_document.items()}
        for point, by_document in found.items()
    }


def _statements(candidate: Candidate) -> Iterator[str]:
    """Each sentence by itself, and each item of a list after its lead-in."""
    head, items = list_items(candidate.text) if candidate.form == "list" else (candidate.text, [])
    if candidate.lead is not None:
        head = f"{candidate.lead.text} {head}"
    for statement in [f"{head} {item}" for item in items] or [head]:
        yield from _FULL_STOP.split(statement)


def _side(laid_down: Sequence[tuple[str, Candidate]]) -> Side:
    first = min(
        (one for _, one in laid_down), key=lambda one: (one.lead is not None, one.form != "sentence", one.start)
    )
    return Side(document=first.passage.document, values=frozenset(value for value, _ in laid_down), sentence=first)


def _age(side: Side) -> tuple[int, str]:
    """Sorts the newest first; what has no date comes last."""
    date = side.document.effective_date or ""
    return -int(date.replace("-", "") or 0) if date.replace("-", "").isdigit() else 0, side.document.id


def _at_odds(topic: Topic, sides: Sequence[Side], over_the_counter: Collection[str]) -> Iterator[Conflict]:
    for place, newer in enumerate(sides):
        for older in sides[place + 1 :]:
            if not newer.values & older.values:
                same = product(newer, over_the_counter) == product(older, over_the_counter)
                yield Conflict(topic=topic, sides=(newer, older), same_product=same)


def product(side: Side, over_the_counter: Collection[str]) -> tuple[str, str, bool]:
    """What kind of product a document is about: its release, its form, and whether it needs no prescription.

    Read from the title, the brands, and the sentence with its heading; a plain tablet where none says anything.
    """
    said = " ".join((side.document.title, *side.document.brands, side.sentence.passage.section_title))
    release = _RELEASE.search(f"{said} {side.sentence.text}")
    kind = "delayed" if release and release["delayed"] else "extended" if release else ""
    form = next((name for name, words in _ROUTES.items() if words.search(said)), "")
    return kind, form, side.document.id in over_the_counter
