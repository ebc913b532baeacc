"""Names that people mix up: whether a word between two of them is asked about and never taken for the wrong one.

The words are made letter by letter on the way from one name to the other; the names are the shipped pairs.
Each pair is read with both names held, and with only one of them. A word is taken wrongly where it is read,
without asking, as a name that is no nearer (in edits) than one of the two that means something else: so never
half way, only as the nearer name elsewhere, and as a third name only if that is nearer than both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA, Editop, Editops, Levenshtein

from eval.measures import OURS, Measure
from eval.statistics import wilson
from knowledge_base.drug_names import DrugLexicon
from knowledge_base.medicine_table import MedicineTable, medicine_table
from knowledge_base.types import DrugMention, DrugName

TASK: Final = "look-alikes"
_QUESTION: Final = "what is the dose of {} for adults"
_NEAR: Final = 4
"""Names further apart have nothing between them that a person would write for either."""


class Between(NamedTuple):
    """Two names and a word on the way from one to the other."""

    one: str
    other: str
    word: str

    @property
    def is_half_way(self) -> bool:
        """Whether the word is as many edits from one name as from the other."""
        return OSA.distance(self.word, self.one) == OSA.distance(self.word, self.other)


def measure_look_alikes(limit: int | None = None) -> tuple[Measure, ...]:
    """The figures on look-alikes, of lexicons made of the shipped pairs' own names."""
    table = medicine_table()
    pairs = look_alike_pairs(table)[:limit]
    names = sorted({name for pair in pairs for name in pair})
    words = [between for one, other in pairs for between in words_between(one, other) if between.word not in names]
    held = _lexicon(names, table)
    swapped = [_is_read(held, name, name, table) for name in names]
    asked, silent = [], []
    for between in words:
        mentions = held.resolve(_QUESTION.format(between.word)).mentions
        silent.append(is_taken(mentions, between, table))
        if between.is_half_way:
            meant = {table.stands_for(between.one), table.stands_for(between.other)}
            asked.append(any(meant <= set(map(table.stands_for, one.candidates)) for one in mentions))
    alone = [*_read_with_one_held(words, names, table)]
    return (
        _share("look-alike spelled right read as another", swapped, bar=0.0),
        _share("word between two look-alikes taken for the wrong one", silent, bar=0.0),
        _share("the same, only one of the two held", alone, bar=0.0),
        _share("word half way between two look-alikes asked about with both names", asked, less=False),
    )


def look_alike_pairs(table: MedicineTable) -> list[tuple[str, str]]:
    """The shipped pairs of one-word names that stand for different medicines."""
    pairs = {
        tuple(sorted((one, other)))
        for one, others in table.look_alikes.items()
        for other in others
        if one.isalpha() and other.isalpha() and not table.same(one, other)
    }
    return [(one, other) for one, other in sorted(pairs)]


def words_between(one: str, other: str) -> Iterator[Between]:
    """The words about half way from one name to the other, by any half of the shortest way's edits."""
    steps = Levenshtein.editops(one, other)
    if not 1 < len(steps) <= _NEAR:
        return
    found = set()
    for n_taken in {len(steps) // 2, len(steps) - len(steps) // 2}:
        for taken in combinations(steps.as_list(), n_taken):
            some: list[Editop | tuple[str, int, int]] = [*taken]
            found.add(Editops(some, len(one), len(other)).apply(one, other))
    yield from (Between(one, other, word) for word in sorted(found))


def _read_with_one_held(words: Iterable[Between], names: list[str], table: MedicineTable) -> Iterator[bool]:
    """Whether a word is taken for a name, in lexicons that hold some of the names and not the others.

    The bits of a name's number split all names in two; a pair is read under the first bit that parts it.
    """
    number = {name: place for place, name in enumerate(names)}
    by_bit: dict[int, list[Between]] = {}
    for between in words:
        apart = number[between.one] ^ number[between.other]
        by_bit.setdefault(apart & -apart, []).append(between)
    for bit, parted in by_bit.items():
        for side in (0, bit):
            lexicon = _lexicon([name for name in names if number[name] & bit == side], table)
            for between in parted:
                mentions = lexicon.resolve(_QUESTION.format(between.word)).mentions
                yield is_taken(mentions, between, table)


def is_taken(mentions: Iterable[DrugMention], between: Between, table: MedicineTable) -> bool:
    """Whether the word is read, without asking, as a name no nearer than one of the two that means something else."""
    return any(
        OSA.distance(between.word, meant) <= OSA.distance(between.word, name)
        for mention in mentions
        if mention.match == "misspelling"
        for name in mention.candidates
        for meant in (between.one, between.other)
        if not table.same(meant, name)
    )


def _lexicon(names: Iterable[str], table: MedicineTable) -> DrugLexicon:
    ingredients = sorted({one for name in names for one in table.stands_for(name)})
    return DrugLexicon.build(DrugName(name=one, relation="ingredient", ingredients=(one,)) for one in ingredients)


def _is_read(lexicon: DrugLexicon, name: str, meant: str, table: MedicineTable) -> bool:
    """Whether a name is read as anything but what it stands for."""
    read = {one for mention in lexicon.resolve(_QUESTION.format(name)).mentions for one in mention.ingredients}
    return not read <= set(table.stands_for(meant))


def _share(name: str, verdicts: list[bool], *, bar: float | None = None, less: bool = True) -> Measure:
    share = wilson(sum(verdicts), len(verdicts))
    return Measure.of_share(TASK, OURS, name, share, bar=bar, higher_is_better=not less)
