"""Where every passage stands, as arrays: the part of a ranking that needs no text.

Built once for a generation of a knowledge base. Knows documents and sections, no questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Final

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
_HEADING_BONUS: Final = 0.2
_HEADING_FLOOR: Final = 0.75
"""A section whose own title says the aspect counts at least this much, whatever its code."""


class Catalogue:
    """Numbers, documents, sections and kinds of all passages, in the order of their numbers."""

    def __init__(self, store: PassageStore) -> None:
        outline = store.outline()
        self.documents: tuple[DocumentInfo, ...] = tuple(store.documents())
        places = {info.id: place for place, info in enumerate(self.documents)}
        self.numbers: NDArray[np.int64] = np.array([row.number for row in outline], dtype=np.int64)
        self._document = np.array([places[row.document_id] for row in outline], dtype=np.int32)
        self._codes, self._code = _coded(row.code for row in outline)
        self._titles, self._title = _coded(row.title for row in outline)
        self._kinds, self._kind = _coded(row.kind for row in outline)
        self._priors: dict[str, NDArray[np.float32]] = {}
        self._titled: dict[re.Pattern[str], NDArray[np.bool_]] = {}
        self.recency = self._recency()
        self.provenance = self.by_document(_provenance)
        self._by_ingredients: dict[frozenset[str], list[int]] = {}
        self._of_ingredient: dict[str, list[int]] = {}
        for place, info in enumerate(self.documents):
            ingredients = frozenset(canonical_ingredient(name) for name in info.ingredients)
            self._by_ingredients.setdefault(ingredients, []).append(place)
            for ingredient in ingredients:
                self._of_ingredient.setdefault(ingredient, []).append(place)

    def documents_of(self, ingredients: Collection[str]) -> tuple[DocumentInfo, ...]:
        """The documents about exactly these ingredients; failing those, about these and others.

        For several ingredients without a common document: the documents about one of them alone.
        """
        wanted = frozenset(canonical_ingredient(name) for name in ingredients)
        places = self._by_ingredients.get(wanted, [])
        if not places and wanted:
            shared = set.intersection(*(set(self._of_ingredient.get(one, ())) for one in wanted))
            places = sorted(shared) or [
                place for one in sorted(wanted) for place in self._by_ingredients.get(frozenset((one,)), ())
            ]
        return tuple(self.documents[place] for place in places)

    def documents_with_any(self, ingredients: Iterable[str]) -> tuple[DocumentInfo, ...]:
        """The documents that hold at least one of these ingredients."""
        places = {place for one in ingredients for place in self._of_ingredient.get(canonical_ingredient(one), ())}
        return tuple(self.documents[place] for place in sorted(places))

    def rows(self, numbers: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of passage numbers; a number that is not there has none."""
        wanted = np.asarray(numbers, dtype=np.int64)
        if not len(self.numbers) or not len(wanted):
            return np.empty(0, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        found: NDArray[np.int64] = rows[self.numbers[rows] == wanted]
        return found

    def numbers_of(self, document_ids: Collection[str] | None, kinds: Collection[Kind] | None) -> NDArray[np.int64]:
        """The numbers of all passages of these documents and kinds, ascending; None means any."""
        wanted = np.ones(len(self.numbers), dtype=bool)
        if document_ids is not None:
            chosen = [place for place, info in enumerate(self.documents) if info.id in document_ids]
            wanted &= np.isin(self._document, chosen)
        if kinds is not None:
            wanted &= np.isin(self._kind, [place for place, kind in enumerate(self._kinds) if kind in kinds])
        return self.numbers[wanted]

    def prior(self, aspect: Aspect) -> NDArray[np.float32]:
        """How likely each passage's section holds an aspect, in [0, 1.2], for all rows."""
        if aspect.name not in self._priors:
            weights = np.array([aspect.sections.get(code or "", 0.0) for code in self._codes], dtype=np.float32)
            prior = weights[self._code]
            if aspect.headings is not None:
                lifted = np.maximum(prior + _HEADING_BONUS, _HEADING_FLOOR)
                # "14.6 Pediatric patients" of the clinical studies is still a section about studies.
                fits = (weights > 0) | np.array([code in _FOR_PATIENTS for code in self._codes], dtype=np.bool_)
                prior = np.where(self.titled(aspect.headings) & fits[self._code], lifted, prior)
            self._priors[aspect.name] = prior.astype(np.float32)
        return self._priors[aspect.name]

    def titled(self, pattern: re.Pattern[str]) -> NDArray[np.bool_]:
        """Whether each passage's own section title holds a pattern, for all rows."""
        if pattern not in self._titled:
            found = np.array([pattern.search(title or "") is not None for title in self._titles], dtype=np.bool_)
            self._titled[pattern] = found[self._title]
        return self._titled[pattern]

    def by_kind(self, judge: Callable[[str], float]) -> NDArray[np.float32]:
        """A value for each kind, for all rows."""
        return np.array([judge(kind or "") for kind in self._kinds], dtype=np.float32)[self._kind]

    def by_document(self, judge: Callable[[DocumentInfo], float]) -> NDArray[np.float32]:
        """A value for each document, for all rows."""
        return np.array([judge(info) for info in self.documents], dtype=np.float32)[self._document]

    def _recency(self) -> NDArray[np.float32]:
        """From 0 to 1 with the date of the document, for all rows."""
        dates = sorted({info.effective_date or "" for info in self.documents})
        places = {date: place / max(len(dates) - 1, 1) for place, date in enumerate(dates)}
        return self.by_document(lambda info: places[info.effective_date or ""])


def _provenance(info: DocumentInfo) -> float:
    """How well a document can be cited, from 0 to 1: a label, with its set id, with its date."""
    return ((info.kind == "label") + (info.set_id is not None) + (info.effective_date is not None)) / 3


def _coded(values: Iterable[str | None]) -> tuple[list[str | None], NDArray[np.int32]]:
    """The different values, and for each row the place of its value among them."""
    places: dict[str | None, int] = {}
    rows = [places.setdefault(value, len(places)) for value in values]
    return list(places), np.array(rows, dtype=np.int32)
