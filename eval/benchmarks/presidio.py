"""Presidio's synthetic sentences: are identifiers found before a model or the disk sees them?

microsoft/presidio-research. Those of its kinds that can identify a patient and that the program knows; span recall
(every letter and digit covered, right kind), and precision as the share of masks that touch an identifier. The official
measure is F-beta (beta 2) over tokens of all its kinds, which cannot be compared. Sentences of the even templates were
looked at while rules were written; the odd ones are held back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from anyio.to_thread import run_sync

from chatbot.privacy import phones
from chatbot.privacy.identifiers import Identifier
from chatbot.privacy.masker import JoinedFinder, RuleFinder
from eval.benchmark import Benchmark, Item, Origin, Output, System
from eval.bootstrap import mean_interval
from eval.clinical_notes import MarkedText
from eval.measures import Measure
from eval.missing import MissingDataError
from eval.privacy import judge, load_synthetic

if TYPE_CHECKING:
    from chatbot.privacy.identifiers import FindsIdentifiers

_FILE: Final = Path("presidio_synth", "synth_dataset_v2.json.gz")
_PERSON: Final = "PERSON"


class Presidio(Benchmark):
    """Sentences with marked identifiers; a template is a cluster."""

    name = "presidio"
    title = "Presidio synthetic sentences"
    origin = Origin(
        address="https://github.com/microsoft/presidio-research",
        licence="MIT",
        paper="microsoft/presidio-research, synth_dataset_v2",
        files={str(_FILE): "68dcec5ff3a24717e007e7345ed6f17bb5d239fe9ebbf6e6ee452bf1b04f9c00"},
    )
    layers = ("privacy",)
    systems = ("vademecum",)
    main = "recall"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The sentences in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        MissingDataError.check(folder / _FILE)
        return [
            Item(
                id=str(number),
                question=one.text,
                gold=[list(identifier) for identifier in one.identifiers],
                topic="looked at" if int(one.name) % 2 == 0 else "held back",
                cluster=one.name,
            )
            for number, one in enumerate(load_synthetic(folder / _FILE)[:limit])
        ]

    async def ask(self, item: Item, system: System) -> Output:
        """Which identifiers were found, and which masks touch one."""
        gold = tuple(Identifier(*one) for one in item.gold)
        text = MarkedText(name=item.id, text=item.question, identifiers=gold)
        verdicts = await run_sync(judge, _finder(), [text])
        answer = {"found": [list(one) for one in verdicts.identifiers], "touching": list(verdicts.touching)}
        return Output(item=item.id, system=system.name, answer=answer)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Recall and precision within the sentence."""
        found = [float(ok) for _, ok in output.answer["found"]]
        touching = output.answer["touching"]
        return {"recall": _mean(found), "precision": _mean([float(one) for one in touching])}

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """Recall over identifiers, of names and of the rest, and precision over masks; held-back templates apart."""
        judged = [(item, out) for item, out in zip(items, outputs, strict=True) if out.error is None]
        system = outputs[0].system if outputs else ""
        found = []
        for suffix, some in (("", judged), (", held back", [one for one in judged if one[0].topic == "held back"])):
            spans = [(kind, float(ok), item.cluster) for item, out in some for kind, ok in out.answer["found"]]
            masks = [(float(one), item.cluster) for item, out in some for one in out.answer["touching"]]
            figures = {
                "recall": [(ok, cluster) for _, ok, cluster in spans],
                "recall, names": [(ok, cluster) for kind, ok, cluster in spans if kind == _PERSON],
                "recall, structured kinds": [(ok, cluster) for kind, ok, cluster in spans if kind != _PERSON],
                "precision": masks,
            }
            found += [
                Measure.of_share(self.name, system, f"{name}{suffix}", mean_interval(*_columns(pairs)))
                for name, pairs in figures.items()
            ]
        return found


@lru_cache(maxsize=1)
def _finder() -> FindsIdentifiers:
    """What the program uses: its rules, with the library of phone numbers where it is installed."""
    return JoinedFinder([RuleFinder(), phones.PhoneFinder()]) if phones.is_installed() else RuleFinder()


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _columns(pairs: Sequence[tuple[float, str]]) -> tuple[list[float], list[str]]:
    return [value for value, _ in pairs], [cluster for _, cluster in pairs]
