"""From a retrieval to the quotes of each medicine asked about.

Knows the store, the retrieval and the rules of evidence. For each medicine it reads what retrieval brought and, where
that leaves a gap, the right sections of that medicine's own documents; so "the label does not mention it" is said
only of labels that were read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from chatbot.candidates import Candidate, adjoin, collect_candidates, ranked, unranked, without_summaries
from chatbot.compose import none_matched
from chatbot.conflicts import Conflict, find_conflicts, sections_of, topics_of
from chatbot.evidence import AspectRules, EvidenceRules, focus
from chatbot.extractive import Embed, Need, Partner, Quote, QuoteGroup, pick_quotes, unmatched, with_both_sides
from chatbot.follow_up_words import asks_of_the_unnamed
from chatbot.types import Audience
from knowledge_base import loinc
from knowledge_base.absence import Reading, judge
from knowledge_base.drug_classes import WIDE_CLASSES, drug_classes
from knowledge_base.types import DocumentInfo, DrugMention, Passage, Retrieval, ScoredPassage, Section

_OPEN_ASPECTS: Final = frozenset({"overview", "warnings", "interaction", "monitoring", "clinical_studies", "children"})
"""Aspects that a question without a medicine may have and still be meant for the label of any."""
_MAX_INGREDIENTS: Final = 2
"""Of a combination, the ingredients that are answered for one by one."""
_MAX_DOCUMENTS: Final = 3
"""Documents of one medicine that are read beyond what retrieval brought."""
_MAX_READ: Final = 24
"""Documents of one medicine that are read before it is said that they are silent, or that they agree."""
_GUIDELINE: Final = re.compile(r"\bguid(?:eline|ance)s?\b", re.IGNORECASE)
_INTERACTION_SECTIONS: Final = frozenset({loinc.INTERACTIONS, loinc.ASK_DOCTOR_OR_PHARMACIST})
_PARTNER_SECTIONS: Final = frozenset(
    {
        loinc.INTERACTIONS,
        loinc.CONTRAINDICATIONS,
        loinc.WARNINGS_AND_PRECAUTIONS,
        loinc.WARNINGS,
        loinc.PRECAUTIONS,
        loinc.BOXED_WARNING,
        loinc.ASK_DOCTOR_OR_PHARMACIST,
        loinc.ASK_DOCTOR,
        loinc.DO_NOT_USE,
        loinc.MEDICATION_GUIDE,
        loinc.PATIENT_INFORMATION,
        loinc.DOSAGE,
    }
)


class Store(Protocol):
    """What gathering needs of the passage store."""

    def documents(self) -> list[DocumentInfo]:
        """Every visible document."""
        ...

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """The sections of one document, in order."""
        ...

    def passages_of(self, document_id: str, codes: Collection[str] | None = None) -> list[Passage]:
        """The passages of one document, in order."""
        ...

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """Passages by number; a number that is not stored is left out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatherer:
    """Finds the quotes; the parts it works with are fixed for its lifetime."""

    store: Store
    rules: EvidenceRules
    embed: Embed | None

    def gather(self, question: str, retrieval: Retrieval, audience: Audience) -> tuple[QuoteGroup, ...]:
        """One group for each medicine asked about, in the order asked; one without a medicine if none was."""
        parts = [self.rules.aspects(names) for names in focus(question, retrieval.aspects)]
        drugs = _distinct([drug for drug in retrieval.drugs if drug.match != "ambiguous"])
        if not drugs and asks_of_the_unnamed(question) and not drug_classes().mentions(question):
            # Any label's word on "this medicine" would be one on another medicine.
            unnamed = Need(question=question, aspects=(), words=(), audience=audience)
            return (self._group(unnamed, (), Reading(state="not_mentioned", sections=())),)
        if not drugs:
            # Guidelines have no label sections, so the words of the question decide.
            need = Need(question=question, aspects=(), words=self.rules.words(question, (), ()), audience=audience)
            quotes = self._pick(need, self._candidates(ranked(_open_passages(question, retrieval, parts))))
            reading = Reading(state="found" if quotes else "not_mentioned", sections=())
            return (self._group(need, quotes, reading),)
        classes = {question[one.start : one.end]: one.name for one in drug_classes().mentions(question)}
        unheld = [
            DrugMention(mention=word, start=0, end=0, match="exact", ingredients=(word,))
            for word in retrieval.unknown_drugs
        ]
        pairs = (len(drugs) > 1 or bool(classes or unheld)) and retrieval.aspects[:1] == ("interaction",)
        needs: list[Need] = []
        for drug in drugs:
            others = [other for other in (*drugs, *unheld) if other.ingredients != drug.ingredients]
            needs.extend(
                Need(
                    question=question,
                    aspects=aspects,
                    words=self.rules.words(question, retrieval.drugs, aspects),
                    audience=audience,
                    ingredient=ingredient,
                    partner=self._partner(others, classes) if pairs else None,
                    share=1 / len(parts),
                )
                for ingredient in drug.ingredients[:_MAX_INGREDIENTS]
                for aspects in parts
            )
        return tuple(_without_repeats(_naming([self.answer_need(need, retrieval) for need in needs])))

    def answer_need(self, need: Need, retrieval: Retrieval) -> QuoteGroup:
        """The quotes for one need of one medicine, or how its documents are silent."""
        ingredient = need.ingredient or ""
        brought = [one for one in retrieval.passages if ingredient in one.passage.document.ingredients]
        documents = self._documents(ingredient, [one.passage.document for one in brought])
        codes = _PARTNER_SECTIONS if need.partner is not None else _home_codes(need.aspects)
        codes |= {one.passage.section_code for one in brought if one.passage.section_code is not None}
        n_read = min(_MAX_DOCUMENTS, len(documents))
        quotes = self._pick(need, self._read(ranked(brought), documents[:n_read], codes))
        if not quotes and n_read < len(documents):
            # That the labels are silent is said only after all of them were read.
            n_read = min(_MAX_READ, len(documents))
            quotes = self._pick(need, self._read(ranked(brought), documents[:n_read], codes))
        elsewhere = False
        if not quotes and need.partner is None and not brought:
            # Documents that only speak of the medicine (a guideline, another label).
            quotes = self._pick(replace(need, ingredient=None), self._candidates(ranked(retrieval.passages)))
            elsewhere = bool(quotes)
        reading = self._reading(need, documents[:n_read], found=bool(quotes) and not elsewhere)
        conflicts = self._conflicts(need, documents)
        return self._group(need, with_both_sides(quotes, conflicts), reading, conflicts)

    def read_sections(self, ingredient: str, codes: Collection[str]) -> list[Candidate]:
        """The quotable sentences of these sections of a medicine's own documents."""
        return self._read((), self._documents(ingredient, ())[:_MAX_DOCUMENTS], codes)

    def partner_of(self, others: Sequence[DrugMention]) -> Partner:
        """What a label may call these medicines."""
        return self._partner(others, {})

    def _read(
        self,
        brought: Sequence[tuple[Passage, int, float | None]],
        documents: Sequence[DocumentInfo],
        codes: Collection[str],
    ) -> list[Candidate]:
        more = [passage for document in documents for passage in self.store.passages_of(document.id, codes)]
        return self._candidates(without_summaries([*brought, *unranked(more)]))

    def _conflicts(self, need: Need, documents: Sequence[DocumentInfo]) -> tuple[Conflict, ...]:
        """Where the documents on this medicine alone are at odds on what is asked."""
        topics = topics_of(aspect.name for aspect in need.aspects) if need.partner is None else frozenset()
        alone = [one for one in documents if one.ingredients == (need.ingredient,)][:_MAX_READ]
        if not topics or not alone:
            return ()
        codes = sections_of(topics)
        passages = [passage for document in alone for passage in self.store.passages_of(document.id, codes)]
        over_the_counter = [
            one.id for one in alone if any(section.code == loinc.OTC_ACTIVE for section in self.store.sections(one.id))
        ]
        return find_conflicts(self._candidates(unranked(passages)), topics, over_the_counter)

    def _candidates(self, passages: Sequence[tuple[Passage, int, float | None]]) -> list[Candidate]:
        return collect_candidates(passages, self._neighbour)

    def _neighbour(self, passage: Passage) -> Passage | None:
        """The passage right before one of the same section: they are numbered in the order of the text."""
        before = self.store.passages([passage.number - 1]).get(passage.number - 1)
        return before if before is not None and adjoin(before, passage) else None

    def _pick(self, need: Need, candidates: Sequence[Candidate]) -> tuple[Quote, ...]:
        return pick_quotes(need, candidates, self.embed)

    def _group(
        self, need: Need, quotes: tuple[Quote, ...], reading: Reading, conflicts: tuple[Conflict, ...] = ()
    ) -> QuoteGroup:
        return QuoteGroup(
            ingredient=need.ingredient,
            aspect=need.aspects[0] if need.aspects else None,
            quotes=quotes,
            state=reading.state,
            sections=reading.sections,
            conflicts=conflicts,
            partner=need.partner.said if need.partner is not None else None,
            partner_named=need.partner is not None
            and any(need.partner.names.search(quote.text.lower()) is not None for quote in quotes),
            n_words=len(need.words),
            unmatched_words=unmatched(need.words, quotes),
        )

    def _documents(self, ingredient: str, brought: Sequence[DocumentInfo]) -> list[DocumentInfo]:
        """The medicine's own documents, those of retrieval first, then single-ingredient ones, then the newest."""
        own = [document for document in self.store.documents() if ingredient in document.ingredients]
        first = list({document.id: document for document in brought}.values())
        rest = [document for document in own if document.id not in {one.id for one in first}]
        rest.sort(key=lambda one: one.effective_date or "", reverse=True)
        rest.sort(key=lambda one: (one.ingredients != (ingredient,), one.kind != "label"))
        return [*first, *rest]

    def _reading(self, need: Need, documents: Sequence[DocumentInfo], *, found: bool) -> Reading:
        """Whether the documents say it, have a section for it which is silent, or have none."""
        outlines = {document.id: self.store.sections(document.id) for document in documents}
        if need.partner is not None:
            return judge(outlines, _is_about_interactions, found=found)
        if not need.aspects:
            return Reading(state="found" if found else "not_mentioned", sections=())
        reading = judge(outlines, need.aspects[0].has_section, found=False)
        # What other sections say does not make a section of its own.
        return replace(reading, state="found") if found and reading.sections else reading

    def _partner(self, others: Sequence[DrugMention], class_names: Mapping[str, str]) -> Partner:
        ingredients = [ingredient for other in others for ingredient in other.ingredients]
        names = [*ingredients, *(other.mention for other in others), *(c for other in others for c in other.candidates)]
        known = drug_classes()
        classes = dict.fromkeys(name for ingredient in ingredients for name in known.classes_of(ingredient))
        phrases = [phrase for name in classes if name not in WIDE_CLASSES for phrase in known.phrases(name)]
        names.extend(class_names)
        names.extend(phrase for name in class_names.values() for phrase in known.phrases(name))
        phrases.extend(member for name in class_names.values() for member in known.members(name))
        return Partner(
            names=_any_of(names),
            classes=_any_of(phrases) if phrases else None,
            said=" and ".join(dict.fromkeys((*ingredients, *class_names))),
        )


