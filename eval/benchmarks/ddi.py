"""DDI corpus 2013: which pairs of medicines in a sentence are said to interact? Detection only.

Herrero-Zazo, Segura-Bedmar, Martinez and Declerck, J. Biomed. Inform. 46, 2013; the training part (the test part is not
in the folder). The program reads interactions sentence by sentence: a pair counts as found where its sentence speaks of
taking medicines together. It names no type of interaction, so the four-class task does not apply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chatbot.manner import speaks_of_taking_together
from eval.benchmark import Benchmark, Item, Origin, Output, Published, System, means
from eval.benchmarks.published import xml_members
from eval.classification import precision_recall
from eval.measures import Measure
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    from lxml import etree

_FILE: Final = Path("ddi_corpus_2013", "DDICorpus-2013-Train.zip")
_INTERACTS: Final = {"true": True, "false": False}
_NAMES: Final = {True: "interacts", False: "only named"}


class Ddi(Benchmark):
    """Sentences with at least one pair of medicines; a document is a cluster, the gold says which pairs interact."""

    name = "ddi2013"
    title = "DDI corpus 2013, detection (training part)"
    origin = Origin(
        address="https://github.com/isegura/DDICorpus",
        licence="CC BY-NC 4.0",
        paper="Herrero-Zazo, Segura-Bedmar, Martinez and Declerck, The DDI corpus, J. Biomed. Inform. 46, 2013",
        files={str(_FILE): "5418c792b213a47b524184043ef6766ea87eefac9bda35bbceeaf6b5d13427d6"},
    )
    layers = ("grounding",)
    systems = ("vademecum",)
    main = "accuracy, by sentence"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The sentences, document by document.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        items: list[Item] = []
        for name, root in xml_members(folder / _FILE):
            items += _items(name, root)
            if limit is not None and len(items) >= limit:
                break
        return items[:limit]

    async def ask(self, item: Item, system: System) -> Output:
        """Whether the sentence is read as speaking of interactions."""
        return Output(item=item.id, system=system.name, answer=speaks_of_taking_together(item.question.lower()))

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """The share of the sentence's pairs that are read right."""
        right = [bool(output.answer) is interacts for interacts in item.gold]
        return {"accuracy, by sentence": sum(right) / len(right)}

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """Precision, recall and F1 of interacting pairs; the same if every pair were said to interact."""
        pairs = [
            (bool(output.answer), interacts)
            for item, output in zip(items, outputs, strict=True)
            if output.error is None
            for interacts in item.gold
        ]
        known = [_NAMES[interacts] for _, interacts in pairs]
        system = outputs[0].system if outputs else ""
        found = [*means(self, items, outputs)]
        for suffix, given in (
            ("", [_NAMES[said] for said, _ in pairs]),
            (", if every pair did", [_NAMES[True]] * len(pairs)),
        ):
            if (scores := precision_recall(given, known, _NAMES[True])) is not None:
                found += [
                    Measure(task=self.name, system=system, name=f"{name}, interacts{suffix}", n=len(pairs), value=value)
                    for name, value in zip(("precision", "recall", "F1"), scores, strict=True)
                ]
        note = "does not apply: the program names no type of interaction"
        return (*found, Measure(task=self.name, system=system, name="F1, four classes", n=0, value=None, note=note))

    def published(self, folder: Path) -> Sequence[Published]:
        """The best of the shared task, on the test part."""
        return (
            Published(
                system="best of SemEval-2013 task 9.2 (test part)",
                measure="F1, interacts",
                value=0.80,
                source="Segura-Bedmar, Martinez and Herrero-Zazo, SemEval 2013",
            ),
        )


def _items(name: str, root: etree._Element) -> Iterator[Item]:
    for sentence in root.iter("sentence"):
        try:
            gold = [_INTERACTS[pair.get("ddi") or ""] for pair in sentence.iter("pair")]
        except KeyError as error:
            raise VademecumError(f"{name}: a pair is not as published ({error}); get the corpus again") from error
        if gold:
            number, text = sentence.get("id") or "", sentence.get("text") or ""
            yield Item(id=number, question=text, gold=gold, cluster=name)
