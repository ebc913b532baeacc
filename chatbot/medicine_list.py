"""A list of medicines and what their labels say of each other: the values.

Severity is never graded here: a statement carries the label's own words and nothing else. Knows no store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from chatbot.candidates import Lead
from knowledge_base.types import DrugMention, Passage

NamedBy = Literal["name", "class", "broad class"]
"""How a sentence names the other medicine: itself, a class it belongs to, or a class that says little of it."""
LabelState = Literal["found", "silent", "no_section", "no_label"]
"""Absence has three states (found, silent, no such section), and a medicine may have no label here at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence of the label of `ingredient` on `other`: `source_text[start:end] == text`.

    `lead` are the words that a line of a list goes on from. `severity` are the label's own words that say how
    serious it is ("contraindicated"), or None.
    """

    ingredient: str
    other: str
    passage: Passage
    start: int
    end: int
    text: str
    lead: Lead | None
    named_by: NamedBy
    severity: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two ingredients of a list, what each one's label says of the other, and what it means where it says nothing."""

    one: str
    other: str
    statements: tuple[Statement, ...]
    one_state: LabelState
    other_state: LabelState

    @property
    def is_one_sided(self) -> bool:
        """Whether one label speaks of the other medicine and that one's label does not speak of it."""
        return (self.one_state == "found") is not (self.other_state == "found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Items of a list that hold the same ingredient, or ingredients of one class (`is_class`)."""

    shared: str
    items: tuple[str, ...]
    is_class: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCheck:
    """The outcome for one list; `unclear` and `unknown` items took no part."""

    items: tuple[str, ...]
    drugs: tuple[DrugMention, ...]
    unclear: tuple[DrugMention, ...]
    unknown: tuple[str, ...]
    duplicates: tuple[Duplicate, ...]
    pairs: tuple[Pair, ...]

    def to_json(self) -> dict[str, Any]:
        """The outcome as JSON values; every quote with its document and offsets."""
        return {
            "medicines": [
                {"mention": one.mention, "ingredients": list(one.ingredients), "match": one.match} for one in self.drugs
            ],
            "unclear": [{"mention": one.mention, "candidates": list(one.candidates)} for one in self.unclear],
            "unknown": list(self.unknown),
            "duplicates": [
                {"shared": one.shared, "by": "class" if one.is_class else "ingredient", "items": list(one.items)}
                for one in self.duplicates
            ],
            "pairs": [
                {
                    "one": pair.one,
                    "other": pair.other,
                    "one_state": pair.one_state,
                    "other_state": pair.other_state,
                    "one_sided": pair.is_one_sided,
                    "statements": [_statement(one) for one in pair.statements],
                }
                for pair in self.pairs
            ],
        }


def _statement(one: Statement) -> dict[str, Any]:
    document = one.passage.document
    return {
        "ingredient": one.ingredient,
        "other": one.other,
        "named_by": one.named_by,
        "severity": one.severity,
        "lead": one.lead.text if one.lead is not None else None,
        "quote": one.text,
        "quote_start": one.start,
        "quote_end": one.end,
        "passage_id": one.passage.id,
        "document_id": document.id,
        "title": document.title,
        "effective_date": document.effective_date,
        "section_code": one.passage.section_code,
        "section_title": one.passage.section_title,
    }
