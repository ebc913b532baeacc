"""Whether documents say what is asked of them: they do, a section for it does not, or there is no such section.

The three are never mixed up, and none of the last two means that anything is safe. Reads the outline of documents;
knows no question and no words of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from knowledge_base.types import Section

Presence = Literal["found", "not_mentioned", "no_section"]


class SectionRead(NamedTuple):
    """A section that was read for an answer."""

    document_id: str
    code: str | None
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reading some documents for one thing came to, and their sections that are about it."""

    state: Presence
    sections: tuple[SectionRead, ...]


def judge(
    outlines: Mapping[str, Sequence[Section]], is_about: Callable[[str | None, str], bool], *, found: bool
) -> Reading:
    """Which of the three it is.

    Args:
        outlines: the sections of each document that was read whole, by the document's id.
        is_about: whether a section of this LOINC code and title is where the thing asked for would stand. A section
            without text counts: that it exists and is silent is a fact too.
        found: whether a sentence of the documents answers.
    """
    sections = tuple(
        SectionRead(document_id, section.code, section.title)
        for document_id, outline in outlines.items()
        for section in outline
        if is_about(section.code, section.title)
    )
    if found:
        return Reading(state="found", sections=sections)
    return Reading(state="not_mentioned" if sections else "no_section", sections=sections)
