"""The outcome of a list check as an answer like any other: text, claims and citations that agree in their numbers.

Everything between quotation marks is a label's own words; silence is told as silence. Knows no store.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from chatbot.compose import number_quotes, quoted_claim, show_quote
from chatbot.extractive import Quote
from chatbot.medicine_list import Duplicate, LabelState, ListCheck, Pair
from chatbot.notices import join_names, name_notices
from chatbot.types import Answer, BoxedWarning, Citation, Claim, Notice

_ABSENT: Final[Mapping[LabelState, str]] = {
    "silent": "The interactions section of {label} does not mention {other}. That is no proof that they go together.",
    "no_section": "The labels of {label} here have no section on interactions.",
    "no_label": "There is no label of {label} here.",
}
_ADVICE: Final = "A pharmacist can check the whole list with you, with your doses and illnesses in mind."


def to_answer(check: ListCheck, boxed_warnings: Iterable[BoxedWarning] = (), index_version: str = "") -> Answer:
    """All findings: what was read, what is held twice, and pair by pair what the labels say of each other."""
    blocks = list(_read(check))
    blocks += [_duplicate(one) for one in check.duplicates]
    citations: list[Citation] = []
    claims: list[Claim] = []
    for pair in check.pairs:
        bullets = _bullets(pair, len(citations))
        citations += [one for bullet in bullets for one in bullet]
        claims += map(quoted_claim, bullets)
        blocks.append("\n".join(_pair(pair, bullets)))
    return Answer(
        id=uuid.uuid4().hex,
        question=", ".join(check.items),
        text="\n\n".join([*blocks, _ADVICE]),
        claims=tuple(claims),
        citations=tuple(citations),
        boxed_warnings=tuple(boxed_warnings),
        notices=(*name_notices(check.drugs), *_notices(check)),
        drugs=(*check.drugs, *check.unclear),
        index_version=index_version,
    )


def _read(check: ListCheck) -> Iterator[str]:
    ingredients = list(dict.fromkeys(one for drug in check.drugs for one in drug.ingredients))
    if ingredients:
        yield f"Checked together: {join_names(ingredients)}."
    for drug in check.unclear:
        yield f"\u201c{drug.mention}\u201d was not checked: it could be {join_names(drug.candidates)}. Which one is it?"
    for name in check.unknown:
        yield f"\u201c{name}\u201d was not checked: no document here is about it."


def _notices(check: ListCheck) -> Iterator[Notice]:
    if check.unclear:
        yield Notice(kind="look-alike", text="Some names differ by a letter or two. No name was guessed.")
    for name in check.unknown:
        yield Notice(kind="unknown-drug", text=f"No document here is about '{name}'; it was not checked.")


def _duplicate(duplicate: Duplicate) -> str:
    items = join_names(duplicate.items)
    if duplicate.is_class:
        return f"Two of one class: {items} are {duplicate.shared}. Ask whether you need both."
    return f"The same ingredient twice: {items} hold {duplicate.shared}. Together they may be too much of it."


def _bullets(pair: Pair, n_before: int) -> list[tuple[Citation, ...]]:
    quotes = (
        Quote(passage=one.passage, start=one.start, end=one.end, text=one.text, score=0.0, lead=one.lead)
        for one in pair.statements
    )
    return [tuple(replace(one, n=n_before + one.n) for one in bullet) for bullet in number_quotes(quotes)]


def _pair(pair: Pair, bullets: Sequence[Sequence[Citation]]) -> Iterator[str]:
    one_sided = ", of which only one label speaks" if pair.is_one_sided else ""
    yield f"**{pair.one} and {pair.other}**{one_sided}:"
    for bullet in bullets:
        document = bullet[-1].passage.document
        yield f"- {document.title} ({document.effective_date or 'no date known'}): {' '.join(map(show_quote, bullet))}"
    by_class = {one.other for one in pair.statements} - {one.other for one in pair.statements if one.named_by == "name"}
    for name in sorted(by_class):
        yield f"- {name} itself is not named there, only a group of medicines it belongs to."
    for label, other, state in ((pair.one, pair.other, pair.one_state), (pair.other, pair.one, pair.other_state)):
        if state in _ABSENT:
            yield f"- {_ABSENT[state].format(label=label, other=other)}"
