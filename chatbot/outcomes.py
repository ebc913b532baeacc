"""The last step: what is known of a question and its evidence becomes an answer, an abstention or an emergency.

Knows the values and `compose`; looks nothing up.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, TypeVar

from chatbot.compose import (
    Draft,
    advice_line,
    compose_quotes,
    compose_written,
    none_matched,
    nothing_text,
    unknown_text,
    which_text,
)
from chatbot.evidence import AspectRules
from chatbot.extractive import QuoteGroup
from chatbot.facts import Facts
from chatbot.notices import (
    age_notice,
    conflict_notice,
    follow_up_notice,
    name_notices,
    person_notices,
    remark_notices,
)
from chatbot.question_text import MAX_CHARS
from chatbot.reading import reading_grade
from chatbot.rewriting import Rewritten
from chatbot.types import (
    Abstention,
    Answer,
    Audience,
    BoxedWarning,
    Citation,
    Claim,
    Emergency,
    Finding,
    Notice,
    Response,
    TriageVerdict,
)
from knowledge_base.absence import SectionRead
from knowledge_base.drug_classes import drug_classes
from knowledge_base.types import Retrieval

R = TypeVar("R", bound=Response)

_ADVICE_ALWAYS: Final = frozenset({"overdose", "serious_side_effects", "allergy"})
"""Aspects whose advice says whom to call: it stands even where the label is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question and all that is known of it before its evidence is read."""

    question: str
    asked: Rewritten
    audience: Audience
    verdict: TriageVerdict
    retrieval: Retrieval
    aspects: tuple[AspectRules, ...]
    boxed_warnings: tuple[BoxedWarning, ...]
    index_version: str
    numbers: Mapping[str, str]
    today: date
    facts: Facts = field(default_factory=Facts)
    """What the person told of themselves."""
    fact_notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a language model made of the evidence; `model` is None where none was asked or none of it held."""

    model: str | None = None
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    links: tuple[str, ...] = ()
    prompt: str | None = None
    notices: tuple[Notice, ...] = ()


def ask_back(case: Case) -> Abstention | None:
    """An abstention if a name is unclear or unknown; None if the question can be looked up."""
    retrieval = case.retrieval
    unclear = [drug for drug in retrieval.drugs if drug.match == "ambiguous"]
    if unclear:
        notice = Notice(kind="look-alike", text="Some medicine names differ by a letter or two. No name was guessed.")
        return _respond(Abstention, case, which_text(unclear), notices=(notice,))
    if retrieval.unknown_drugs and not any(drug.ingredients for drug in retrieval.drugs):
        return _respond(Abstention, case, unknown_text(retrieval.unknown_drugs, (), retrieval.n_documents_searched))
    return None


def decline(case: Case, groups: Sequence[QuoteGroup]) -> Abstention:
    """Nothing that was read answers the question."""
    retrieval = case.retrieval
    if retrieval.unknown_drugs:
        known = [drug.ingredients[0] for drug in retrieval.drugs if drug.ingredients]
        text = unknown_text(retrieval.unknown_drugs, known, retrieval.n_documents_searched)
    else:
        asked = case.asked.question
        classes = [asked[one.start : one.end] for one in drug_classes().mentions(asked)]
        text = nothing_text(groups, retrieval.n_documents_searched, classes)
    if case.aspects and case.aspects[0].name in _ADVICE_ALWAYS:
        text += f"\n\n{advice_line(case.aspects, case.numbers)}"
    return _respond(Abstention, case, text, groups=groups)


def too_long(question: str, index_version: str) -> Abstention:
    """More than a question has; nothing of it was searched for."""
    text = (
        f"This has {len(question):,} characters, and a question may have {MAX_CHARS:,}. "
        "Nothing was searched. Please ask one thing at a time, in a few sentences."
    )
    notice = Notice(kind="too-long", text=text)
    return _unsearched(question[:MAX_CHARS], text, index_version, notice)


def reply_to_small_talk(question: str, text: str, index_version: str) -> Abstention:
    """The fixed reply to a greeting or thanks; nothing was searched for."""
    return _unsearched(question, text, index_version)


def raise_alarm(case: Case, groups: Sequence[QuoteGroup]) -> Emergency:
    """The fixed text first; below it what the label says of an overdose, if a medicine was named."""
    quoted = [group for group in groups if group.quotes and group.ingredient is not None]
    if case.verdict.category != "overdose" or not quoted:
        return _respond(Emergency, case, case.verdict.text)
    draft = compose_quotes(quoted, case.audience)
    text = f"{case.verdict.text}\n\n{draft.text}"
    return _respond(Emergency, case, text, draft=draft)


