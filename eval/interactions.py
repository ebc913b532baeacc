"""Known dangerous pairs of medicines, and how many of them the list check finds in the labels at hand.

Data: the ONC high-priority drug-drug interactions (Phansalkar et al., JAMIA 2012), expanded to pairs of names,
columns `drug_a` and `drug_b`. A pair counts only where the knowledge base holds a document about each of the two; a
pair that is not on the list says nothing. Every miss is given with what the labels hold.

    python -m eval.interactions --data DIR [--kb DIR]
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chatbot.list_check import ListChecker
from chatbot.medicine_list import Pair
from chatbot.settings import load_settings
from chatbot.wiring import open_kb
from eval.measures import OURS, Measure
from eval.statistics import wilson
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.medicine_table import canonical_ingredient
from knowledge_base.passage_store import PassageStore
from knowledge_base.retriever import HybridRetriever

PAIRS_FILE = Path("ddi_onc_lists") / "onc_high_priority.csv"
_TASK = "interactions"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOutcome:
    """One known pair, what the check said of it, and why it was missed if it was."""

    one: str
    other: str
    pair: Pair
    why_missed: str | None


def load_pairs(path: Path) -> list[tuple[str, str]]:
    """The pairs of a file as canonical ingredient names, each once whatever the order.

    Raises:
        VademecumError: the file is missing or has other columns.
    """
    if not path.is_file():
        raise VademecumError(f"{path} is missing")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"drug_a", "drug_b"} <= rows[0].keys():
        raise VademecumError(f"{path}: needs the columns drug_a and drug_b")
    pairs = {tuple(sorted((canonical_ingredient(row["drug_a"]), canonical_ingredient(row["drug_b"])))) for row in rows}
    return [(one, other) for one, other in sorted(pairs) if one != other]


def check_pairs(pairs: Iterable[tuple[str, str]], knowledge_base: KnowledgeBase) -> list[PairOutcome]:
    """Check every pair whose two medicines have a document of their own."""
    held = held_ingredients(knowledge_base.store)
    checker = ListChecker(knowledge_base.store, HybridRetriever(knowledge_base))
    outcomes = []
    for one, other in pairs:
        if one not in held or other not in held:
            continue
        found = checker.check([held[one], held[other]]).pairs
        if found:
            outcomes.append(PairOutcome(one=one, other=other, pair=found[0], why_missed=why_missed(found[0])))
    return outcomes


def measure_interactions(data: Path, knowledge_base: KnowledgeBase) -> tuple[Measure, ...]:
    """The share of known pairs found, in either direction and in both."""
    path = data / PAIRS_FILE
    if not path.is_file():
        return (Measure(task=_TASK, system=OURS, name="known pairs found", n=0, value=None, note=f"{path} is missing"),)
    outcomes = check_pairs(load_pairs(path), knowledge_base)
    found = [outcome for outcome in outcomes if outcome.why_missed is None]
    two_sided = sum(not outcome.pair.is_one_sided for outcome in found)
    missed = Counter(outcome.why_missed for outcome in outcomes if outcome.why_missed is not None)
    note = "; ".join(f"{n} missed: {why}" for why, n in missed.most_common())
    return (
        Measure.of_share(_TASK, OURS, "known pairs found", wilson(len(found), len(outcomes)), note=note),
        Measure.of_share(_TASK, OURS, "found in both labels", wilson(two_sided, len(outcomes))),
    )


def held_ingredients(store: PassageStore) -> dict[str, str]:
    """The ingredients that have a document of their own, as written there, by their canonical names."""
    return {canonical_ingredient(one): one for document in store.documents() for one in document.ingredients}


def why_missed(pair: Pair) -> str | None:
    """What the labels hold where they say nothing of a known pair; None where they do."""
    states = {pair.one_state, pair.other_state}
    if "found" in states:
        return None
    if states == {"no_section"}:
        return "neither label at hand has a section on interactions"
    if "no_section" in states:
        return "one label is silent, the other has no section on interactions"
    return "both labels have the section and name neither the medicine nor a class of it that we know"


def main() -> None:
    """Print the shares, then every miss."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kb", type=Path)
    arguments = parser.parse_args()
    outcomes = check_pairs(load_pairs(arguments.data / PAIRS_FILE), open_kb(load_settings(), arguments.kb))
    found = wilson(sum(outcome.why_missed is None for outcome in outcomes), len(outcomes))
    print(f"known pairs found: {found}")  # noqa: T201 - the output of a script
    for outcome in outcomes:
        if outcome.why_missed is not None:
            print(f"missed {outcome.one} + {outcome.other}: {outcome.why_missed}")  # noqa: T201 - as above


if __name__ == "__main__":
    main()
