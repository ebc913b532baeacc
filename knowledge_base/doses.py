"""Doses that a text gives for a medicine: of whom, how much, and in which kind of unit.

Only plain statements of a dose are read: a sentence with a study, an overdose, an animal, a blood level or a strength
in it gives none here, and neither does one that names several medicines. Amounts are in mg or units, a body weight or
surface, a minute or hour where the text says so. Knows passages, compares nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from knowledge_base import loinc
from knowledge_base.medicine_table import canonical_ingredient, medicine_table
from knowledge_base.quantities import Quantity, written_quantities
from knowledge_base.types import DocumentInfo
from knowledge_base.words import folded_words, name_key, word_set

Population = Literal["adults", "children"]
"""Adults also where nothing is said of whom."""

READER: Final = 1
"""Raise it when this module reads doses differently: stored ones are then read again."""

_QUICK: Final = re.compile(r"\d\s*-?\s*(?:m?c?g|[µμ]g|micrograms?|milligrams?|grams?|units?|iu)\b", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"\n|(?<=[a-z)\]])[.;]\s+(?=[A-Z(\[•])")
_GIVING: Final = word_set(
    """
    administer administered administration daily day dosage dosages dose doses dosing every give given hourly initial
    initially maintenance once q12h q24h q4h q6h q8h recommended start starting take taken titrate titrated twice usual
    """
)
_OTHER_MATTER: Final = word_set(
    """
    animal animals auc available bioavailability clearance cmax compared concentration concentrations contain containing
    contains conversion convert converting desensitisation desensitization desensitize diluted dilution dog dogs
    equivalent excreted exposure half kit lethal level levels mice monkeys mouse mrdd mrhd overdosage overdose overdoses
    package packaged placebo plasma rabbit rabbits rat rats reconstitute reconstituted reconstitution rescue serum
    strength strengths studied studies study subjects supplied supply toxic toxicity trial trials versus vial vials
    volunteers vs
    """
)
_CONCENTRATION: Final = re.compile(
    r"\s*(?:/|per|in|of)\s*(?:\d[\d.,]*\s*)?(?:m?l\b|dl|mm|liter|litre|tablet|capsule|dose|spray|actuation|patch|vial"
    r"|drop|teaspoon|scoop|packet)",
    re.IGNORECASE,
)
_RATE: Final = re.compile(
    r"\s*(?:/|\bper\b|\ban\b|\ba\b|\bevery\b)\s*(?:(?P<minute>min(?:ute)?\b)|(?P<hour>h(?:ou)?r?\b))", re.IGNORECASE
)
_CHILD: Final = word_set(
    """
    adolescent adolescents boys child children childhood girls infant infants neonatal neonate neonates newborn newborns
    paediatric pediatric pediatrics premature preterm toddler toddlers
    """
)
_MONTHS: Final = re.compile(r"\d (?:weeks?|months?)(?: of age| old)?\b|\bto (?:[1-9]|1[0-7]) years", re.IGNORECASE)
_AGED: Final = re.compile(r"\b(?:age[sd]?|old)\b", re.IGNORECASE)
_ADULT: Final = word_set("adult adults elderly geriatric")
_UNITS: Final = frozenset({"mg", "mg/kg", "mg/m2", "unit", "unit/kg"})


class Dose(NamedTuple):
    """A dose of `drug` from `low` to `high` in `unit` for `population`; `written` is the amount as it stands there."""

    drug: str
    unit: str
    population: Population
    low: float
    high: float
    written: str


def read_doses(info: DocumentInfo, code: str | None, path: Sequence[str], text: str) -> list[Dose]:
    """The doses that a passage gives, each once.

    In a label doses stand in their own section; elsewhere its numbers tell of studies, strengths and poisonings.

    Args:
        info: the document.
        code: LOINC code of the passage's section, if it has one.
        path: headings of the section.
        text: the passage's text.
    """
    if _QUICK.search(text) is None or (info.kind == "label" and code != loinc.DOSAGE):
        return []
    return list(dict.fromkeys(_doses(info, path, text)))


def _doses(info: DocumentInfo, path: Sequence[str], text: str) -> Iterator[Dose]:
    own = tuple(dict.fromkeys(canonical_ingredient(one) for one in info.ingredients))
    headings = folded_words(" ".join((info.title, *path)))
    for sentence in _SENTENCE_END.split(text):
        if _QUICK.search(sentence) is None:
            continue
        in_order = folded_words(sentence)
        words = set(in_order)
        if words.isdisjoint(_GIVING) or not words.isdisjoint(_OTHER_MATTER):
            continue
        drug = _one_drug(own, _named(in_order), info.title)
        if drug is None:
            continue
        for amounts, after in _amounts(sentence):
            rate = _RATE.match(after)
            per = "" if rate is None else "/min" if rate["minute"] else "/h"
            yield Dose(
                drug=drug,
                unit=amounts[0].unit + per,
                population=_population(sentence, words, headings),
                low=float(min(one.value for one in amounts)),
                high=float(max(one.value for one in amounts)),
                written=sentence[amounts[0].start : amounts[0].end],
            )


def _one_drug(own: tuple[str, ...], named: tuple[str, ...], title: str) -> str | None:
    """The medicine of a sentence: the document's only one, or the only one named there, or in the title."""
    if own:
        return own[0] if len(own) == 1 and set(named) <= set(own) else None
    candidates = named or _named(folded_words(title))
    return candidates[0] if len(candidates) == 1 else None


def _population(sentence: str, words: Set[str], headings: Iterable[str]) -> Population:
    if not words.isdisjoint(_CHILD) or (_MONTHS.search(sentence) and _AGED.search(sentence)):
        return "children"
    if not words.isdisjoint(_ADULT) or _CHILD.isdisjoint(headings):
        return "adults"
    return "children"


def _amounts(sentence: str) -> Iterator[tuple[list[Quantity], str]]:
    """The amounts that may be doses, those of one range or list together, each with what follows it."""
    by_place: dict[int, list[Quantity]] = {}
    for one in written_quantities(sentence):
        if one.unit in _UNITS and one.value > 0:
            by_place.setdefault(one.start, []).append(one)
    for amounts in by_place.values():
        after = sentence[amounts[0].end : amounts[0].end + 24]
        if not _CONCENTRATION.match(after):
            yield amounts, after


def _named(words: Sequence[str]) -> tuple[str, ...]:
    """The medicines that a text names, by the names people know."""
    names = _names()
    found: dict[str, None] = {}
    for word in words:
        found.update(dict.fromkeys(names.get((word,), ())))
    for pair in pairwise(words):
        found.update(dict.fromkeys(names.get(pair, ())))
    return tuple(found)


@cache
def _names() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    table = medicine_table()
    names: dict[tuple[str, ...], tuple[str, ...]] = {
        name_key(name): (canonical_ingredient(name),) for name in table.ingredients
    }
    for key, stands_for in (*table.brands.items(), *table.synonyms.items()):
        names.setdefault(key, tuple(sorted(stands_for)))
    return MappingProxyType(names)
