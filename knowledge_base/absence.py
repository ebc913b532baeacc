"""The three states of absence: found, the section is there and does not mention it, no label has such a section.

"The label does not mention it" and "this label has no such section" are different facts, and neither
means "it is safe". Knows documents and sections, no questions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from knowledge_base.types import DocumentInfo
from knowledge_base.words import folded_words, name_key

if TYPE_CHECKING:
    from knowledge_base.passage_store import PassageStore

SectionState = Literal["found", "silent", "no_section"]


def section_state(
    store: PassageStore, documents: Iterable[DocumentInfo], codes: Collection[str], terms: Sequence[str] = ()
) -> SectionState:
    """What these documents say in the sections of these codes.

    Args:
        store: the passages.
        documents: the documents about one medicine.
        codes: LOINC codes of the sections in question.
        terms: names to look for, whole words in any spelling of case; without terms any text at all counts.
    """
    state: SectionState = "no_section"
    wanted = [key for term in terms if (key := " ".join(name_key(term)))]
    for info in documents:
        for passage in store.passages_of(info.id, codes):
            text = f" {' '.join(folded_words(passage.text))} "
            if not wanted or any(f" {term} " in text or f" {term}s " in text for term in wanted):
                return "found"
            state = "silent"
        if state == "no_section" and any(section.code in codes for section in store.sections(info.id)):
            state = "silent"
    return state
