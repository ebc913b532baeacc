"""RedMed: is a misspelt name of a medicine read as the medicine that is meant?

Lavertu and Altman, J. Biomed. Inform. 99, 2019: misspellings seen in social media. The strict pairs of the derived file
(see its SOURCES). Top-1: the medicine read in a question with the misspelling in it; a name whose medicine the
knowledge base does not hold cannot be judged. Taken for another medicine is the dangerous outcome, and counted apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from anyio.to_thread import run_sync

from eval.benchmark import Benchmark, Item, Origin, Output, System
from eval.benchmarks.lexicons import lexicon_of
from eval.drug_names import meant, read_drugs
from eval.missing import MissingDataError
from eval.name_questions import framed, misspelt_names

_FILE: Final = Path("misspellings_redmed", "pairs.tsv")


class RedMed(Benchmark):
    """Strict pairs of misspelling and name; the medicine is the cluster."""

    name = "redmed"
    title = "RedMed misspellings"
    origin = Origin(
        address="https://github.com/alavertu/redmed",
        licence="MIT upstream; none in the copy kristycarp/gpt3-lexicon",
        paper="Lavertu and Altman, RedMed, J. Biomed. Inform. 99, 2019",
        files={str(_FILE): "e190afc4c47b65d2a718afea0c3ad6beba51a6f3c6a67a093a9abba6fabe79d0"},
    )
    layers = ("retrieval",)
    systems = ("vademecum",)
    main = "read right"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The strict pairs in the order of the file.

        Raises:
            MissingDataError: the file is not there.
        """
        MissingDataError.check(folder / _FILE)
        pairs = [one for one in misspelt_names(folder) if one.strict]
        return [
            Item(
                id=pair.typed,
                question=framed(pair.typed),
                gold={"target": pair.target, "drug": pair.drug},
                topic="held back" if pair.is_held_back else "looked at",
                cluster=pair.drug,
            )
            for pair in pairs[:limit]
        ]

    async def ask(self, item: Item, system: System) -> Output:
        """The ingredients read, and those that the name spelt right stands for."""
        lexicon = lexicon_of(system.knowledge_base)
        wanted = meant(lexicon, item.gold["target"], item.gold["drug"])
        read = await run_sync(read_drugs, lexicon, item.question)
        answer = {"read": sorted(read), "meant": sorted(wanted)}
        return Output(item=item.id, system=system.name, answer=answer, abstained=not read)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Read right, and read as another; None where the medicine is not held."""
        read, wanted = frozenset(output.answer["read"]), frozenset(output.answer["meant"])
        if not wanted:
            return {"read right": None, "read as another": None}
        right = float(bool(read) and read <= wanted)
        held_back = item.topic == "held back"
        return {
            "read right": right,
            "read right, held back": right if held_back else None,
            "read as another": float(not read <= wanted),
        }

    def lower_is_better(self) -> frozenset[str]:
        """A name taken for another medicine."""
        return frozenset({"read as another"})
