"""ONC lists: are pairs of medicines that are known to interact found in their labels?

Phansalkar et al., JAMIA 19, 2012 (high priority) and JAMIA 20, 2013 (non-interruptive), expanded from classes to names.
Recall only: a pair that is on no list says nothing. A pair of which a medicine has no label here cannot be judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from anyio.to_thread import run_sync

from eval.benchmark import Benchmark, Item, Origin, Output, System
from eval.benchmarks.lexicons import held_of, list_checker_of
from eval.interactions import PAIRS_FILE, load_pairs, why_missed
from eval.missing import MissingDataError

_NON_INTERRUPTIVE: Final = Path("ddi_onc_lists", "onc_non_interruptive.csv")


class Onc(Benchmark):
    """Known pairs; the first medicine of a pair is its cluster."""

    name = "onc"
    title = "ONC high-priority interactions"
    origin = Origin(
        address="https://github.com/dbmi-pitt/public-PDDI-analysis",
        licence="none stated",
        paper="Phansalkar et al., High-priority drug-drug interactions for use in EHRs, JAMIA 19, 2012",
        files={str(PAIRS_FILE): "e65ac1484cdbb51f4822fe59c6da4b9685637f656ef8246b889860e06dcfb661"},
    )
    layers = ("answers",)
    systems = ("vademecum",)
    main = "found"
    file = PAIRS_FILE

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The pairs in alphabetical order.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it has other columns.
        """
        path = folder / self.file
        MissingDataError.check(path)
        return [
            Item(id=f"{one}+{other}", question=f"{one} and {other}", gold=[one, other], cluster=one)
            for one, other in load_pairs(path)[:limit]
        ]

    async def ask(self, item: Item, system: System) -> Output:
        """What the list check finds in the labels of both."""
        return await run_sync(_check, item, system)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Found in one label at least, and in both."""
        if output.answer is None:
            return {"found": None, "found in both labels": None}
        found = output.answer["why_missed"] is None
        return {"found": float(found), "found in both labels": float(found and not output.answer["one_sided"])}


class OncNonInterruptive(Onc):
    """The list of pairs that need not interrupt."""

    name = "onc-low"
    title = "ONC non-interruptive interactions"
    origin = Origin(
        address="https://github.com/dbmi-pitt/public-PDDI-analysis",
        licence="none stated",
        paper="Phansalkar et al., Drug-drug interactions that should be non-interruptive, JAMIA 20, 2013",
        files={str(_NON_INTERRUPTIVE): "938c88c0cf5767c93a161e216deae818a84ec3251b4fd312b448a2ad77aee69e"},
    )
    file = _NON_INTERRUPTIVE


def _check(item: Item, system: System) -> Output:
    names = [held_of(system.knowledge_base).get(one) for one in item.gold]
    held = [one for one in names if one is not None]
    pairs = list_checker_of(system.knowledge_base).check(held).pairs if len(held) == len(names) else ()
    if not pairs:
        return Output(item=item.id, system=system.name, abstained=True)
    answer: dict[str, Any] = {"why_missed": why_missed(pairs[0]), "one_sided": pairs[0].is_one_sided}
    quotes = tuple(statement.text for statement in pairs[0].statements)
    return Output(item=item.id, system=system.name, answer=answer, evidence=quotes)
