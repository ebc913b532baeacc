"""ExpertQA, medicine: is a claim of a system's answer supported by what it cites? A benchmark of the verifier.

Malaviya et al., NAACL 2024. Experts judged each claim's evidence Complete, Partial, Incomplete or Missing. Complete is
supported, the rest is not; claims without evidence in the file are left out, as there is nothing to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eval.benchmark import Item, Origin
from eval.benchmarks.labelled_claims import LabelledClaims
from eval.benchmarks.published import each, json_rows
from eval.classification import kappa, precision_recall
from eval.judges import Entailment

_FILE: Final = Path("expertqa_medicine", "expertqa_medicine.jsonl.gz")
_LEVELS: Final = frozenset({"Complete", "Partial", "Incomplete", "Missing"})
_SUPPORTED: Final = "supported"
_NOT: Final = "not supported"


class ExpertQa(LabelledClaims):
    """Claims with their evidence; the question is the cluster."""

    name = "expertqa"
    title = "ExpertQA, medicine, attribution"
    origin = Origin(
        address="https://github.com/chaitanyamalaviya/ExpertQA",
        licence="MIT",
        paper="Malaviya et al., ExpertQA, NAACL 2024",
        files={str(_FILE): "8033134a713712e39d7e4aafc58eeca8f88fae9208876d2dd496818ccf313d9b"},
    )

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The claims in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        path = folder / _FILE
        claims = each(path, [*enumerate(json_rows(path))], lambda entry: [*_items(*entry)])
        return [item for some in claims for item in some][:limit]

    def label(self, verdict: Entailment) -> str:
        """Whether the rule judge finds the claim supported."""
        return _SUPPORTED if verdict == "supports" else _NOT

    def agreement(self, given: Sequence[str], known: Sequence[str]) -> Mapping[str, float | None]:
        """Agreement with the experts, precision and recall of "supported"."""
        figures = {"kappa with the experts": kappa(given, known)}
        if (scores := precision_recall(given, known, _SUPPORTED)) is not None:
            figures |= {"precision, supported": scores.precision, "recall, supported": scores.recall}
        return figures


def _items(number: int, row: Mapping[str, Any]) -> Iterator[Item]:
    for answer in row["answers"].values():
        for place, claim in enumerate(answer["claims"]):
            if claim["support"] in _LEVELS and claim["evidence"]:
                yield Item(
                    id=f"{number}/{place}",
                    question=str(claim["claim_string"]),
                    gold=_SUPPORTED if claim["support"] == "Complete" else _NOT,
                    topic=str(claim["support"]),
                    cluster=str(number),
                    context=tuple(str(text) for text in claim["evidence"]),
                )
