"""What a person must know beside the answer: how a name was read, who should be careful, how old a label is.

Every text here is the application's own. Knows no store and no model.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final

from chatbot.conflicts import Conflict
from chatbot.facts import Facts
from chatbot.points import TOPICS
from chatbot.privacy.identifiers import Kind, describe
from chatbot.rewriting import Rewritten
from chatbot.types import Notice
from knowledge_base.types import DocumentInfo, DoseDisagreement, DrugMention, Place

_STALE_YEARS: Final = 5
_NOTHING: Final = Facts()
_PREGNANCY: Final = re.compile(
    r"\b(?:pregnan\w*|expecting a baby|trying to (?:conceive|get pregnant)|trimester|breast-?feed\w*"
    r"|nursing (?:a|my) baby|lactat\w*)\b",
    re.IGNORECASE,
)
_CHILD: Final = re.compile(
    r"\b(?:child(?:ren)?|kids?|toddlers?|infants?|bab(?:y|ies)|newborns?|son|daughter|p(?:a)?ediatric|teen(?:ager)?s?"
    r"|(?:[0-9]|1[0-7])[ -]?(?:years?|yrs?|months?|mo|yo)[ -]?old|(?:[0-9]|1[0-7]) ?yo)\b",
    re.IGNORECASE,
)
_ANIMAL: Final = re.compile(r"\b(?:dogs?|cats?|pupp(?:y|ies)|kittens?|horses?|pets?|veterinary)\b", re.IGNORECASE)


def name_notices(drugs: Sequence[DrugMention], carried: Sequence[str] = ()) -> list[Notice]:
    """How the names in the question were read."""
    notices = [Notice(kind="follow-up", text=f"Read as a question about {join_names(carried)}.")] if carried else []
    for drug in drugs:
        ingredients = join_names(drug.ingredients)
        if drug.match == "misspelling":
            read_as = drug.candidates[0] if drug.candidates else ingredients
            also = f" ({ingredients})" if read_as != ingredients else ""
            notices.append(Notice(kind="misspelling", text=f"Read '{drug.mention}' as {read_as}{also}."))
        elif drug.match == "brand" and drug.mention.lower() != ingredients:
            notices.append(Notice(kind="brand", text=f"{_cased(drug.mention)} is a brand name of {ingredients}."))
    return list(dict.fromkeys(notices))


def follow_up_notice(question: str, read_as: Rewritten) -> list[Notice]:
    """How a follow-up was read where it took over more than a medicine."""
    if read_as.carried or not read_as.leans or read_as.question == question:
        return []
    return [Notice(kind="follow-up", text=f"Read as: \u201c{read_as.question}\u201d")]


def folded_notices(folded: Sequence[tuple[str, str]]) -> tuple[Notice, ...]:
    """Which words were written with letters of another alphabet that look like Latin ones, and how they were read."""
    return tuple(
        Notice(
            kind="look-alike-letters",
            text=f"'{typed}' has letters of another alphabet that look like Latin ones; it was read as '{read}'.",
        )
        for typed, read in folded
    )


def person_notices(question: str, aspects: Sequence[str], facts: Facts = _NOTHING) -> list[Notice]:
    """Cautions for who the question is about: pregnancy, a child, an animal."""
    notices = []
    told = facts.pregnant or facts.breastfeeding
    if told or _PREGNANCY.search(question) or {"pregnancy", "breastfeeding"} & set(aspects[:1]):
        text = "Before you take, stop or change any medicine in pregnancy or while breast-feeding, ask your doctor."
        notices.append(Notice(kind="pregnancy", text=text))
    elif facts.is_child or _CHILD.search(question) or "children" in aspects[:1]:
        text = "Doses for children go by age and weight, and some medicines are not for them. Ask the child's doctor."
        notices.append(Notice(kind="child", text=text))
    if _ANIMAL.search(question):
        text = "The sources here are for people only. For an animal, ask a veterinarian."
        notices.append(Notice(kind="animal", text=text))
    return notices


def age_notice(documents: Iterable[DocumentInfo], today: date) -> list[Notice]:
    """Says which quoted documents are older than five years or carry no date."""
    old, undated = [], []
    for document in {document.id: document for document in documents}.values():
        dated = _date(document.effective_date)
        if dated is None:
            undated.append(document.title)
        elif (today - dated).days > _STALE_YEARS * 365.25:
            old.append(f"{document.title} ({document.effective_date})")
    notices = []
    if old:
        text = f"Older than {_STALE_YEARS} years, so newer advice may exist: {join_names(old)}."
        notices.append(Notice(kind="stale-label", text=text))
    if undated:
        text = f"No date is known for: {join_names(list(dict.fromkeys(undated)))}. Newer advice may exist."
        notices.append(Notice(kind="stale-label", text=text))
    return notices


def remark_notices(documents: Iterable[DocumentInfo]) -> list[Notice]:
    """What must be told of the quoted documents themselves."""
    remarks = dict.fromkeys(f"{document.title}: {remark}" for document in documents for remark in document.remarks)
    return [Notice(kind="source", text=remark) for remark in remarks]


def conflict_notice(conflict: Conflict) -> Notice:
    """Two sources lay down different things, or a label's summary and its text do."""
    topic = TOPICS[conflict.topic]
    first, second = (f"\u201c{side.document.title}\u201d ({_dated(side.document)})" for side in conflict.sides)
    says, other = (" and ".join(sorted(side.values)) for side in conflict.sides)
    if conflict.within_one:
        text = (
            f"On {topic}, {first} contradicts itself: {says} in its text, {other} in the summary at its head. "
            "The text is quoted, as it is what holds."
        )
        return Notice(kind="conflict", text=text)
    if not conflict.same_product:
        text = f"On {topic}, it depends on the product: {says} in {first}, {other} in {second}."
        return Notice(kind="depends-on-product", text=text)
    text = (
        f"The sources differ on {topic}: {says} in {first}, {other} in {second}. "
        "Both are quoted, the newer first. Ask a pharmacist which holds for your product."
    )
    return Notice(kind="conflict", text=text)


