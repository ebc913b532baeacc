"""Medicines known by name whether held or not: brands, foreign names, names that people mix up.

Facts from `data/medicines.toml` and `data/look_alikes.toml`. They help to read a question; they are never
evidence. Knows no knowledge base.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import permutations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge_base.words import name_key, word_set

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SALTS: Final = word_set(
    """
    acetate acetonide anhydrous axetil benzoate besylate bisulfate bitartrate bromide calcium carbonate chloride
    choline cilexetil citrate decanoate dihydrate dihydrochloride dimesylate diphosphate dipropionate disodium
    disoproxil alafenamide edisylate enanthate erbumine estolate etexilate ethylsuccinate fumarate furoate
    gluconate hbr hcl hemifumarate hemihydrate hyclate hydrobromide hydrochloride hydroxide isethionate lactate
    lysine magnesium malate maleate medoxomil meglumine mesylate methylsulfate mofetil monohydrate monosodium
    napsylate nitrate olamine oxalate pamoate phosphate pivoxil polacrilex potassium propionate proxetil sodium
    stearate succinate sulfate sulphate tartrate tosylate trihydrate tromethamine valerate xinafoate zinc
    """
)
_METALS: Final = word_set(
    """
    aluminum aluminium ammonium barium bismuth calcium ferric ferrous iron lanthanum magnesium potassium
    selenium silver sodium strontium zinc
    """
)
_BIOLOGIC_ENDINGS: Final = ("mab", "cept", "stim", "poetin", "alfa", "beta", "kinra", "ase", "tide", "lin", "ermin")


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineTable:
    """`brands` and `synonyms` map a name's folded words to the ingredients it stands for."""

    brands: Mapping[tuple[str, ...], frozenset[str]]
    synonyms: Mapping[tuple[str, ...], frozenset[str]]
    ingredients: frozenset[str]
    look_alikes: Mapping[str, frozenset[str]]

    def look_alikes_of(self, name: str) -> frozenset[str]:
        """The names that one is mixed up with, or what it stands for is ("aciclovir", "Hydrocortone")."""
        found = self.look_alikes.get(name, frozenset())
        return found.union(*(self.look_alikes.get(one, ()) for one in self._ingredients((name,)))) - {name}

    def mixed_up_near(self, word: str, limit: int) -> frozenset[str]:
        """The names within so many edits of a word that are mixed up with any other."""
        found = process.extract(word, tuple(self.look_alikes), scorer=OSA.distance, score_cutoff=limit, limit=None)
        return frozenset(name for name, _, _ in found)

    def same(self, one: str, other: str) -> bool:
        """Whether two one-word names stand for the same ingredients ("lasix" and "frusemide")."""
        return self._ingredients((one,)) == self._ingredients((other,))

    def stands_for(self, name: str) -> tuple[str, ...]:
        """The ingredients of a name in any spelling of case: itself, if the tables have no other."""
        return tuple(sorted(self._ingredients(name_key(name))))

    def _ingredients(self, key: tuple[str, ...]) -> frozenset[str]:
        return self.brands.get(key) or self.synonyms.get(key) or frozenset((" ".join(key),))


def canonical_ingredient(name: str) -> str:
    """One spelling for one ingredient: no salt, no biologic suffix, the name US labels use.

    "METFORMIN HYDROCHLORIDE" and "metformin" give "metformin", "paracetamol" gives "acetaminophen".
    """
    raw = " ".join(name.lower().split()).strip(" .,;")
    base, _, suffix = raw.rpartition("-")
    if len(suffix) == 4 and suffix.isalpha() and base.endswith(_BIOLOGIC_ENDINGS):
        raw = base
    words = raw.replace(",", " ").split()
    while len(words) > 1 and words[-1] in _SALTS and not set(words[:-1]) <= _METALS:
        words = words[:-1]
    bare = " ".join(words)
    other = medicine_table().synonyms.get(name_key(bare))
    return next(iter(other)) if other is not None and len(other) == 1 else bare


def is_salt_word(word: str) -> bool:
    """Whether a folded word names a salt and no food or laboratory value ("calcium" is left out)."""
    return word in _SALTS and word not in _METALS | {"phosphate", "carbonate", "lactate", "nitrate"}


@cache
def medicine_table() -> MedicineTable:
    """The shipped tables."""
    medicines = _load("medicines.toml")
    brands = dict(_entries(medicines["brands"]))
    synonyms = dict(_entries(medicines["synonyms"]))
    others = {" ".join(name.split()) for name in medicines["others"]["names"].split(",") if name.strip()}
    ingredients = others.union(*brands.values(), *synonyms.values())
    groups = (
        [name.strip() for name in line.split(",")] for line in _load("look_alikes.toml")["groups"].split("\n") if line
    )
    look_alikes: dict[str, frozenset[str]] = {}
    for group in groups:
        one_word = [name for name in group if len(name_key(name)) == 1]
        for one, other in permutations(one_word, 2):
            look_alikes[one] = look_alikes.get(one, frozenset()) | {other}
    return MedicineTable(
        brands=MappingProxyType(brands),
        synonyms=MappingProxyType(synonyms),
        ingredients=frozenset(ingredients),
        look_alikes=MappingProxyType(look_alikes),
    )


def _entries(table: dict[str, str]) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    for ingredients, names in table.items():
        stands_for = frozenset(ingredients.split(" + "))
        for name in names.split(","):
            if key := name_key(name):
                yield key, stands_for


def _load(name: str) -> dict[str, Any]:
    with (files("knowledge_base") / "data" / name).open("rb") as file:
        return tomllib.load(file)
