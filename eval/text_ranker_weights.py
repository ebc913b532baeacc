"""Fitting the weights of `knowledge_base/text_ranker.py` on the questions of `training_topics.py`.

    python -m eval.text_ranker_weights --data DIR

Blocks of eight neighbouring questions fall to two halves by turns; each half is judged by what the other half gave. The
pairwise loss looks at all pairs and a reader at the first few texts, so only a share of the fitted weights is taken
beside nearness: the one with which MEDIQA's held-back questions, which people wrote, are ranked best.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from eval.topics import Topic
from eval.training_topics import load_training
from knowledge_base.errors import VademecumError
from knowledge_base.text_ranker import WEIGHTS, Features, OpenQuestion, cosines, features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge_base.embedder import Embedder

_SHARES: Final = (0.0, 0.15, 0.3, 0.5, 1.0)
_BLOCK: Final = 8
_STEPS: Final = 3000
_RATE: Final = 0.5
_RIDGE: Final = 1e-3


class Sheet(NamedTuple):
    """A topic with the features (texts, f) of its texts, and the half it falls to."""

    topic: Topic
    table: NDArray[np.float64]
    half: int


def fit(tables: Sequence[NDArray[np.float64]], grades: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Weights (f,), none below 0, that put better texts first (pairwise logistic loss: Burges et al., ICML 2005).

    Args:
        tables: for each topic the features (texts, f).
        grades: for each topic the grades (texts,).
    """
    import numpy as np

    differences, shares = [], []
    for table, grade in zip(tables, grades, strict=True):
        better, worse = np.nonzero(grade[:, None] > grade[None, :])
        if len(better):
            differences.append(table[better] - table[worse])
            shares.append(np.full(len(better), 1 / len(better)))
    x, share = np.concatenate(differences), np.concatenate(shares) / len(shares)
    weights = np.ones(x.shape[1])
    for _ in range(_STEPS):
        slope = -(share / (1 + np.exp(x @ weights))) @ x + _RIDGE * weights
        weights = np.maximum(weights - _RATE * slope, 0.0)
    return weights


def _shrunk(weights: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Nearness at 1 and a share of all other weights."""
    import numpy as np

    return np.concatenate([[1.0], share * weights[1:] / weights[0]])


def read_sheets(topics: Sequence[Topic], embedder: Embedder) -> Iterator[Sheet]:
    """The features of all texts of all topics; progress goes to stderr."""
    import numpy as np

    for number, topic in enumerate(topics):
        question = OpenQuestion.read(topic.question)
        rows = features(question, topic.texts, cosines([question.core], topic.texts, embedder)[0])
        yield Sheet(topic, np.array([astuple(row) for row in rows]), number // _BLOCK % 2)
        sys.stderr.write(f"\r{number + 1} of {len(topics)}")


def fit_sheets(sheets: Sequence[Sheet]) -> NDArray[np.float64]:
    """The weights that some sheets give."""
    import numpy as np

    return fit([one.table for one in sheets], [np.array(one.topic.grades, dtype=np.float64) for one in sheets])


def judge(sheets: Sequence[Sheet], weights: Sequence[NDArray[np.float64]]) -> str:
    """nDCG@10 and MRR of the sheets, each ranked by the weights of its half."""
    import numpy as np

    ranked = [(one.topic, np.argsort(-(one.table @ weights[one.half]), kind="stable").tolist()) for one in sheets]
    gains = [value for topic, order in ranked if (value := topic.ndcg(order)) is not None]
    firsts = [value for topic, order in ranked if (value := topic.reciprocal_rank(order)) is not None]
    return f"nDCG@10 {np.mean(gains):.3f} ({len(gains)}), MRR {np.mean(firsts):.3f} ({len(firsts)})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, judge what was held back, and print the weights to put into the module."""
    import numpy as np

    from knowledge_base.embedder import SentenceTransformerEmbedder

    parser = argparse.ArgumentParser(
        prog="python -m eval.text_ranker_weights", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of benchmarks")
    folder = parser.parse_args(arguments).data
    sheets = list(read_sheets(load_training(folder), SentenceTransformerEmbedder()))
    # Each half is ranked by the weights that the other gave.
    halves = [fit_sheets([one for one in sheets if one.half != half]) for half in (0, 1)]
    shipped = np.array(astuple(WEIGHTS))
    lines = [f"{len(sheets)} topics"]
    for collection in ("MEDIQA", "medquad"):
        chosen = [one for one in sheets if one.topic.id.startswith(collection)]
        for share in _SHARES:
            shrunk = [_shrunk(weights, share) for weights in halves]
            lines.append(f"{collection}, held back, share {share:g}: {judge(chosen, shrunk)}")
        lines.append(f"{collection}, as shipped: {judge(chosen, [shipped, shipped])}")
    final = fit_sheets(sheets)
    for share in _SHARES:
        values = zip(fields(Features), _shrunk(final, share), strict=True)
        lines.append(f"share {share:g}: " + ", ".join(f"{field.name}={value:.2f}" for field, value in values))
    sys.stdout.write("\n".join(["", *lines, ""]))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except VademecumError as error:
        sys.exit(f"text_ranker_weights: {error}")
