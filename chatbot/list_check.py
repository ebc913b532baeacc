"""What the labels of a list of medicines say of each other, in both directions, and what the list holds twice.

For each medicine the sections on interactions, contraindications and warnings of its own labels are read for the
name of every other one, the names of its classes, and those of its broad classes. Silence is told as silence and
never as safety. Knows the store and the names; knows no screen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import Final, NamedTuple, Protocol

from chatbot.candidates import Candidate, collect_candidates, unranked, without_summaries
from chatbot.manner import is_boilerplate, speaks_of_taking_together
from chatbot.medicine_list import Duplicate, LabelState, ListCheck, NamedBy, Pair, Statement
from knowledge_base import loinc
from knowledge_base.drug_classes import WIDE_CLASSES, DrugClasses, drug_classes
from knowledge_base.drug_names import DrugLexicon, Resolution
from knowledge_base.errors import VademecumError
from knowledge_base.medicine_table import canonical_ingredient
from knowledge_base.scopes import Interactant, interactant_of
from knowledge_base.types import DocumentInfo, Passage, Section
from knowledge_base.words import folded_words, padded_words

_SECTIONS: Final[Mapping[str, float]] = {
    loinc.CONTRAINDICATIONS: 1.0,
    loinc.INTERACTIONS: 1.0,
    loinc.BOXED_WARNING: 0.9,
    loinc.DO_NOT_USE: 0.9,
    loinc.ASK_DOCTOR_OR_PHARMACIST: 0.9,
    loinc.WARNINGS_AND_PRECAUTIONS: 0.8,
    loinc.WARNINGS: 0.8,
    loinc.PRECAUTIONS: 0.7,
    "34072-9": 0.7,
    loinc.ASK_DOCTOR: 0.7,
    loinc.WHEN_USING: 0.6,
    loinc.DOSAGE: 0.5,
    loinc.PATIENT_INFORMATION: 0.4,
    loinc.MEDICATION_GUIDE: 0.4,
    loinc.PATIENT_PACKAGE_INSERT: 0.4,
    "68498-5": 0.4,
}
"""Where a label speaks of other medicines, and which of these sections is quoted first."""
_HOME: Final = frozenset({loinc.INTERACTIONS, loinc.ASK_DOCTOR_OR_PHARMACIST})
"""Sections in which every sentence is about medicines taken together."""
_NEARNESS: Final[Mapping[NamedBy, float]] = {"name": 3.0, "class": 2.0, "broad class": 1.0}
_STRENGTH: Final = 0.5
_ROW: Final = 1.2
"""A sentence on the class says more than a row of a table that only lists the name."""
_SEVERITY: Final = re.compile(
    r"\b(?:contraindicated|(?:do|must|should) not (?:be )?(?:use[d]?|take[n]?|administer(?:ed)?|co-?administer(?:ed)?|"
    r"give[n]?|combine[d]?|start(?:ed)?)|not recommended|avoid(?:ed)?(?: (?:concomitant|concurrent|co-?administration|"
    r"the use|use|taking|combin\w+))?|discontinue|life-threatening|fatal(?:ities)?|serious|severe|"
    r"(?:closely |carefully |frequently )?monitor(?:ed|ing)?|reduc(?:e|ing|tion of) (?:the )?(?:dose|dosage)|"
    r"dos(?:e|age) (?:reduction|adjustment)|adjust(?:ed|ment)?|caution)\b",
    re.IGNORECASE,
)
_MAX_LABELS: Final = 6
"""Labels of one medicine that are read: single-ingredient ones first, then the newest."""
_MAX_STATEMENTS: Final = 2
"""Sentences shown for one direction of a pair."""
_MAX_MEDICINES: Final = 30
_NARROW: Final = 24
"""Two members of a class of at most this many are told as a possible duplication."""
_NO_DUPLICATION: Final = frozenset({"qt_prolonging"})
"""Groups by a shared harm, not by what they are taken for."""


class Store(Protocol):
    """What the check needs of the passage store."""

    def documents(self) -> list[DocumentInfo]:
        """Every visible document."""
        ...

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """The sections of one document, in order."""
        ...

    def passages_of(self, document_id: str, codes: Collection[str] | None = None) -> list[Passage]:
        """The passages of one document, in order."""
        ...


class Names(Protocol):
    """What the check needs of a retriever."""

    @property
    def lexicon(self) -> DrugLexicon:
        """The names the knowledge base holds."""
        ...

    def resolve(self, text: str) -> Resolution:
        """The medicines a text names."""
        ...


class _Said(NamedTuple):
    """A quotable sentence of a label and its folded words between single spaces."""

    candidate: Candidate
    folded: str


class _Label(NamedTuple):
    """What the labels of one ingredient hold that may speak of other medicines."""

    sentences: tuple[_Said, ...]
    n_documents: int
    has_section: bool


class ListChecker:
    """Checks lists against one knowledge base."""

    def __init__(self, store: Store, names: Names, classes: DrugClasses | None = None) -> None:
        self._store = store
        self._names = names
        self._classes = classes or drug_classes()

    def check(self, items: Sequence[str]) -> ListCheck:
        """Read a list, one medicine or product an item.

        Raises:
            VademecumError: fewer than one item or more than can be read.
        """
        items = [item.strip() for item in items if item.strip()]
        if not 1 <= len(items) <= _MAX_MEDICINES:
            raise VademecumError(f"a list of 1 to {_MAX_MEDICINES} medicines can be checked, this one has {len(items)}")
        read = [(item, self._names.resolve(item)) for item in items]
        held: dict[str, list[str]] = {}
        for item, resolution in read:
            for drug in resolution.mentions:
                for ingredient in drug.ingredients:
                    held.setdefault(ingredient, []).append(item)
        mentions = [drug for _, resolution in read for drug in resolution.mentions]
        together = {frozenset(drug.ingredients) for drug in mentions}
        ingredients = list(held)
        labels = {one: self._label(one) for one in ingredients}
        others = {one: interactant_of(self._names.lexicon, self._classes, (one,)) for one in ingredients}
        return ListCheck(
            items=tuple(items),
            drugs=tuple(drug for drug in mentions if drug.ingredients),
            unclear=tuple(drug for drug in mentions if drug.match == "ambiguous"),
            unknown=tuple(self._unknown(read)),
            duplicates=tuple(self._duplicates(held)),
            pairs=tuple(
                self._pair(one, other, labels, others)
                for one, other in combinations(ingredients, 2)
                if not any({one, other} <= parts for parts in together)
            ),
        )

    def _unknown(self, read: Iterable[tuple[str, Resolution]]) -> Iterator[str]:
        """Names that no document here is about; an item with no name read in it is one itself."""
        for item, resolution in read:
            if resolution.unknown:
                yield from resolution.unknown
            elif not resolution.mentions:
                yield item

    def _duplicates(self, held: Mapping[str, Sequence[str]]) -> Iterator[Duplicate]:
        for ingredient, items in held.items():
            if len(items) > 1:
                yield Duplicate(shared=ingredient, items=tuple(items))
        by_class: dict[str, list[str]] = {}
        for ingredient in held:
            for name in self._classes.classes_of(canonical_ingredient(ingredient)):
                by_class.setdefault(name, []).append(ingredient)
        told: set[tuple[str, ...]] = set()
        # The narrowest class says most of why two medicines are too alike.
        for name, members in sorted(by_class.items(), key=lambda entry: len(self._classes.members(entry[0]))):
            n_members = len(self._classes.members(name))
            if (
                len(members) < 2
                or n_members > _NARROW
                or name in _NO_DUPLICATION | WIDE_CLASSES
                or tuple(members) in told
            ):
                continue
            told.add(tuple(members))
            yield Duplicate(shared=self._classes.phrases(name)[0], items=tuple(members), is_class=True)

    def _pair(self, one: str, other: str, labels: Mapping[str, _Label], others: Mapping[str, Interactant]) -> Pair:
        forth = self._statements(one, other, labels[one], others[other])
        back = self._statements(other, one, labels[other], others[one])
        return Pair(
            one=one,
            other=other,
            statements=(*forth, *back),
            one_state=_state(labels[one], forth),
            other_state=_state(labels[other], back),
        )

    def _statements(self, ingredient: str, other: str, label: _Label, names: Interactant) -> list[Statement]:
        shared = self._shared_phrases(ingredient, other)
        found: list[tuple[float, Candidate, NamedBy]] = []
        for said in label.sentences:
            named_by = _named_by(names, said, own=shared, wide=self._wide_phrases)
            if named_by is not None:
                code = said.candidate.passage.section_code or ""
                strength = _STRENGTH if _SEVERITY.search(said.candidate.text) else 0.0
                strength -= _ROW if said.candidate.form == "row" else 0.0
                found.append((_NEARNESS[named_by] + _SECTIONS.get(code, 0.0) + strength, said.candidate, named_by))
        found.sort(key=lambda entry: -entry[0])
        distinct: dict[str, Statement] = {}
        for _, candidate, named_by in found:
            if len(distinct) == _MAX_STATEMENTS:
                break
            # Generics repeat each other's sentences, and one candidate may hold another; one of them is enough.
            words = " ".join(candidate.lower.split())
            if not any(words in other or other in words for other in distinct):
                distinct[words] = _to_statement(ingredient, other, candidate, named_by)
        return list(distinct.values())

    def _shared_phrases(self, ingredient: str, other: str) -> frozenset[str]:
        """Names of classes that both belong to: in its own label such a name mostly means the medicine itself."""
        one = set(self._classes.classes_of(canonical_ingredient(ingredient)))
        return self._forms(one.intersection(self._classes.classes_of(canonical_ingredient(other))))

    @cached_property
    def _wide_phrases(self) -> frozenset[str]:
        return self._forms(WIDE_CLASSES)

    def _forms(self, class_names: Iterable[str]) -> frozenset[str]:
        phrases = (" ".join(folded_words(phrase)) for name in class_names for phrase in self._classes.phrases(name))
        return frozenset(form for phrase in phrases for form in (phrase, f"{phrase}s"))

    def _label(self, ingredient: str) -> _Label:
        documents = self._labels_of.get(canonical_ingredient(ingredient), [])[:_MAX_LABELS]
        passages = [one for document in documents for one in self._store.passages_of(document.id, set(_SECTIONS))]
        sentences = (
            _Said(candidate, padded_words(candidate.lower))
            for candidate in collect_candidates(without_summaries(unranked(passages)))
            if not is_boilerplate(candidate.lower)
        )
        has_section = any(
            section.code in _HOME for document in documents for section in self._store.sections(document.id)
        )
        return _Label(tuple(sentences), len(documents), has_section)

    @cached_property
    def _labels_of(self) -> dict[str, list[DocumentInfo]]:
        """The documents about each ingredient, the most fitting first."""
        found: dict[str, list[DocumentInfo]] = {}
        for document in self._store.documents():
            for ingredient in {canonical_ingredient(one) for one in document.ingredients}:
                found.setdefault(ingredient, []).append(document)
        for documents in found.values():
            documents.sort(key=lambda one: one.effective_date or "", reverse=True)
            documents.sort(key=lambda one: (len(one.ingredients), one.kind != "label"))
        return found


def _named_by(names: Interactant, said: _Said, *, own: Collection[str], wide: Collection[str]) -> NamedBy | None:
    """How a sentence names the other medicine, if it does and speaks of taking both."""
    at_home = said.candidate.passage.section_code in _HOME
    if not at_home and not speaks_of_taking_together(said.candidate.lower):
        return None
    if _holds(said.folded, names.names):
        return "name"
    passed_over = set(wide) if at_home else {*wide, *own}
    if _holds(said.folded, [phrase for phrase in names.phrases if phrase not in passed_over]):
        return "class"
    return "broad class" if _holds(said.folded, [one for one in names.broad if one not in passed_over]) else None


def _holds(folded: str, phrases: Iterable[str]) -> bool:
    return any(f" {phrase} " in folded for phrase in phrases)


def _to_statement(ingredient: str, other: str, candidate: Candidate, named_by: NamedBy) -> Statement:
    lead = candidate.lead
    severity = _SEVERITY.search(candidate.text) or (_SEVERITY.search(lead.text) if lead is not None else None)
    return Statement(
        ingredient=ingredient,
        other=other,
        passage=candidate.passage,
        start=candidate.start,
        end=candidate.end,
        text=candidate.text,
        lead=lead,
        named_by=named_by,
        severity=severity.group() if severity is not None else None,
    )


def _state(label: _Label, statements: Sequence[Statement]) -> LabelState:
    if statements:
        return "found"
    if not label.n_documents:
        return "no_label"
    return "silent" if label.has_section else "no_section"
