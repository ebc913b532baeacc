"""What the labels say for the person who asks: one row for each fact they told, and what must not be overlooked.

For each medicine in question and each fact the sections that speak of it are read, whatever the question was. A row
holds a quote, or says which of the ways of absence it is. Knows gathering and facts; knows no screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from chatbot.evidence import AspectRules
from chatbot.extractive import Need, Quote, QuoteGroup
from chatbot.facts import Fact, Facts
from chatbot.gathering import Gatherer
from chatbot.notices import join_names
from chatbot.types import Audience, Notice
from knowledge_base import loinc
from knowledge_base.drug_classes import DrugClasses, drug_classes
from knowledge_base.drug_names import Resolution
from knowledge_base.medicine_table import canonical_ingredient
from knowledge_base.types import DrugMention, Query, Retrieval

Resolve = Callable[[str], Resolution]
Search = Callable[[Query], Retrieval]

_CONTRAINDICATIONS: Final = frozenset({loinc.CONTRAINDICATIONS, loinc.DO_NOT_USE})
_N_QUOTES: Final = 1
"""Quotes of a row, besides one from the contraindications: a person's facts must not bury the answer."""
_N_SEARCHED: Final = 8
_MAX_MEDICINES: Final = 6
"""Of the medicines a person takes, those that are looked up with each one asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalRows:
    """The rows of all facts, and the notices they call for."""

    groups: tuple[QuoteGroup, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalReader:
    """Reads the labels of the medicines in question for one person's facts."""

    gatherer: Gatherer
    resolve: Resolve
    search: Search
    classes: DrugClasses = field(default_factory=drug_classes)

    def read(self, question: str, retrieval: Retrieval, facts: Facts, audience: Audience) -> PersonalRows:
        """The rows for every medicine that the question names and the knowledge base holds."""
        ingredients = list(dict.fromkeys(one for drug in retrieval.drugs for one in drug.ingredients))
        if not facts or not ingredients:
            return PersonalRows()
        groups: list[QuoteGroup] = []
        notices: list[Notice] = []
        for ingredient in ingredients:
            for fact in facts.rows():
                rules = self.gatherer.rules.aspects([fact.aspect])
                against = self._contraindicated(ingredient, rules[0]) if rules else []
                if fact.aspect not in retrieval.aspects:
                    groups.append(self._row(ingredient, fact, rules, against[:1], audience))
                if against:
                    notices.append(_contraindication(ingredient, fact, rules[0]))
            for allergy in facts.allergies:
                groups.append(self._allergy_row(ingredient, allergy, audience))
                notices += self._allergy(ingredient, allergy)
            groups += self._with_own_medicines(question, retrieval, ingredient, facts, audience)
        return PersonalRows(groups=tuple(groups), notices=tuple(dict.fromkeys(notices)))

    def _row(
        self, ingredient: str, fact: Fact, rules: tuple[AspectRules, ...], first: Sequence[Quote], audience: Audience
    ) -> QuoteGroup:
        question = f"{ingredient} and {fact.said}"
        need = Need(question=question, aspects=rules, words=(), audience=audience, ingredient=ingredient)
        group = self._answer(need, fact.aspect)
        rest = [quote for quote in group.quotes if not any(quote.start == one.start for one in first)]
        return replace(group, quotes=(*first, *rest[:_N_QUOTES]), fact=fact.said)

    def _allergy_row(self, ingredient: str, allergy: str, audience: Audience) -> QuoteGroup:
        rules = self.gatherer.rules
        aspects = rules.aspects(["allergy"])
        need = Need(
            question=f"{ingredient} with an allergy to {allergy}",
            aspects=aspects,
            words=rules.words(allergy, (), aspects),
            audience=audience,
            ingredient=ingredient,
        )
        group = self._answer(need, "allergy")
        return replace(group, quotes=group.quotes[:_N_QUOTES], fact=f"an allergy to {allergy}")

    def _answer(self, need: Need, aspect: str) -> QuoteGroup:
        """What is quoted for one need: the sections of its own aspect are searched, whatever the question was about."""
        name = need.ingredient or ""
        drug = DrugMention(mention=name, start=0, end=len(name), match="exact", ingredients=(name,))
        query = Query(text=need.question, drugs=(drug,), aspects=(aspect,), k=_N_SEARCHED)
        return self.gatherer.answer_need(need, self.search(query))

    def _with_own_medicines(
        self, question: str, retrieval: Retrieval, ingredient: str, facts: Facts, audience: Audience
    ) -> Iterator[QuoteGroup]:
        asked = {drug.ingredients for drug in retrieval.drugs}
        aspects = self.gatherer.rules.aspects(["interaction"])
        for taken in self._mentions(facts.medicines)[:_MAX_MEDICINES]:
            if taken.ingredients in asked or ingredient in taken.ingredients:
                continue
            need = Need(
                question=question,
                aspects=aspects,
                words=(),
                audience=audience,
                ingredient=ingredient,
                partner=self.gatherer.partner_of([taken]),
            )
            group = self.gatherer.answer_need(need, retrieval)
            yield replace(group, quotes=group.quotes[:_N_QUOTES], fact=f"taking {join_names(taken.ingredients)}")

    def _mentions(self, names: Sequence[str]) -> list[DrugMention]:
        found = (drug for name in names for drug in self.resolve(name).mentions if drug.ingredients)
        return list({drug.ingredients: drug for drug in found}.values())

    def _contraindicated(self, ingredient: str, rules: AspectRules) -> list[Quote]:
        """The sentences of the contraindications that speak of an aspect."""
        candidates = self.gatherer.read_sections(ingredient, _CONTRAINDICATIONS)
        return [
            Quote(
                passage=one.passage, start=one.start, end=one.end, text=one.text, score=0.0, lead=one.lead,
            )
            for one in candidates
            if rules.cues and rules.cues[0].search(one.lower)
        ]  # fmt: skip

    def _allergy(self, ingredient: str, allergy: str) -> Iterator[Notice]:
        drug = canonical_ingredient(ingredient)
        named = {canonical_ingredient(one) for mention in self.resolve(allergy).mentions for one in mention.ingredients}
        classes = {one.name for one in self.classes.mentions(allergy)}
        shared = next((name for name in self.classes.classes_of(drug) if name in classes), None)
        if drug in named:
            how = f"{ingredient} is what you are allergic to"
        elif shared is not None:
            how = f"{ingredient} is one of the {self.classes.phrases(shared)[0]}"
        else:
            return
        text = f"You told us of an allergy to {allergy}: {how}. Do not take it before you have asked a doctor."
        yield Notice(kind="allergy", text=text)


def _contraindication(ingredient: str, fact: Fact, rules: AspectRules) -> Notice:
    text = (
        f"The contraindications of {ingredient} speak of {rules.topic}, and you told us of {fact.said}. "
        "Ask a doctor or pharmacist before you take it."
    )
    return Notice(kind="contraindication", text=text)
