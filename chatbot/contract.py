"""The JSON of `ask` and `search`: the one place that knows its field names.

Outside tools rely on these names; a change here needs an issue of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from chatbot.types import Abstention, Citation, Emergency, Finding, Response
from knowledge_base.grades import grade_of
from knowledge_base.types import Box, DrugMention, Passage, ScoredPassage, Sharing


def to_json(response: Response) -> dict[str, Any]:
    """A response as the object that `ask --json` prints."""
    return {
        "id": response.id,
        "question": response.question,
        "kind": _kind(response),
        "text": response.text,
        "claims": [
            {"text": claim.text, "citations": list(claim.citations), "support": claim.support}
            for claim in response.claims
        ],
        "citations": [_citation(citation, response.passages) for citation in response.citations],
        "passages": [passage_to_json(scored) for scored in response.passages],
        "boxed_warnings": [
            {"ingredient": warning.ingredient, "quote": warning.quote, "passage_id": warning.passage.id}
            for warning in response.boxed_warnings
        ],
        "notices": [{"kind": notice.kind, "text": notice.text} for notice in response.notices],
        "recommendations": list(_recommendations(response.citations)),
        "absence": [_finding(finding) for finding in response.findings],
        "drugs": [_drug(mention) for mention in response.drugs],
        "triage": {"level": response.triage.level, "category": response.triage.category},
        "model": response.model,
        "prompt": response.prompt,
        "reading_grade": response.reading_grade,
        "index_version": response.index_version,
        "timings_seconds": dict(response.timings_seconds),
    }


def passage_to_json(scored: ScoredPassage) -> dict[str, Any]:
    """A ranked passage as an element of the list that `search --json` prints."""
    labels = _labels(scored.labels)
    return {"rank": scored.rank, "score": float(scored.score), **_passage(scored.passage), "labels": labels}


def _kind(response: Response) -> str:
    match response:
        case Emergency():
            return "emergency"
        case Abstention():
            return "abstention"
        case _:
            return "answer"


def _passage(passage: Passage) -> dict[str, Any]:
    info = passage.document
    return {
        "passage_id": passage.id,
        "document_id": info.id,
        "source_path": info.source_path,
        "title": info.title,
        "kind": passage.kind,
        "set_id": info.set_id,
        "version": info.version,
        "effective_date": info.effective_date,
        "ingredients": list(info.ingredients),
        "brands": list(info.brands),
        "section_code": passage.section_code,
        "section_title": passage.section_title,
        "section_path": list(passage.section_path),
        "page": passage.page,
        "boxes": _boxes(passage.boxes),
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
    }


def _citation(citation: Citation, ranked: tuple[ScoredPassage, ...]) -> dict[str, Any]:
    """A citation; its rank and score are null where retrieval did not bring the passage."""
    scored = next((one for one in ranked if one.passage.id == citation.passage.id), None)
    return {
        "n": citation.n,
        "rank": scored.rank if scored is not None else None,
        "score": float(scored.score) if scored is not None else None,
        **_passage(citation.passage),
        "boxes": _boxes(citation.quote_boxes or citation.passage.boxes),
        "labels": _labels(citation.labels),
        "quote": citation.quote,
        "quote_start": citation.quote_start,
        "quote_end": citation.quote_end,
    }


def _recommendations(citations: tuple[Citation, ...]) -> Iterator[dict[str, Any]]:
    """How strongly guidelines recommend what is quoted, by number of the citation, where they say so."""
    for citation in citations:
        passage = citation.passage
        grade = grade_of(passage.text, citation.quote_start - passage.start, citation.quote_end - passage.start)
        if grade is not None and passage.kind == "guideline":
            yield {"n": citation.n, **asdict(grade)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "ingredient": finding.ingredient,
        "aspect": finding.aspect,
        "subject": finding.subject,
        "state": finding.state,
        "sections": [section._asdict() for section in finding.sections],
    }


def _labels(labels: Sharing | None) -> dict[str, int] | None:
    """Of how many labels of the medicine how many have the passage; null for what is no label."""
    return labels._asdict() if labels is not None else None


def _boxes(boxes: tuple[Box, ...]) -> list[list[float]] | None:
    return [list(box) for box in boxes] or None


def _drug(mention: DrugMention) -> dict[str, Any]:
    return {
        "mention": mention.mention,
        "ingredients": list(mention.ingredients),
        "match": mention.match,
        "candidates": list(mention.candidates),
    }
