"""Finds every kind of identifier in a text: the rules of this package, and further finders beside them."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.privacy.addresses import find_addresses
from chatbot.privacy.dates import births_beside, find_dates
from chatbot.privacy.identifiers import FindsIdentifiers, Identifier, without_overlap
from chatbot.privacy.name_words import KnowsMedicines, MedicineWords
from chatbot.privacy.names import NameFinder
from chatbot.privacy.numbers import ages_beside, find_numbers, records_beside


class RuleFinder:
    """Finds identifiers by rules alone; safe to share between threads."""

    def __init__(self, medicines: KnowsMedicines | None = None) -> None:
        self._names = NameFinder(medicines or MedicineWords())

    def find(self, text: str) -> list[Identifier]:
        """The identifiers of a text in order, without overlap."""
        numbers, dates, names = list(find_numbers(text)), find_dates(text), self._names.find(text)
        return without_overlap(
            [
                *births_beside(names, dates, text),
                *find_addresses(text),
                *numbers,
                *dates,
                *records_beside(names, text),
                *ages_beside(names, text),
                *names,
            ]
        )


class NoFinder:
    """Finds nothing: for those who switch masking off."""

    def find(self, text: str) -> list[Identifier]:
        """No identifier."""
        return []


class JoinedFinder:
    """Everything that any of several finders finds; of two kinds for one span the earlier finder's holds."""

    def __init__(self, finders: Sequence[FindsIdentifiers]) -> None:
        self._finders = tuple(finders)

    def find(self, text: str) -> list[Identifier]:
        """The identifiers of a text in order, without overlap.

        Raises:
            MaskingError: one of the finders could not look.
        """
        return without_overlap(one for finder in self._finders for one in finder.find(text))
