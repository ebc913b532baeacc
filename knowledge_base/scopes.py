"""Where to look for what a question asks: for each medicine its own documents, and what the other one is called.

A medicine without a document of its own is looked for where it is named, and nowhere else. Searches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge_base.catalogue import Catalogue
from knowledge_base.drug_classes import DrugClasses
from knowledge_base.drug_names import DrugLexicon
from knowledge_base.medicine_table import canonical_ingredient, medicine_table
from knowledge_base.question_reader import Reading
from knowledge_base.question_words import all_phrases
from knowledge_base.types import DocumentInfo
from knowledge_base.words import name_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Interactant:
    """The other medicine or class in a question about two: what a passage calls it, from close to loose.

    Its names, the phrases of its classes, and of its broad classes, which say little ("antihypertensives").
    All are folded words, and their plurals.
    """

    names: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    broad: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Some documents, the other medicines a passage should name, and what every passage must name.

    `documents` is None for all of them. `about_drug` says that the question is about a medicine, so that
    label sections count. `naming` are phrases of which every passage must hold one.
    """

    documents: tuple[DocumentInfo, ...] | None
    about_drug: bool
    interactants: tuple[Interactant, ...] = ()
    naming: tuple[str, ...] | None = None

    @property
    def document_ids(self) -> frozenset[str] | None:
        """The ids of the documents; None means any."""
        return None if self.documents is None else frozenset(info.id for info in self.documents)


def find_scopes(reading: Reading, catalogue: Catalogue, lexicon: DrugLexicon, classes: DrugClasses) -> list[Scope]:
    """One scope for each medicine in question; one without a medicine if none is; none if a name is unclear."""
    mentions = list(dict.fromkeys(drug.ingredients for drug in reading.drugs if drug.ingredients))
    named_classes = [_class(classes, name) for name in dict.fromkeys(one.name for one in reading.classes)]
    if not mentions:
        if any(drug.match == "ambiguous" for drug in reading.drugs):
            return []
        if reading.unknown:
            names = [name for word in reading.unknown for name in (word, *medicine_table().stands_for(word))]
            return [Scope(documents=None, about_drug=True, naming=all_phrases(names))]
        return [Scope(documents=None, about_drug=False, interactants=tuple(named_classes))]
    scopes = []
    # "Lactic acidosis from metformin in patients on Invokamet" is about Invokamet, which holds metformin.
    mentions = sorted(mentions, key=lambda one: any(set(one) < set(other) for other in mentions))
    for ingredients in mentions:
        others = [interactant_of(lexicon, classes, other) for other in mentions if other != ingredients]
        others += [_unheld(classes, word) for word in reading.unknown]
        interactants = (*others, *named_classes)
        documents = catalogue.documents_of(ingredients)
        if documents:
            scopes.append(Scope(documents=documents, about_drug=True, interactants=interactants))
        else:
            naming = all_phrases(lexicon.all_names(ingredients))
            scopes.append(Scope(documents=None, about_drug=True, interactants=interactants, naming=naming))
    return scopes


def interactant_of(lexicon: DrugLexicon, classes: DrugClasses, ingredients: Iterable[str]) -> Interactant:
    """What texts call a medicine that is held: its names and those of its classes."""
    ingredients = tuple(ingredients)
    return _called(classes, lexicon.all_names(ingredients), map(canonical_ingredient, ingredients))


def _unheld(classes: DrugClasses, word: str) -> Interactant:
    stands_for = medicine_table().stands_for(word)
    return _called(classes, (word, *stands_for), stands_for)


def _called(classes: DrugClasses, names: Iterable[str], ingredients: Iterable[str]) -> Interactant:
    close: list[str] = []
    broad: list[str] = []
    for one in ingredients:
        close += classes.phrases_of(one)
        broad += classes.phrases_of(one, broad=True)
    return Interactant(names=_folded(names), phrases=_folded(close), broad=_folded(broad))


def _class(classes: DrugClasses, name: str) -> Interactant:
    return Interactant(names=_folded(classes.phrases(name)), phrases=_folded(classes.members(name)))


def _folded(names: Iterable[str]) -> tuple[str, ...]:
    keys = (" ".join(name_key(name)) for name in names)
    return tuple(dict.fromkeys(form for key in keys if key for form in (key, f"{key}s")))