def _open_passages(
    question: str, retrieval: Retrieval, parts: Sequence[Sequence[AspectRules]]
) -> Sequence[ScoredPassage]:
    """What may answer a question without a medicine.

    No label of some medicine, if only a named one could be meant or if a guideline answers best.
    """
    known = drug_classes()
    classes = [one.name for one in known.mentions(question)]
    if classes:
        names = _any_of([name for one in classes for name in (*known.phrases(one), *known.members(one))])
        return [one for one in retrieval.passages if names.search(one.passage.text.lower())]
    of_no_medicine = [one for one in retrieval.passages if not one.passage.document.ingredients]
    if of_no_medicine and _GUIDELINE.search(question) is not None:
        return of_no_medicine
    asks_of_a_medicine = any(aspect.name not in _OPEN_ASPECTS for part in parts for aspect in part)
    of_guideline = any(one.passage.document.kind == "guideline" for one in retrieval.passages[:1])
    if asks_of_a_medicine or of_guideline:
        return of_no_medicine
    return retrieval.passages


def _is_about_interactions(code: str | None, title: str) -> bool:
    return code in _INTERACTION_SECTIONS or "interact" in title.lower()


def _naming(groups: Sequence[QuoteGroup]) -> list[QuoteGroup]:
    """Without groups that say nothing of the thing asked ("cough"), where another of the same medicine does."""
    named = {group.ingredient for group in groups if group.quotes and len(group.unmatched_words) < group.n_words}
    return [group for group in groups if group.ingredient not in named or not none_matched(group)]


def _without_repeats(groups: Sequence[QuoteGroup]) -> Iterator[QuoteGroup]:
    """The groups, each without what an earlier one of the same medicine already quotes."""
    seen: set[tuple[str, int]] = set()
    for group in groups:
        quotes = tuple(quote for quote in group.quotes if (quote.passage.id, quote.start) not in seen)
        seen.update((quote.passage.id, quote.start) for quote in quotes)
        answered = any(other.quotes for other in groups if other.ingredient == group.ingredient)
        if quotes or not answered:
            yield replace(group, quotes=quotes)


def _distinct(drugs: Sequence[DrugMention]) -> list[DrugMention]:
    return list({drug.ingredients: drug for drug in drugs}.values())


def _home_codes(aspects: Sequence[AspectRules], n_sections: int = 4) -> frozenset[str]:
    return frozenset(code for aspect in aspects[:2] for code in aspect.sections[:n_sections])


def _any_of(names: Sequence[str]) -> re.Pattern[str]:
    ordered = sorted({name.lower() for name in names}, key=len, reverse=True)
    return re.compile(r"(?<![a-z])(?:" + "|".join(re.escape(name) for name in ordered) + r")(?:s|es)?(?![a-z])")
