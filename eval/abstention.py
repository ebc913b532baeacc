"""When should nothing be answered? Questions that the sources answer against questions that they can not, and a curve.

Answerable: questions on a label's sections (`section_finding.py`) and MedicationQA questions on a medicine held. Not:
Med-HALT's absurd questions (Pal et al., CoNLL 2023), MedicationQA questions on a medicine not held, and the wordings of
section questions with names that no medicine has. The curve (El-Yaniv and Wiener, JMLR 11, 2010) shows what a threshold
on the best passage's cosine would do on top of the rules that decline today: coverage is the share of answerable
questions answered, risk the share of answers given to questions that have none.

    python -m eval.abstention --kb DIR --data DIR [--n 80]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio

from chatbot.opened import OpenedAnswerer
from chatbot.settings import load_settings
from chatbot.types import Answer
from chatbot.wiring import open_answerer
from eval.measures import OURS, Measure
from eval.medicationqa import held_ingredients, load_questions
from eval.missing import MissingDataError
from eval.planted import Half
from eval.section_finding import medicines_of, section_kinds, section_questions
from eval.statistics import wilson
from eval.tables import to_table
from knowledge_base.catalogue import Catalogue
from knowledge_base.errors import VademecumError

TASK: Final = "abstention"
_FAKE: Final = Path("medhalt_fqt", "reasoning_fake.csv.gz")
_N: Final = 80
"""Questions of each of the five sources."""
_THRESHOLDS: Final = tuple(step / 20 for step in range(17))
_SEED: Final = 7
_SYLLABLES: Final = ("zor", "vel", "quin", "ta", "fex", "lum", "bri", "dox", "nar", "mil", "pru", "stan")
_MADE_UP_ENDINGS: Final = ("zafib", "trivex", "mudrine", "loptane", "quistat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, where it comes from, whether the sources answer it, and what came of it."""

    source: str
    answerable: bool
    text: str
    answered: bool = False
    confidence: float = 0.0
    """The best passage's cosine with the question; 0 where there is none."""


def questions_of(answerer: OpenedAnswerer, data: Path, n: int) -> list[Asked]:
    """`n` questions from each source, where it has so many.

    Raises:
        MissingDataError: a benchmark is not in the folder.
    """
    draw = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    kb = answerer.knowledge_base
    kinds = section_kinds()
    sections = [one.text for one in section_questions(medicines_of(kb.store), kinds)]
    lexicon, catalogue = answerer.retriever.lexicon, Catalogue(kb.store)
    held: list[str] = []
    not_held: list[str] = []
    for one in load_questions(data):
        known = held_ingredients(one.focus, lexicon, catalogue)
        (held if known else not_held).append(one.text)
    wordings = [wording for kind in kinds for _, wording in kind.wordings]
    made_up = [draw.choice(wordings).replace("{drug}", _made_up(draw)) for _ in range(n)]
    sources: tuple[tuple[str, bool, Sequence[str]], ...] = (
        ("section questions", True, sections),
        ("MedicationQA, medicine held", True, held),
        ("MedicationQA, medicine not held", False, not_held),
        ("Med-HALT", False, _fake_questions(data)),
        ("names no medicine has", False, made_up),
    )
    return [
        Asked(source=source, answerable=answerable, text=text)
        for source, answerable, texts in sources
        for text in draw.sample(list(texts), min(n, len(texts)))
    ]


async def ask_all(answerer: OpenedAnswerer, questions: Sequence[Asked]) -> list[Asked]:
    """Every question asked, with its outcome."""
    found = []
    for one in questions:
        response = await answerer.answer(one.text)
        best = max((passage.similarity or 0.0 for passage in response.passages), default=0.0)
        found.append(
            Asked(
                source=one.source,
                answerable=one.answerable,
                text=one.text,
                answered=isinstance(response, Answer),
                confidence=best,
            )
        )
    return found


def measure_abstention(asked: Sequence[Asked]) -> tuple[Measure, ...]:
    """For each source the share of questions that were answered."""
    return tuple(
        Measure.of_share(
            TASK,
            OURS,
            f"answered: {source}",
            wilson(sum(one.answered for one in of_source), len(of_source)),
            higher_is_better=of_source[0].answerable,
        )
        for source in dict.fromkeys(one.source for one in asked)
        for of_source in [[one for one in asked if one.source == source]]
    )


def curve(asked: Sequence[Asked]) -> Iterator[tuple[float, float, float]]:
    """(threshold, coverage, risk) where an answer is only given from the threshold up; ends where none is."""
    answerable = [one for one in asked if one.answerable]
    for threshold in _THRESHOLDS:
        given = [one for one in asked if one.answered and one.confidence >= threshold]
        if not given:
            return
        right = sum(one.answerable for one in given)
        yield threshold, right / len(answerable), 1 - right / len(given)


def half_of(text: str) -> Half:
    """Which half a question belongs to."""
    return "tuning" if hashlib.sha256(text.encode()).digest()[0] % 2 == 0 else "held back"


def _made_up(draw: random.Random) -> str:
    return "".join(draw.sample(_SYLLABLES, 2)) + draw.choice(_MADE_UP_ENDINGS)


def _fake_questions(data: Path) -> list[str]:
    path = data / _FAKE
    MissingDataError.check(path)
    rows = csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8")))
    return [row["question"] for row in rows]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the shares, and the curve of each half."""
    parser = argparse.ArgumentParser(prog="python -m eval.abstention", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kb", type=Path, default=None, help="knowledge base folder")
    parser.add_argument("--data", type=Path, required=True, help="folder of benchmarks")
    parser.add_argument("--n", type=int, default=_N, help="questions of each source")
    chosen = parser.parse_args(arguments)
    try:
        answerer = open_answerer(load_settings(), chosen.kb)
        asked = anyio.run(ask_all, answerer, questions_of(answerer, chosen.data, chosen.n))
    except VademecumError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{to_table(measure_abstention(asked), [OURS])}\n")
    for half in ("tuning", "held back"):
        sys.stdout.write(f"\n{half}\n\n| threshold | coverage | risk |\n|---|---|---|\n")
        for threshold, coverage, risk in curve([one for one in asked if half_of(one.text) == half]):
            sys.stdout.write(f"| {threshold:.2f} | {coverage:.3f} | {risk:.3f} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
