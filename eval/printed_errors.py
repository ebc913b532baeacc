"""Doses that sources print so far apart that one may be a misprint, and how many slips of units would be found.

A slip is put into every dose of a medicine that has another source, a thousand times up or down by turns, and compared
with what the other sources give.

    python -m eval.printed_errors --kb DIR [--out FILE.md]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from knowledge_base.dose_comparison import StoredDose, disagreements
from knowledge_base.manifest import IndexManifest
from knowledge_base.passage_store import PassageStore
from knowledge_base.types import DoseDisagreement, Place

_THOUSAND: Final = 1000.0


class Slips(NamedTuple):
    """How many doses were given a slip of units, and how many of those were found."""

    n: int
    n_found: int


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kb", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    store = PassageStore(arguments.kb, generation=IndexManifest.load(arguments.kb).generation)
    text = report(store)
    if arguments.out is None:
        sys.stdout.write(text)
    else:
        arguments.out.write_text(text, encoding="utf-8")


def report(store: PassageStore) -> str:
    """The findings and the counts as Markdown."""
    by_key = store.comparison.doses()
    compared = [doses for doses in by_key.values() if len({one.document for one in doses}) > 1]
    slips = find_slips(compared)
    found = [one for some in store.comparison.dose_disagreements.values() for one in some]
    return "\n".join(
        (
            "# Doses that sources print fifty-fold or further apart",
            "",
            "Made by `python -m eval.printed_errors --kb DIR --out docs/printed-errors.md`, on a knowledge base of all "
            "shared files.",
            "",
            f"- documents: {len(store.documents())}; doses read: {sum(map(len, by_key.values()))} of "
            f"{len({drug for drug, _, _ in by_key})} medicines",
            f"- medicine, unit and population with doses in two sources or more: {len(compared)}",
            f"- slips of a thousand put into these doses, one at a time, and found by another source: "
            f"{slips.n_found} of {slips.n} ({slips.n_found / max(slips.n, 1):.1%})",
            "",
            "| medicine | population | dose | printed in | against | printed in | fold |",
            "|---|---|---|---|---|---|---|",
            *rows(found),
            "",
        )
    )


def rows(found: Iterable[DoseDisagreement]) -> Iterator[str]:
    """A line of the table for each two places, once."""
    seen: set[frozenset[tuple[str, str]]] = set()
    for one in found:
        here, there = (one.here.written, _file(one.here)), (one.there.written, _file(one.there))
        if (pair := frozenset((here, there))) not in seen:
            seen.add(pair)
            yield f"| {' | '.join((one.drug, one.population, *here, *there, f'{one.fold:.0f}'))} |"


def find_slips(by_key: Iterable[list[StoredDose]]) -> Slips:
    """Put a slip into each dose in turn and see whether it stands against another source."""
    n = n_found = 0
    for doses in by_key:
        for dose in doses:
            others = [one for one in doses if one.document != dose.document]
            factor = _THOUSAND if n % 2 else 1 / _THOUSAND
            slip = dose._replace(low=dose.low * factor, high=dose.high * factor)
            n += 1
            n_found += any(slip.number in pair for pair in disagreements([slip, *others]))
    return Slips(n, n_found)


def _file(place: Place) -> str:
    name = Path(place.document.source_path).name
    return f"{name}, page {place.page}" if place.page is not None else f"{name}, {place.document.id}"


if __name__ == "__main__":
    main()
