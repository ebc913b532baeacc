"""What the labels of one medicine say alike, and the doses on which sources are at odds.

Both were found when the documents were stored; here they are looked up. Knows one generation of a store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Final

from knowledge_base.dose_comparison import StoredDose
from knowledge_base.read_connections import ReadConnections
from knowledge_base.remembered import Remembered
from knowledge_base.types import DocumentInfo, DoseDisagreement, Passage, Place, Sharing

_MAX: Final = 8192
"""Passages of which it is remembered how many labels share them."""


class SourceComparison:
    """Comparisons among the searched documents of a generation, which `documents` gives by number."""

    def __init__(
        self,
        file: ReadConnections,
        generation: int,
        documents: Mapping[int, DocumentInfo],
        passages: Callable[[Sequence[int]], dict[int, Passage]],
    ) -> None:
        self._file = file
        self._generation = generation
        self._documents = documents
        self._passages = passages
        self._known = Remembered(self._sharing, _MAX)

    def sharing(self, numbers: Sequence[int]) -> dict[int, Sharing]:
        """How many labels of its medicine have the text of each passage, for those that stand in a label."""
        return {number: sharing for number, sharing in self._known(numbers).items() if sharing is not None}

    def _sharing(self, numbers: Sequence[int]) -> dict[int, Sharing | None]:
        marks = ", ".join("?" * len(numbers))
        rows = self._file.all(
            "SELECT p.number, p.document, o.document FROM passage_places p"  # noqa: S608 - marks only
            f" LEFT JOIN passage_places o ON o.text_number = p.text_number WHERE p.number IN ({marks})",
            numbers,
        )
        holders: dict[int, set[int]] = {}
        homes: dict[int, int] = {}
        for number, document, other in rows:
            homes[number] = document
            holders.setdefault(number, {document}).add(other)
        found: dict[int, Sharing | None] = dict.fromkeys(numbers)
        for number, document in homes.items():
            info = self._documents.get(document)
            labels = self._labels.get(info.ingredients, frozenset()) if info is not None else frozenset()
            if document in labels:
                found[number] = Sharing(same=len(labels & holders[number]), of=len(labels))
        return found

    @cached_property
    def dose_disagreements(self) -> Mapping[int, Sequence[DoseDisagreement]]:
        """The doses at odds with another source, by the number of the passage they stand in."""
        rows = self._file.all(
            "SELECT a.passage, a.drug, a.population, a.written, b.written, b.passage,"
            " max(a.low / b.high, b.low / a.high) FROM dose_disagreements g"
            " JOIN doses a ON a.number = g.dose JOIN doses b ON b.number = g.other"
            " WHERE g.generation = ? ORDER BY a.drug, a.population, a.passage, 7, b.number",
            (self._generation,),
        )
        passages = self._passages(list({number for row in rows for number in (row[0], row[5])}))
        found: dict[int, list[DoseDisagreement]] = {}
        for number, drug, population, written, other_written, other, fold in rows:
            if number in passages and other in passages:
                here, there = _place(written, passages[number]), _place(other_written, passages[other])
                found.setdefault(number, []).append(DoseDisagreement(drug, population, here, there, fold))
        return found

    def doses(self) -> dict[tuple[str, str, str], list[StoredDose]]:
        """Every dose that was read in the searched documents, by medicine, unit and population."""
        rows = self._file.all(
            "SELECT s.drug, s.unit, s.population, s.number, s.document, s.passage, s.low, s.high FROM doses s"
            " JOIN visible d ON d.number = s.document ORDER BY s.number"
        )
        found: dict[tuple[str, str, str], list[StoredDose]] = {}
        for drug, unit, population, *dose in rows:
            found.setdefault((drug, unit, population), []).append(StoredDose(*dose))
        return found

    @cached_property
    def _labels(self) -> dict[tuple[str, ...], frozenset[int]]:
        """The labels of each medicine, by number."""
        found: dict[tuple[str, ...], set[int]] = {}
        for number, info in self._documents.items():
            if info.kind == "label" and info.ingredients:
                found.setdefault(info.ingredients, set()).add(number)
        return {ingredients: frozenset(numbers) for ingredients, numbers in found.items()}


def _place(written: str, passage: Passage) -> Place:
    return Place(written, passage.id, passage.document, passage.section_title, passage.page)
