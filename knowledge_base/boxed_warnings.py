"""The boxed warning of a medicine, where one of its labels really has one.

LOINC 34066-1 alone does not make one: real labels also use it for dose lists and package notices. So the
section's text must read like a warning. Knows documents and sections, no questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from knowledge_base import loinc
from knowledge_base.types import DocumentInfo, Passage

if TYPE_CHECKING:
    from knowledge_base.passage_store import PassageStore

_MIN_CHARS: Final = 40
_TITLE: Final = re.compile(r"\bbox(ed)? warning\b|^\W*warnings?\b", re.IGNORECASE)
_HARM: Final = re.compile(
    r"\b(death|deaths|fatal\w*|die|died|mortality|life-threatening|serious\w*|severe\w*|risks?|suicid\w*|toxicit\w*|"
    r"harm\w*|failure|abuse|addiction|misuse|hemorrhag\w*|bleeding|stroke|heart attack|thrombo\w*|malignan\w*|cancer|"
    r"contraindicated|do not use|should not be|must not|discontinu\w*|exacerbation\w*|hepatotox\w*|teratogen\w*|injury|"
    r"infections?|dependence|lactic acidosis|warning|embryo-?fetal|birth defects|reactions)\b",
    re.IGNORECASE,
)
_NOT_A_WARNING: Final = re.compile(
    r"^\W*(package label|principal display|how supplied|rx only|ndc\b|dosage (forms?|and administration)|directions|"
    r"active ingredient|inactive ingredient|store at|keep out of)",
    re.IGNORECASE,
)


def find(store: PassageStore, documents: Mapping[str, Sequence[DocumentInfo]]) -> list[tuple[str, Passage, int, int]]:
    """For each ingredient with a boxed warning: it, the passage, and the passage's span in the document.

    Args:
        store: the passages.
        documents: for each ingredient the documents about it, single-ingredient ones if there are any.
    """
    found = []
    for ingredient, infos in documents.items():
        passage = _first(store, sorted(infos, key=_preference, reverse=True))
        if passage is not None:
            found.append((ingredient, passage, passage.start, passage.end))
    return found


def reads_like_boxed_warning(section_title: str, text: str) -> bool:
    """Whether a section coded as a boxed warning is one, by its words."""
    words = " ".join(text.split())
    if len(words) < _MIN_CHARS or _NOT_A_WARNING.search(words):
        return False
    harms = {match.group().lower() for match in _HARM.finditer(f"{section_title} {words}")}
    if _TITLE.search(section_title) or _TITLE.search(words):
        return bool(harms)
    return len(harms) > 1


def _first(store: PassageStore, infos: Iterable[DocumentInfo]) -> Passage | None:
    for info in infos:
        passages = store.passages_of(info.id, {loinc.BOXED_WARNING})
        if not passages:
            continue
        whole = " ".join(passage.text for passage in passages)
        if reads_like_boxed_warning(passages[0].section_title, whole):
            # The first passage with words of harm: a heading alone is no warning.
            return next((one for one in passages if _HARM.search(one.text)), passages[0])
    return None


def _preference(info: DocumentInfo) -> tuple[bool, bool, str]:
    return (len(info.ingredients) == 1, info.kind == "label", info.effective_date or "")
