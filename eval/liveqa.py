"""TREC 2017 LiveQA medical: ranking the judged answers of each question.

Questions and NLM summaries: Ben Abacha, Agichtein, Pinter and Demner-Fushman (TREC 2017). Judged MedQuAD answers:
Ben Abacha and Demner-Fushman, BMC Bioinformatics 20, 2019 (1 incorrect, 2 related, 3 incomplete, 4 excellent).
Only questions with an answer graded 3 or 4 are judged; each system ranks the same texts, heading and answer.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lxml import etree

from eval.baselines import MINILM, RRF, SYSTEMS, TextBaselines
from eval.bootstrap import mean_interval
from eval.measures import OURS, Measure
from eval.missing import MissingDataError
from eval.paired import paired_difference
from eval.topics import GOOD, Topic
from knowledge_base.errors import VademecumError
from knowledge_base.question_core import core_of
from knowledge_base.text_ranker import FreeText, cosines, rank_scored, score_texts

if TYPE_CHECKING:
    from knowledge_base.embedder import Embedder

TASK: Final = "LiveQA judged answers"
# What was measured of the usual methods on these questions; ours must be above both.
_BARS: Final = {
    ("full question", "nDCG@10"): 0.82,
    ("full question", "MRR"): 0.81,
    ("summary", "nDCG@10"): 0.84,
    ("summary", "MRR"): 0.85,
}
QUESTIONS: Final = Path("liveqa_med_2017", "TREC-2017-LiveQA-Medical-Test-Questions-w-summaries.xml")
_ANSWERS: Final = Path("liveqa_medquad_judged", "answers_2479.csv.gz")
_QRELS: Final = Path("liveqa_medquad_judged", "qrels_2479.txt")
_ANSWER: Final = re.compile(r"\s*Question:\s*(.*?)\s*\n\s*URL:[^\n]*\n\s*Answer:\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveQuestion:
    """A question as the person wrote it, its summary by the National Library of Medicine, and its judged answers."""

    id: str
    subject: str
    message: str
    summary: str
    texts: tuple[FreeText, ...]
    grades: tuple[int, ...]

    @property
    def full(self) -> str:
        """Subject line and message."""
        return " ".join(f"{self.subject.rstrip('. ')}. {self.message}".split()).lstrip(". ")

    def topic(self, question: str) -> Topic:
        """The question in these words, with its answers."""
        return Topic(id=self.id, question=question, texts=self.texts, grades=self.grades)


def load_liveqa(folder: Path) -> list[LiveQuestion]:
    """The questions with judged answers, in the order of the judgements.

    Raises:
        MissingDataError: a file is not there.
        VademecumError: a file cannot be read; names the file.
    """
    answers = _answers(folder / _ANSWERS)
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    path = folder / _QRELS
    for number, line in enumerate(_text(path).splitlines(), start=1):
        try:
            question, grade, answer = line.split(" ", 2)
            grades[question][answer] = int(grade[0]) - 1
        except ValueError as error:
            raise VademecumError(f"{path}, line {number}: not `question grade-name answer`") from error
    found = []
    for question_id, words in _questions(folder / QUESTIONS).items():
        judged = {name: grade for name, grade in sorted(grades[question_id].items()) if name in answers}
        if judged:
            subject, message, summary = words
            found.append(
                LiveQuestion(
                    id=question_id,
                    subject=subject,
                    message=message,
                    summary=summary,
                    texts=tuple(answers[name] for name in judged),
                    grades=tuple(judged.values()),
                )
            )
    return found


def measure_liveqa(folder: Path, embedder: Embedder, limit: int | None = None) -> tuple[Measure, ...]:
    """nDCG@10 and MRR of ours and the baselines, and how much ours is better, paired.

    Args:
        folder: the folder of benchmarks.
        embedder: for ours and for MiniLM's place alike.
        limit: only the first so many questions.
    """
    questions = with_good_answer(load_liveqa(folder))[:limit]
    baselines = TextBaselines([text for one in questions for text in one.texts], embedder)
    near = [cosines([core_of(one.full), core_of(one.summary)], one.texts, embedder) for one in questions]
    measures: list[Measure] = []
    for row, (wording, ask) in enumerate((("full question", attrgetter("full")), ("summary", attrgetter("summary")))):
        topics = [one.topic(ask(one)) for one in questions]
        rankings = [
            {
                OURS: rank_scored(score_texts(one.question, one.texts, near[place][row])),
                **baselines.rank(one.question, one.texts),
            }
            for place, one in enumerate(topics)
        ]
        for name, judge in (("nDCG@10", Topic.ndcg), ("MRR", Topic.reciprocal_rank)):
            values = {
                system: [
                    judge(topic, by_system[system]) or 0.0 for topic, by_system in zip(topics, rankings, strict=True)
                ]
                for system in (OURS, *SYSTEMS)
            }
            measures += _of_wording(f"{name}, {wording}", values, _BARS[wording, name])
    return tuple(measures)


def _of_wording(name: str, values: Mapping[str, list[float]], bar: float) -> list[Measure]:
    rows = [Measure.of_share(TASK, system, name, mean_interval(values[system]), bar=bar) for system in values]
    for other in (MINILM, RRF):
        difference = paired_difference(values[OURS], values[other])
        note = f"two-sided p = {difference.p:.2g} by randomisation" if difference.p is not None else ""
        rows.append(
            Measure.of_share(TASK, OURS, f"{name}, ours minus {other}", difference.interval, bar=0.0, note=note)
        )
    return rows


def with_good_answer(questions: list[LiveQuestion]) -> list[LiveQuestion]:
    """The questions that have an answer worth ranking first."""
    return [one for one in questions if max(one.grades) >= GOOD]


def _answers(path: Path) -> Mapping[str, FreeText]:
    MissingDataError.check(path)
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = [(row["AnswerID"], row["Answer"]) for row in csv.DictReader(file)]
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise VademecumError(f"{path}: not a compressed CSV with AnswerID and Answer ({error})") from error
    parts = ((name, _ANSWER.match(text), text) for name, text in rows)
    return {name: FreeText(found[1], found[2].strip()) if found else FreeText("", text) for name, found, text in parts}


def _questions(path: Path) -> dict[str, tuple[str, str, str]]:
    MissingDataError.check(path)
    try:
        tree = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise VademecumError(f"{path}: no XML ({error})") from error
    return {
        (one.get("qid") or "").removeprefix("TQ"): (
            (one.findtext(".//SUBJECT") or "").strip(),
            (one.findtext(".//MESSAGE") or "").strip(),
            (one.findtext("NLM-Summary") or "").strip(),
        )
        for one in tree.iter("NLM-QUESTION")
    }


def _text(path: Path) -> str:
    MissingDataError.check(path)
    return path.read_text(encoding="utf-8")
