"""Figures of labels given against labels known: accuracy, precision, recall, F1, macro-F1, MCC, Cohen's kappa.

scikit-learn computes them. Nothing to judge is None, never 0; a label that nobody gave and nobody knows counts nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class PrecisionRecall(NamedTuple):
    """Precision, recall and their harmonic mean for one label, in [0, 1]."""

    precision: float
    recall: float
    f1: float


def accuracy(given: Sequence[str], known: Sequence[str]) -> float | None:
    """The share of labels that are right.

    Raises:
        ValueError: different numbers of labels.
    """
    hits = [one == other for one, other in zip(given, known, strict=True)]
    return sum(hits) / len(hits) if hits else None


def macro_f1(given: Sequence[str], known: Sequence[str], labels: Sequence[str] | None = None) -> float | None:
    """The plain mean of F1 over the labels; of those that occur where none are named."""
    from sklearn.metrics import f1_score

    if not known:
        return None
    return float(f1_score(known, given, labels=labels, average="macro", zero_division=0))


def precision_recall(given: Sequence[str], known: Sequence[str], label: str) -> PrecisionRecall | None:
    """Precision, recall and F1 of one label; a label never given has precision 0."""
    from sklearn.metrics import precision_recall_fscore_support

    if not known:
        return None
    precision, recall, f1, _ = precision_recall_fscore_support(
        known, given, labels=[label], average="macro", zero_division=0
    )
    return PrecisionRecall(float(precision), float(recall), float(f1))


def mcc(given: Sequence[str], known: Sequence[str]) -> float | None:
    """Matthews' correlation (Biochim. Biophys. Acta 405, 1975) in [-1, 1]; 0 is no better than chance."""
    from sklearn.metrics import matthews_corrcoef

    return float(matthews_corrcoef(known, given)) if known else None


def kappa(one: Sequence[str], other: Sequence[str]) -> float | None:
    """Agreement of two judges beyond chance (Cohen, Educ. Psychol. Meas. 20, 1960), in [-1, 1].

    None where nothing was judged, or both gave one and the same label throughout: chance explains all of that.
    """
    from sklearn.metrics import cohen_kappa_score

    if len({*one, *other}) < len(("one label", "another")):
        return None
    return float(cohen_kappa_score(one, other))
