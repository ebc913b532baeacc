"""What is known of the cited passages beside their words: doses other sources contradict, and labels that say the same.

Both were found when the sources were stored. Quotes are never changed by it: numbers stay as they are printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from chatbot.notices import dose_notice
from chatbot.types import Citation, Notice, Response
from knowledge_base.source_comparison import SourceComparison
from knowledge_base.types import DoseDisagreement

R = TypeVar("R", bound=Response)


def with_source_notes(response: R, comparison: SourceComparison) -> R:
    """The response with a notice for each quoted dose at odds, and with its citations' labels counted."""
    if not response.citations:
        return response
    labels = comparison.sharing(list({one.passage.number for one in response.citations}))
    citations = tuple(replace(one, labels=labels.get(one.passage.number)) for one in response.citations)
    return replace(response, citations=citations, notices=(*_dose_notices(citations, comparison), *response.notices))


def _dose_notices(citations: Sequence[Citation], comparison: SourceComparison) -> list[Notice]:
    """One for each medicine and population, of the two doses that are nearest to one another."""
    quoted = [
        one
        for citation in citations
        for one in comparison.dose_disagreements.get(citation.passage.number, ())
        if one.here.written in citation.quote
    ]
    found: dict[tuple[str, str], DoseDisagreement] = {}
    for one in sorted(quoted, key=lambda one: one.fold):
        found.setdefault((one.drug, one.population), one)
    return [dose_notice(one) for one in found.values()]
