"""Fitting the weights of `knowledge_base/text_ranker.py`, on questions that no reported figure is about.

    python -m eval.text_ranker_weights --data DIR

Trained on MEDIQA 2019 (Ben Abacha, Shivade and Demner-Fushman, BioNLP 2019; the Alexa and the test set, without what
LiveQA asks too) and on MedQuAD answers under questions reworded from `data/medquad_wordings.toml`. LiveQA is left out:
questions by their text, MedQuAD subjects by name. Half of the topics (by subject) fit, the other half judges.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from eval.liveqa import load_liveqa
from eval.topics import Topic
from knowledge_base.errors import VademecumError
from knowledge_base.text_ranker import WEIGHTS, Features, FreeText, OpenQuestion, cosines, features
from knowledge_base.words import folded_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge_base.embedder import Embedder

SEED: Final = 20190701
_MEDIQA: Final = ("MEDIQA2019-Task3-QA-TrainingSet2-Alexa.xml.gz", "MEDIQA2019-Task3-QA-TestSet-wLabels.xml.gz")
_WORDINGS: Final = Path(__file__).parent / "data" / "medquad_wordings.toml"
_N_MEDQUAD: Final = 160
"""As many topics as MEDIQA gives, so that neither decides alone."""
_NEIGHBOURS: Final = 4
_MISSPELT: Final = 0.2
_TITLE: Final = re.compile(r"^([^.:?!\n]{3,90}[:?])\s+")
_STEPS: Final = 3000
_RATE: Final = 0.5
_RIDGE: Final = 1e-3


def load_mediqa(folder: Path) -> Iterator[Topic]:
    """The topics of the two MEDIQA sets.

    Raises:
        VademecumError: a file is missing or no XML.
    """
    for name in _MEDIQA:
        path = folder / "mediqa2019_qa" / name
        try:
            with gzip.open(path) as file:
                tree = etree.parse(file, etree.XMLParser(resolve_entities=False, no_network=True))
        except (OSError, etree.XMLSyntaxError) as error:
            raise VademecumError(f"{path} cannot be read ({error}); --data names the folder of benchmarks") from error
        for number, question in enumerate(tree.iter("Question")):
            answers = list(question.iter("Answer"))
            yield Topic(
                id=f"{name}:{number}",
                question=" ".join((question.findtext("QuestionText") or "").split()),
                texts=tuple(_titled((answer.findtext("AnswerText") or "").strip()) for answer in answers),
                grades=tuple(int(answer.get("ReferenceScore") or 1) - 1 for answer in answers),
            )


def load_medquad(folder: Path, leave_out: frozenset[str], rng: random.Random) -> Iterator[Topic]:
    """Topics made of MedQuAD: a reworded question, the answers on its subject and on subjects with like names."""
    path = folder / "medquad" / "medquad.jsonl.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [row for line in file if (row := json.loads(line))["answer"]]
    except (OSError, ValueError) as error:
        raise VademecumError(f"{path} cannot be read ({error}); --data names the folder of benchmarks") from error
    table = tomllib.loads(_WORDINGS.read_text(encoding="utf-8"))
    by_focus: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_focus[row["focus"]].append(row)
    words = {focus: frozenset(folded_words(focus)) for focus in by_focus}
    usable = [row for row in rows if row["qtype"] in table["wordings"] and not words[row["focus"]] & leave_out]
    by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in usable:
        by_type[row["qtype"]].append(row)
    for number in range(_N_MEDQUAD):
        row = rng.choice(by_type[rng.choice(sorted(by_type))])
        focus = row["focus"]
        near = sorted(words, key=lambda other: -len(words[other] & words[focus]) / len(words[other] | words[focus]))
        pool = [other for name in [focus, *[n for n in near if n != focus][:_NEIGHBOURS]] for other in by_focus[name]]
        said = _misspelt(focus, rng) if rng.random() < _MISSPELT else focus
        said = said.lower() if rng.random() < 1 / 2 else said
        question = rng.choice(table["wordings"][row["qtype"]]).format(focus=said)
        with_names = rng.random() < 1 / 2
        yield Topic(
            id=f"medquad:{number}",
            question=rng.choice(table["wrappers"]).format(question=question, focus=said),
            texts=tuple(FreeText(_heading(other, with_names=with_names), other["answer"]) for other in pool),
            grades=tuple(
                (3 if other["qtype"] == row["qtype"] else 1) if other["focus"] == focus else 0 for other in pool
            ),
        )


def fit(
    tables: Sequence[NDArray[np.float64]], grades: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Weights (f,) that put better texts first: pairwise logistic loss (RankNet, Burges et al., ICML 2005), none below 0.

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


def _titled(text: str) -> FreeText:
    found = _TITLE.match(text)
    return FreeText(found[1], text[found.end() :]) if found else FreeText("", text)


def _heading(row: dict[str, Any], *, with_names: bool) -> str:
    names = "; ".join(row["synonyms"][:6])
    return f"{row['question']} (Also called: {names})" if names and with_names else str(row["question"])


def _misspelt(name: str, rng: random.Random) -> str:
    """The name with two neighbouring letters swapped or one left out, not the first."""
    if len(name) < len("abcde"):
        return name
    place = rng.randrange(1, len(name) - 1)
    swapped = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    return rng.choice([swapped, name[:place] + name[place + 1 :]])


def topics(folder: Path) -> list[Topic]:
    """All topics to fit on, none that LiveQA asks too."""
    liveqa = load_liveqa(folder)
    asked = [frozenset(folded_words(f"{one.subject} {one.message}")) for one in liveqa]
    mediqa = [
        topic
        for topic in load_mediqa(folder)
        if all(len(words & known) < len(words | known) / 2 for known in asked for words in [_words(topic)])
    ]
    subjects = frozenset(word for one in liveqa for word in folded_words(one.summary) if len(word) > len("about"))
    return [*mediqa, *load_medquad(folder, subjects, random.Random(SEED))]  # noqa: S311 - a draw, no secret


def _words(topic: Topic) -> frozenset[str]:
    return frozenset(folded_words(topic.question))


def main(arguments: Sequence[str] | None = None, embedder: Embedder | None = None) -> int:
    """Fit, judge on the half held back, and print the weights to put into the module."""
    import numpy as np

    from knowledge_base.embedder import SentenceTransformerEmbedder

    parser = argparse.ArgumentParser(prog="python -m eval.text_ranker_weights", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of benchmarks")
    folder = parser.parse_args(arguments).data
    embedder = embedder or SentenceTransformerEmbedder()
    all_topics = topics(folder)
    tables, grades = [], []
    for number, topic in enumerate(all_topics, start=1):
        question = OpenQuestion.read(topic.question)
        rows = features(question, topic.texts, cosines(question.core, topic.texts, embedder))
        tables.append(np.array([astuple(row) for row in rows]))
        grades.append(np.array(topic.grades, dtype=np.float64))
        sys.stderr.write(f"\r{number} of {len(all_topics)}")
    # By subject where it is known: the questions of one subject stand side by side in both collections.
    blocks = np.arange(len(all_topics)) // 8 % 2
    halves = [[n for n in range(len(all_topics)) if blocks[n] == half] for half in (0, 1)]

    def judge(weigh: Callable[[int], NDArray[np.float64]], chosen: Sequence[int]) -> str:
        ranked = [(all_topics[n], np.argsort(-(tables[n] @ weigh(n)), kind="stable").tolist()) for n in chosen]
        gains = [value for topic, order in ranked if (value := topic.ndcg(order)) is not None]
        firsts = [value for topic, order in ranked if (value := topic.reciprocal_rank(order)) is not None]
        return f"nDCG@10 {np.mean(gains):.3f} ({len(gains)}), MRR {np.mean(firsts):.3f} ({len(firsts)})"

    lines = [f"{len(all_topics)} topics"]
    fitted = [fit([tables[n] for n in half], [grades[n] for n in half]) for half in halves]
    nearness = np.array([1.0] + [0.0] * (len(fields(Features)) - 1))
    for name, chosen in (("mediqa", [n for n, t in enumerate(all_topics) if not t.id.startswith("medquad")]),
                         ("medquad", [n for n, t in enumerate(all_topics) if t.id.startswith("medquad")])):
        lines.append(f"{name}: held back {judge(lambda n: fitted[1 - blocks[n]], chosen)}")
        lines.append(f"{name}: nearness  {judge(lambda n: nearness, chosen)}")
        lines.append(f"{name}: shipped   {judge(lambda n: np.array(astuple(WEIGHTS)), chosen)}")
    final = fit(tables, grades)
    final = final / final[0]
    lines += [f"half {n}: {np.round(half / half[0], 3).tolist()}" for n, half in enumerate(fitted)]
    lines.append(", ".join(f"{field.name}={value:.3f}" for field, value in zip(fields(Features), final, strict=True)))
    sys.stdout.write("\n".join(["", *lines, ""]))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except VademecumError as error:
        sys.exit(f"text_ranker_weights: {error}")
