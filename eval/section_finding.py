"""Section finding: does the right section of the right medicine's label come first, however it is asked?

Questions are made from the labels of a knowledge base and the wordings of `data/section_wordings.toml`,
under a seed. Knows what is right; knows no way of finding it, so that baselines are judged by the same rule.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Literal, NamedTuple

from eval.measures import OURS, Measure
from eval.statistics import wilson
from knowledge_base.medicine_table import canonical_ingredient
from knowledge_base.passage_store import PassageStore
from knowledge_base.types import Passage, Section

Audience = Literal["patient", "clinical"]

TASK: Final = "section finding"
_DRUG: Final = "{drug}"
_PER_KIND: Final = 64
"""Medicines asked about for each kind of section: each of eight wordings eight times."""
_MISSPELT_EVERY: Final = 5
_MIN_MISSPELT_CHARS: Final = 6
"""A shorter name is another word after one edit."""
_FIRST_BAR: Final = 0.90
_AMONG_FIVE_BAR: Final = 0.98
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionKind:
    """One kind of label section: the codes that count as right, and its wordings with `{drug}` in them."""

    name: str
    codes: frozenset[str]
    wordings: tuple[tuple[Audience, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionQuestion:
    """A question and what its right answer is: a label of exactly these ingredients, a section of these codes."""

    text: str
    kind: str
    audience: Audience
    ingredients: frozenset[str]
    codes: frozenset[str]
    is_misspelt: bool

    def is_right_drug(self, passage: Passage) -> bool:
        """Whether a passage is of a document about this medicine and no other."""
        return _ingredients(passage.document.ingredients) == self.ingredients

    def is_right(self, passage: Passage) -> bool:
        """Whether a passage stands in the right section of a right label."""
        is_label = passage.document.kind == "label"
        return is_label and passage.section_code in self.codes and self.is_right_drug(passage)


class Medicine(NamedTuple):
    """A medicine of a knowledge base: its ingredients, what a person may call it, the codes its labels have."""

    ingredients: frozenset[str]
    names: tuple[str, ...]
    codes: frozenset[str]


def section_kinds(file_name: str = "section_wordings.toml") -> tuple[SectionKind, ...]:
    """The kinds of sections of a file in `eval/data`."""
    table = tomllib.loads((files("eval") / "data" / file_name).read_text(encoding="utf-8"))
    return tuple(
        SectionKind(
            name=name,
            codes=frozenset(entry["codes"]),
            wordings=(*_worded("patient", entry["patient"]), *_worded("clinical", entry["clinical"])),
        )
        for name, entry in table.items()
    )


def medicines_of(store: PassageStore) -> tuple[Medicine, ...]:
    """The medicines that labels of a knowledge base are about, with generic names and brands, in a fixed order."""
    documents = {info.id: info for info in store.documents() if info.kind == "label" and info.ingredients}
    codes: dict[frozenset[str], set[str]] = {}
    names: dict[frozenset[str], dict[str, None]] = {}
    for info in documents.values():
        key = _ingredients(info.ingredients)
        codes.setdefault(key, set())
        called = ([info.ingredients[0]] if len(key) == 1 else []) + [brand.lower() for brand in info.brands]
        names.setdefault(key, {}).update(dict.fromkeys(called))
    for info in documents.values():
        held = (section.code for section in store.sections(info.id) if section.code is not None and _has_text(section))
        codes[_ingredients(info.ingredients)].update(held)
    found = (Medicine(key, tuple(sorted(names[key])), frozenset(codes[key])) for key in codes if names[key])
    return tuple(sorted(found, key=lambda one: sorted(one.ingredients)))


def _has_text(section: Section) -> bool:
    return section.end > section.start


def section_questions(
    medicines: Sequence[Medicine],
    kinds: Iterable[SectionKind],
    *,
    seed: int = 0,
    per_kind: int = _PER_KIND,
) -> tuple[SectionQuestion, ...]:
    """Questions about sections that the labels have, every fifth with one edit in the medicine's name.

    Args:
        medicines: whom to ask about; the names of all of them also tell which misspelling is another medicine.
        kinds: the sections and their wordings, used in turn.
        seed: of the one generator that draws medicines, names and edits.
        per_kind: at most so many medicines for a kind of section.
    """
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    known = frozenset(name for medicine in medicines for name in medicine.names)
    questions: list[SectionQuestion] = []
    for kind in kinds:
        asked = [medicine for medicine in medicines if medicine.codes & kind.codes]
        draw.shuffle(asked)
        wordings = list(kind.wordings)
        draw.shuffle(wordings)
        for place, medicine in enumerate(asked[:per_kind]):
            audience, wording = wordings[place % len(wordings)]
            name = draw.choice(medicine.names)
            misspelt = misspell(name, known, draw) if len(questions) % _MISSPELT_EVERY == 0 else None
            questions.append(
                SectionQuestion(
                    text=wording.replace(_DRUG, misspelt or name),
                    kind=kind.name,
                    audience=audience,
                    ingredients=medicine.ingredients,
                    codes=kind.codes,
                    is_misspelt=misspelt is not None,
                )
            )
    return tuple(questions)


def misspell(name: str, known: frozenset[str], draw: random.Random) -> str | None:
    """A name one edit away that is no known name; None for a name too short for that.

    The first letter stays, as it mostly does when people misspell a medicine.
    """
    places = [place for place, letter in enumerate(name) if place > 0 and letter.isalpha()]
    if len(places) < _MIN_MISSPELT_CHARS - 1:
        return None
    while True:
        place = draw.choice(places)
        head, letter, tail = name[:place], name[place], name[place + 1 :]
        edits = (
            head + tail,
            head + draw.choice(_LETTERS) + tail,
            head + letter + draw.choice(_LETTERS) + tail,
            head + tail[:1] + letter + tail[1:],
        )
        edited = draw.choice(edits)
        if edited != name and edited not in known:
            return edited


def measure_section_finding(
    questions: Sequence[SectionQuestion], rank: Callable[[str], Sequence[Passage]], system_name: str = OURS
) -> tuple[Measure, ...]:
    """How often a ranking puts the right section first, among five, and another medicine first.

    Args:
        questions: with their right answers.
        rank: the best passages for a question, best first; none where the system asks back or finds nothing.
        system_name: how the table calls the system.
    """
    ranked = [(question, rank(question.text)[:5]) for question in questions]
    parts: Mapping[str, Callable[[SectionQuestion], bool]] = {
        "": lambda _: True,
        ", plain": lambda one: not one.is_misspelt,
        ", misspelt": lambda one: one.is_misspelt,
        ", patient wording": lambda one: one.audience == "patient",
        ", clinical wording": lambda one: one.audience == "clinical",
    }
    measures: list[Measure] = []
    for part, belongs in parts.items():
        asked = [(question, found) for question, found in ranked if belongs(question)]
        first = [bool(found) and question.is_right(found[0]) for question, found in asked]
        five = [any(map(question.is_right, found)) for question, found in asked]
        wrong = [bool(found) and not question.is_right_drug(found[0]) for question, found in asked]
        measures += [
            _measure(system_name, f"right section first{part}", first, bar=None if part else _FIRST_BAR),
            _measure(system_name, f"right section in five{part}", five, bar=None if part else _AMONG_FIVE_BAR),
            _measure(system_name, f"wrong drug first{part}", wrong, bar=None if part else 0.0, is_good=False),
        ]
    return tuple(measures)


def _measure(system: str, name: str, verdicts: Sequence[bool], *, bar: float | None, is_good: bool = True) -> Measure:
    share = wilson(sum(verdicts), len(verdicts))
    return Measure.of_share(TASK, system, name, share, bar=bar, higher_is_better=is_good)


def _worded(audience: Audience, wordings: Iterable[str]) -> Iterable[tuple[Audience, str]]:
    return ((audience, wording) for wording in wordings)


def _ingredients(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(canonical_ingredient, names))
