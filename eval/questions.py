"""A file of questions with their known outcome, and how well the answers meet it.

One JSON object a line: `question`, and any of `kind` ("answer", "abstention", "emergency"),
`ingredient` (of the first citation), `section_codes` (one of them must be the first citation's) and
`contains` (words that some quote must hold). What a line does not state is not judged.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.contract import to_json
from chatbot.json_lines import numbered_lines
from chatbot.opened import OpenedAnswerer
from eval.statistics import Share, wilson
from knowledge_base.errors import VademecumError

_MEASURES = ("kind", "drug", "section", "contains", "quotes exact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and what is known of its right answer."""

    text: str
    kind: str | None = None
    ingredient: str | None = None
    section_codes: tuple[str, ...] = ()
    contains: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One question's verdicts by measure (None: not judged) and its time in seconds."""

    question: str
    verdicts: dict[str, bool | None]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsResult:
    """All judgements of one run, with what is needed to repeat it."""

    judgements: tuple[Judgement, ...]
    index_version: str
    model: str

    def share(self, measure: str) -> Share:
        """The share of judged questions that meet a measure, with its interval."""
        verdicts = [j.verdicts[measure] for j in self.judgements if j.verdicts[measure] is not None]
        return wilson(sum(verdict is True for verdict in verdicts), len(verdicts))

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures, in the order of the table."""
        return _MEASURES

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values."""
        return {
            "index_version": self.index_version,
            "model": self.model,
            "measures": {measure: self.share(measure)._asdict() for measure in _MEASURES},
            "judgements": [
                {"question": j.question, "verdicts": j.verdicts, "seconds": j.seconds} for j in self.judgements
            ],
        }


def load_questions(path: Path) -> list[Question]:
    """Read a file of questions.

    Raises:
        VademecumError: the file or a line of it cannot be used; names the line.
    """
    return [_parse(line, where) for where, line in numbered_lines(path, str(path))]


def _parse(line: str, where: str) -> Question:
    try:
        row = json.loads(line)
        return Question(
            text=row["question"],
            kind=row.get("kind"),
            ingredient=row.get("ingredient"),
            section_codes=tuple(row.get("section_codes", ())),
            contains=row.get("contains"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VademecumError(f"{where}: needs a JSON object with `question`") from error


async def run_questions(answerer: OpenedAnswerer, questions: Sequence[Question]) -> QuestionsResult:
    """Ask every question and judge the response."""
    judgements = []
    for question in questions:
        start = time.perf_counter()
        response = await answerer.answer(question.text)
        seconds = time.perf_counter() - start
        verdicts = _judge(question, to_json(response), answerer)
        judgements.append(Judgement(question=question.text, verdicts=verdicts, seconds=seconds))
    return QuestionsResult(
        judgements=tuple(judgements),
        index_version=answerer.knowledge_base.index_version,
        model=answerer.model_name,
    )


def _judge(question: Question, response: dict[str, Any], answerer: OpenedAnswerer) -> dict[str, bool | None]:
    citations = response["citations"]
    first = citations[0] if citations else None
    expects = question.ingredient is not None
    return {
        "kind": response["kind"] == question.kind if question.kind else None,
        "drug": bool(first and question.ingredient in first["ingredients"]) if expects else None,
        "section": bool(first and first["section_code"] in question.section_codes) if question.section_codes else None,
        "contains": _holds(question.contains, citations) if question.contains else None,
        "quotes exact": all(_is_exact(citation, answerer) for citation in citations) if citations else None,
    }


def _holds(words: str, citations: list[dict[str, Any]]) -> bool:
    return any(words.lower() in citation["quote"].lower() for citation in citations)


def _is_exact(citation: dict[str, Any], answerer: OpenedAnswerer) -> bool:
    text = answerer.knowledge_base.store.source_text(citation["document_id"])
    return bool(text[citation["quote_start"] : citation["quote_end"]] == citation["quote"])
