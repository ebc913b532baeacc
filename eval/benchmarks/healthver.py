"""HealthVer: does a scientific sentence support, refute or say nothing of a claim? A benchmark of the verifier.

Sarrouti, Ben Abacha, Mrabet and Demner-Fushman, Findings of EMNLP 2021; the test file. Macro-F1 and accuracy over
Supports, Refutes and Neutral. Labels are people's: this is where the rule judge's agreement with them is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from eval.benchmark import Item, Origin, Published
from eval.benchmarks.labelled_claims import LabelledClaims
from eval.benchmarks.published import csv_rows, each

_FILE: Final = Path("healthver", "healthver_test.csv.gz")
_LABELS: Final = {"Supports": "supports", "Refutes": "refutes", "Neutral": "neutral"}


class HealthVer(LabelledClaims):
    """Pairs of evidence and claim; those on one question are a cluster."""

    name = "healthver"
    title = "HealthVer"
    origin = Origin(
        address="https://github.com/sarrouti/HealthVer",
        licence="none in the repository",
        paper="Sarrouti et al., Evidence-based Fact-Checking of Health-related Claims, Findings of EMNLP 2021",
        files={str(_FILE): "5b69f7d2e709c06ef370eb29d5a326f452403f01c7048f0f6bfd174f2200f5fb"},
    )

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The pairs in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        path = folder / _FILE
        return each(path, csv_rows(path)[:limit], _item)

    def published(self, folder: Path) -> Sequence[Published]:
        """The best two models of its README, trained on its training file; full test set."""
        source = "README of sarrouti/HealthVer"
        return tuple(
            Published(system=system, measure=measure, value=value, source=source)
            for system, accuracy, f1 in (("T5", 0.8069, 0.7960), ("SciBERT", 0.7811, 0.7721))
            for measure, value in (("accuracy", accuracy), ("macro-F1", f1))
        )


def _item(row: Mapping[str, str]) -> Item:
    return Item(
        id=row["id"],
        question=row["claim"],
        gold=_LABELS[row["label"]],
        topic=row["label"],
        cluster=row["topic_ip"],
        context=(row["evidence"],),
    )
