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
_MAX_GAP: Final = 200
"""Characters between two passages of one warning: its own headings."""
_OPENING: Final = 200
"""Where a section says what it is, in characters."""
_HARM: Final = re.compile(
    r"\b(death|deaths|fatal\w*|die|died|mortality|life-threatening|serious\w*|severe\w*|risks?|suicid\w*|toxicit\w*|toxic|"
    r"harm\w*|failure|abuse|addiction|misuse|hemorrhag\w*|bleeding|stroke|thrombo\w*|malignan\w*|cancer|carcino\w*|tumou?rs?|"
    r"contraindicated|should not be|must not|discontinu\w*|exacerbation\w*|\w*toxicity|teratogen\w*|injury|"
    r"infections?|dependence|lactic acidosis|embryo\w*|birth defects|malformations?|anaphyla\w*|reactions|apnea|"
    r"caution|supervision|experienced (in|physician)|monitor\w*|depletion|diminished|hypersensitivity|adverse|"
    r"hematoma|hepatitis|only by (physicians|personnel|persons|individuals)|special (competence|training)|"
    r"do not administer)\b",
    re.IGNORECASE,
)
_PACKAGE_OR_DOSE: Final = re.compile(
    r"^\W*(package label|principal display|how supplied|rx only|ndc\b|dosage\b(?! of)|directions|active ingredient|"
    r"inactive ingredient|store (at|in)|keep out of|drug facts|adults and children|tamper)|"
    r"\b(tamper|safety seal|seal (is|imprinted|under)|carton (is|was)|blister (is|unit)|fact sheet for|"
    r"emergency use (of|authorization)|authorized for emergency use)\b",
    re.IGNORECASE,
)


def find(store: PassageStore, documents: Mapping[str, Sequence[DocumentInfo]]) -> list[tuple[str, Passage, int, int]]:
    """For each ingredient with a boxed warning: it, its first passage, and the whole warning's span in the document.

    Args:
        store: the passages.
        documents: for each ingredient the documents about it, single-ingredient ones if there are any.
    """
    found = []
    for ingredient, infos in documents.items():
        warning = _first(store, sorted(infos, key=_preference, reverse=True))
        if warning:
            found.append((ingredient, warning[0], warning[0].start, warning[-1].end))
    return found


def reads_like_boxed_warning(section_title: str, text: str) -> bool:
    """Whether a section coded as a boxed warning is one, by its words."""
    return refusal(section_title, text) is None


def refusal(section_title: str, text: str) -> str | None:
    """Why a section coded as a boxed warning is none, or None if it is one."""
    words = " ".join(text.split())
    if not words:
        return "no text"
    if found := _PACKAGE_OR_DOSE.search(words[:_OPENING]) or _PACKAGE_OR_DOSE.search(section_title):
        return f"opens as a package notice, a dose or an authorization ({' '.join(found[0].split()).lower()})"
    if len(words) < _MIN_CHARS:
        return f"fewer than {_MIN_CHARS} characters"
    return None if _HARM.search(f"{section_title} {words}") else "names no harm"


def _first(store: PassageStore, infos: Iterable[DocumentInfo]) -> list[Passage]:
    """The passages of the first real boxed warning, which follow each other; none if there is none."""
    for info in infos:
        coded = store.passages_of(info.id, {loinc.BOXED_WARNING})
        # The Highlights only sum a boxed warning up.
        passages = [one for one in coded if not loinc.is_highlights(one.section_path)] or coded
        if not passages:
            continue
        whole = " ".join(passage.text for passage in passages)
        if reads_like_boxed_warning(passages[0].section_title, whole):
            # The first passage with words of harm: a heading alone is no warning.
            first = next((place for place, one in enumerate(passages) if _HARM.search(one.text)), 0)
            warning = [passages[first]]
            for passage in passages[first + 1 :]:
                if passage.start - warning[-1].end > _MAX_GAP:
                    break
                warning.append(passage)
            return warning
    return []


def _preference(info: DocumentInfo) -> tuple[bool, bool, str]:
    return (len(info.ingredients) == 1, info.kind == "label", info.effective_date or "")
