"""Where every passage stands, as arrays: the part of a ranking that needs no text.

Built once for a generation of a knowledge base and looked at in parts, so that a ranking costs what its candidates
cost. Knows documents and sections, no questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from knowledge_base import loinc
from knowledge_base.aspects import Aspect
from knowledge_base.medicine_table import canonical_ingredient
from knowledge_base.types import DocumentInfo, Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_base.passage_store import PassageStore

_FOR_PATIENTS: Final = frozenset(
    (
        None,
        loinc.PATIENT_INFORMATION,
        loinc.MEDICATION_GUIDE,
        loinc.PATIENT_PACKAGE_INSERT,
        "68498-5",
        loinc.UNCLASSIFIED,
    )
)
"""Sections of any content, where the heading alone says what they hold."""
_UNREAD: Final = -1
_HEADING_BONUS: Final = 0.2
_HEADING_FLOOR: Final = 0.75
"""A section whose own title says the aspect counts at least this much, whatever its code."""


class Catalogue:
    """Documents, sections and kinds of passages, row by row in the order of their numbers: all of them, or a part.

    Values "for all rows" are for the rows of this catalogue or part; those that cost are worked out part by part.
    """

    def __init__(self, store: PassageStore) -> None:
        self._shared = _Shared(store)
        columns = self._shared.columns
        self.numbers, self._document = columns.number, columns.document
        self._code, self._title, self._kind = columns.code, columns.title, columns.kind

    @property
    def documents(self) -> tuple[DocumentInfo, ...]:
        """All documents, by id."""
        return self._shared.documents

    @property
    def recency(self) -> NDArray[np.float32]:
        """From 0 to 1 with the date of the document, for all rows."""
        return self._shared.recency[self._document]

    @property
    def provenance(self) -> NDArray[np.float32]:
        """How well the document can be cited, from 0 to 1, for all rows."""
        return self._shared.provenance[self._document]

    def part(self, rows: NDArray[np.int64]) -> Self:
        """The catalogue of some rows only."""
        part = copy(self)
        for name in ("numbers", "_document", "_code", "_title", "_kind"):
            setattr(part, name, getattr(self, name)[rows])
        return part

    def documents_of(self, ingredients: Collection[str]) -> tuple[DocumentInfo, ...]:
        """The documents about exactly these ingredients; failing those, about these and others.

        For several ingredients without a common document: the documents about one of them alone.
        """
        wanted = frozenset(canonical_ingredient(name) for name in ingredients)
        exact, holding = self._shared.by_ingredients, self._shared.of_ingredient
        places = exact.get(wanted, [])
        if not places and wanted:
            shared = set.intersection(*(set(holding.get(one, ())) for one in wanted))
            places = sorted(shared) or [place for one in sorted(wanted) for place in exact.get(frozenset((one,)), ())]
        return tuple(self.documents[place] for place in places)

    def documents_with_any(self, ingredients: Iterable[str]) -> tuple[DocumentInfo, ...]:
        """The documents that hold at least one of these ingredients."""
        holding = self._shared.of_ingredient
        places = {place for one in ingredients for place in holding.get(canonical_ingredient(one), ())}
        return tuple(self.documents[place] for place in sorted(places))

    def rows(self, document_ids: Collection[str] | None, kinds: Collection[Kind] | None) -> NDArray[np.int64] | None:
        """The rows of these documents and kinds, ascending; None means any, and all of them."""
        rows = None if document_ids is None else self._shared.rows_of(document_ids)
        if kinds is None:
            return rows
        wanted = np.array([kind in kinds for kind in self._shared.columns.kinds], dtype=np.bool_)
        if rows is None:
            return np.flatnonzero(wanted[self._kind])
        return rows[wanted[self._kind[rows]]]

    def prior(self, aspect: Aspect) -> NDArray[np.float32]:
        """How likely each passage's section holds an aspect, in [0, 1.2], for all rows."""
        codes = self._shared.columns.codes
        weights = np.array([aspect.sections.get(code or "", 0.0) for code in codes], dtype=np.float32)
        prior = weights[self._code]
        if aspect.headings is not None:
            lifted = np.maximum(prior + _HEADING_BONUS, _HEADING_FLOOR)
            # "14.6 Pediatric patients" of the clinical studies is still a section about studies.
            fits = (weights > 0) | np.array([code in _FOR_PATIENTS for code in codes], dtype=np.bool_)
            prior = np.where(self.titled(aspect.headings) & fits[self._code], lifted, prior)
        return prior.astype(np.float32)

    def titled(self, pattern: re.Pattern[str]) -> NDArray[np.bool_]:
        """Whether each passage's own section title holds a pattern, for all rows."""
        return self._shared.titles_with(pattern, self._title)

    def by_kind(self, judge: Callable[[str], float]) -> NDArray[np.float32]:
        """A value for each kind, for all rows."""
        return np.array([judge(kind) for kind in self._shared.columns.kinds], dtype=np.float32)[self._kind]

    def by_document(self, judge: Callable[[DocumentInfo], float]) -> NDArray[np.float32]:
        """A value for each document, for all rows."""
        places, at = np.unique(self._document, return_inverse=True)
        return np.array([judge(self.documents[place]) for place in places.tolist()], dtype=np.float32)[at]


class _Shared:
    """What is made once for all parts of a catalogue."""

    def __init__(self, store: PassageStore) -> None:
        self.columns = store.columns
        self.documents = tuple(store.documents())
        self.recency = _recency(self.documents)
        self.provenance = np.array([_provenance(info) for info in self.documents], dtype=np.float32)
        self.by_ingredients: dict[frozenset[str], list[int]] = {}
        self.of_ingredient: dict[str, list[int]] = {}
        self._place = {info.id: place for place, info in enumerate(self.documents)}
        self._order = np.argsort(self.columns.document, kind="stable")
        self._start = np.searchsorted(self.columns.document[self._order], np.arange(len(self.documents) + 1))
        self._titled: dict[re.Pattern[str], NDArray[np.int8]] = {}
        for place, info in enumerate(self.documents):
            ingredients = frozenset(canonical_ingredient(name) for name in info.ingredients)
            self.by_ingredients.setdefault(ingredients, []).append(place)
            for ingredient in ingredients:
                self.of_ingredient.setdefault(ingredient, []).append(place)

    def rows_of(self, document_ids: Collection[str]) -> NDArray[np.int64]:
        places = [self._place[one] for one in document_ids if one in self._place]
        parts = [self._order[self._start[place] : self._start[place + 1]] for place in places]
        return np.sort(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)

    def titles_with(self, pattern: re.Pattern[str], title: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Whether titles hold a pattern; each title is read for it once, when it is first asked for."""
        titles = self.columns.titles
        if pattern not in self._titled:
            self._titled[pattern] = np.full(len(titles), _UNREAD, dtype=np.int8)
        known = self._titled[pattern]
        unread = np.unique(title[known[title] == _UNREAD])
        known[unread] = [pattern.search(titles[place]) is not None for place in unread.tolist()]
        return np.asarray(known[title] == 1)


def _recency(documents: Sequence[DocumentInfo]) -> NDArray[np.float32]:
    dates = sorted({info.effective_date or "" for info in documents})
    places = {date: place / max(len(dates) - 1, 1) for place, date in enumerate(dates)}
    return np.array([places[info.effective_date or ""] for info in documents], dtype=np.float32)


def _provenance(info: DocumentInfo) -> float:
    """How well a document can be cited, from 0 to 1: a label, with its set id, with its date."""
    return ((info.kind == "label") + (info.set_id is not None) + (info.effective_date is not None)) / 3
