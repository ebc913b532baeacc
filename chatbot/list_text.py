"""The outcome of a list check as text a person reads; everything between quotation marks is a label's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from chatbot.medicine_list import Duplicate, LabelState, ListCheck, Pair, Statement
from chatbot.notices import join_names

_ABSENT: Final[Mapping[LabelState, str]] = {
    "silent": "The interactions section of {label} does not mention {other}. That is no proof that they go together.",
    "no_section": "The labels of {label} here have no section on interactions.",
    "no_label": "There is no label of {label} here.",
}


def to_text(check: ListCheck) -> str:
    """All findings: what was read, what is held twice, and pair by pair what the labels say."""
    return "\n".join(_lines(check))


def _lines(check: ListCheck) -> Iterator[str]:
    for drug in check.drugs:
        yield f"{drug.mention}: {join_names(drug.ingredients)}" + (" (misspelt)" if drug.match == "misspelling" else "")
    for drug in check.unclear:
        yield f"{drug.mention}: not checked; it could be {join_names(drug.candidates)}. Which one is it?"
    for name in check.unknown:
        yield f"{name}: not checked; no document here is about it."
    for duplicate in check.duplicates:
        yield ""
        yield _duplicate(duplicate)
    for pair in check.pairs:
        yield ""
        yield from _pair(pair)


def _duplicate(duplicate: Duplicate) -> str:
    items = join_names(duplicate.items)
    if duplicate.is_class:
        return f"Same class twice: {items} are both {duplicate.shared}. Ask whether you need both."
    return f"Same ingredient twice: {items} both hold {duplicate.shared}. Together they may be too much of it."


def _pair(pair: Pair) -> Iterator[str]:
    one_sided = " (only one of the two labels speaks of it)" if pair.is_one_sided else ""
    yield f"{pair.one} and {pair.other}{one_sided}"
    for statement in pair.statements:
        yield f"- {_quote(statement)}"
    for label, other, state in ((pair.one, pair.other, pair.one_state), (pair.other, pair.one, pair.other_state)):
        if state in _ABSENT:
            yield f"- {_ABSENT[state].format(label=label, other=other)}"


def _quote(statement: Statement) -> str:
    words = " ".join(f"{statement.lead or ''} {statement.text}".split())
    document = statement.passage.document
    date = f", {document.effective_date}" if document.effective_date else ""
    by = "" if statement.named_by == "name" else f"; names its {statement.named_by}, not {statement.other} itself"
    return f"\u201c{words}\u201d ({document.title}, {statement.passage.section_title}{date}{by})"