def dose_notice(disagreement: DoseDisagreement) -> Notice:
    """Two sources print doses so far apart that one may be a misprint; both stay quoted as they are."""
    here, there = disagreement.here, disagreement.there
    text = (
        f"Sources print doses of {disagreement.drug} for {disagreement.population} that differ fifty-fold or more: "
        f"{here.written} in {_printed_in(here)}, {there.written} in {_printed_in(there)}. One of them may be a "
        "misprint. Check the dose with a pharmacist."
    )
    return Notice(kind="dose-disagreement", text=text)


def model_notice(problem: str) -> Notice:
    """The language model could not be used and the answer is quoted instead."""
    return Notice(
        kind="model-unreachable",
        text=f"{problem[:1].upper()}{problem[1:]}. The answer below is quoted from the sources instead.",
    )


def masked_notice(kinds: Collection[Kind]) -> tuple[Notice, ...]:
    """What was replaced by placeholders before the language model saw the question; nothing if nothing was."""
    if not kinds:
        return ()
    text = f"The language model was shown placeholders for what may identify a person: {describe(kinds)}."
    return (Notice(kind="masked", text=text),)


def kept_notice(kinds: Collection[Kind]) -> Notice:
    """The chat is kept, and what of it was replaced by placeholders."""
    hidden = f", with placeholders for what may identify a person: {describe(kinds)}" if kinds else ""
    return Notice(kind="masked" if kinds else "kept", text=f"Kept on this computer, encrypted{hidden}.")


def masking_failed_notice(problem: str) -> Notice:
    """Identifiers could not be looked for, so no language model was asked."""
    return Notice(
        kind="masking-failed",
        text=f"Names and numbers of people could not be masked ({problem}), so your words were not sent to the "
        "language model. The answer below is quoted from the sources instead.",
    )


def checked_notice(n_written: int, n_held: int, n_partial: int = 0, n_replaced: int = 0) -> Notice:
    """How many sentences of the language model held when they were checked against their sources."""
    sentences = "sentence" if n_written == 1 else "sentences"
    text = f"{n_held} of {n_written} {sentences} checked and borne out by the sources cited."
    if n_partial:
        text += f" {n_partial} of them only in part."
    if n_replaced:
        text += f" In place of {n_replaced} the source itself is quoted."
    return Notice(kind="checked", text=text)


def unsupported_notice(n_dropped: int, *, all_dropped: bool) -> Notice:
    """Sentences of the model were left out because their sources do not bear them out."""
    if all_dropped:
        text = (
            "Nothing the language model wrote was borne out by the sources, so the answer is quoted from them instead."
        )
    else:
        sentences = "sentence" if n_dropped == 1 else "sentences"
        text = f"{n_dropped} {sentences} of the language model left out: the cited source does not bear it out."
    return Notice(kind="unsupported-dropped", text=text)


def join_names(names: Sequence[str]) -> str:
    """Names as a person lists them: "a, b and c"."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]


def _cased(name: str) -> str:
    return name[:1].upper() + name[1:]


def _printed_in(place: Place) -> str:
    where = f"page {place.page}" if place.page is not None else _dated(place.document)
    return f"{place.document.title} ({where})"


def _dated(document: DocumentInfo) -> str:
    return f"dated {document.effective_date}" if document.effective_date else "no date known"


def _date(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None