def raise_alarm_alone(question: str, verdict: TriageVerdict, index_version: str) -> Emergency:
    """The fixed text and nothing from the sources, where label text could serve to do harm."""
    return Emergency(
        id=uuid.uuid4().hex, question=question, text=verdict.text, triage=verdict, index_version=index_version
    )


def refuse(question: str, reason: str, text: str, index_version: str) -> Abstention:
    """A request that is declined for what it asks; nothing was looked up."""
    notice = Notice(kind="declined", text=f"Declined before anything was looked up ({reason}).")
    return _unsearched(question, text, index_version, notice)


def raise_alarm_unread(question: str, verdict: TriageVerdict) -> Emergency:
    """The fixed text where the sources could not be read."""
    notice = Notice(kind="sources-unreadable", text="The sources could not be read; nothing from them is shown here.")
    return Emergency(id=uuid.uuid4().hex, question=question, text=verdict.text, triage=verdict, notices=(notice,))


def give_answer(case: Case, groups: Sequence[QuoteGroup], writing: Writing) -> Answer:
    """The written answer if there is one that held, the quoted one otherwise."""
    of_a_medicine = any(group.ingredient is not None for group in groups)
    advice = advice_line(case.aspects, case.numbers) if case.audience == "patient" and of_a_medicine else ""
    if writing.model is not None:
        draft = compose_written(writing.claims, writing.citations, advice, groups, writing.links)
    else:
        draft = compose_quotes(groups, case.audience, advice)
    conflicts = dict.fromkeys(conflict_notice(conflict) for group in groups for conflict in group.conflicts)
    notices = (*conflicts, *writing.notices, *_unknown_notice(case))
    answer = _respond(Answer, case, draft.text, draft=draft, notices=notices, groups=groups, model=writing.model)
    return replace(answer, prompt=writing.prompt, reading_grade=reading_grade(draft.text))


def _unsearched(question: str, text: str, index_version: str, *notices: Notice) -> Abstention:
    return Abstention(id=uuid.uuid4().hex, question=question, text=text, notices=notices, index_version=index_version)


def _respond(
    kind: type[R],
    case: Case,
    text: str,
    *,
    draft: Draft | None = None,
    notices: Sequence[Notice] = (),
    groups: Sequence[QuoteGroup] = (),
    model: str | None = None,
) -> R:
    documents = [citation.passage.document for citation in draft.citations] if draft is not None else []
    names = [aspect.name for aspect in case.aspects]
    return kind(
        id=uuid.uuid4().hex,
        question=case.question,
        text=text,
        claims=draft.claims if draft is not None else (),
        citations=draft.citations if draft is not None else (),
        passages=case.retrieval.passages,
        boxed_warnings=case.boxed_warnings,
        notices=(
            *notices,
            *follow_up_notice(case.question, case.asked),
            *name_notices(case.retrieval.drugs, case.asked.carried),
            *case.fact_notices,
            *(person_notices(case.question, names, case.facts) if kind is Answer else ()),
            *age_notice(documents, case.today),
            *remark_notices(documents),
        ),
        findings=tuple(find_presence(group) for group in groups if group.ingredient is not None),
        drugs=case.retrieval.drugs,
        triage=case.verdict,
        model=model or "extractive",
        index_version=case.index_version,
    )


def find_presence(group: QuoteGroup) -> Finding:
    """What the sources were found to say, for one medicine and one thing asked."""
    subject = group.partner
    state = group.state
    sections = group.sections
    if group.quotes and none_matched(group):
        subject, state = " ".join(group.unmatched_words), "not_mentioned"
    elif group.quotes:
        state = "found"
        passages = {quote.passage.section_title: quote.passage for quote in group.quotes}.values()
        sections = tuple(SectionRead(one.document.id, one.section_code, one.section_title) for one in passages)
    return Finding(
        ingredient=group.ingredient,
        aspect=group.aspect.name if group.aspect is not None else None,
        subject=subject,
        state=state,
        sections=sections,
    )


def _unknown_notice(case: Case) -> list[Notice]:
    return [
        Notice(kind="unknown-drug", text=f"No document here is about '{word}'; no other medicine was put in its place.")
        for word in case.retrieval.unknown_drugs
    ]
