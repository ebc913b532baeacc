"""What a label calls its medicine: ingredients without their salts, salts, brands, synonyms.

Knows the ways names are written on US labels ("METFORMIN HYDROCHLORIDE", "ACETAMINOPHEN, ASPIRIN
AND CAFFEINE", "ustekinumab-aekn"); knows no file format and looks nothing up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ingest.name_tables import (
    ANTISEPTICS,
    DOSE_FORM_WORDS,
    ELEMENTS,
    PACKS,
    RENAMED,
    SALTS,
    SHELF_WORDS,
    STORES,
    SYNONYMS,
    WHOLE_NAMES,
)
from knowledge_base.types import DrugName, Relation

MAX_NAME_WORDS: Final = 7
"""A longer name is a description; as an entry of a lexicon it would only do harm."""

_Claim = tuple[str | None, Relation, tuple[str, ...]]
"""A name that may be missing, what kind of name it is, and what it stands for."""

_STRENGTH = re.compile(
    r"\b\d[\d.,]*\s*(?:%|percent\b|(?:mg|mcg|µg|g|ml|l|iu|units?|meq|hr?|hours?)\b(?:\s*/\s*\d*\s*(?:ml|g|mg|hr?|day)\b)?)",
    re.IGNORECASE,
)
_PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_MARKS = re.compile(r"[®™©*†‡]|\((?:r|tm)\)", re.IGNORECASE)
_BIOLOGIC_SUFFIX = re.compile(r"(?<=[a-z]{4})-(?!acid$|free$|like$|base$|type$|beta$|alfa$)[a-z]{4}$")
_SEPARATOR = re.compile(r"\s*(?:[,;/+&]|\band\b)\s*", re.IGNORECASE)
_INVERTED: Final = frozenset(
    {"conjugated", "esterified", "human", "porcine", "recombinant", "purified", "synthetic", "live", "activated"}
    | {"colloidal", "dibasic", "monobasic"}
)
# "in dextrose", "in sodium chloride": the fluid a drug comes in is no ingredient of the question.
_DILUENT = re.compile(
    r"\s+(?:in|with)\s+(?:\d+% )?(?:plastic container|dextrose|sodium chloride|water|lactated).*$|\s+and dextrose$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """One active ingredient in lower case, and the salt it comes as where that is another name."""

    ingredient: str
    salt: str | None = None
    suffixed: str | None = None
    """The name with its four-letter biologic suffix, where it has one."""


def fold(raw: str) -> str:
    """Lower case, single spaces, no trademark signs."""
    return " ".join(_MARKS.sub("", raw).lower().replace("\xa0", " ").split()).strip(" .,;:-")


def substance(raw: str, moiety: str | None = None) -> Substance | None:
    """The ingredient a substance name stands for, or None if nothing is left of it.

    Args:
        raw: the name as the label gives it.
        moiety: the active moiety, if the source names one; it decides unless it is a bare ion.
    """
    full = _inverted(fold(_PARENTHESES.sub(" ", raw)))
    full = " ".join(word for word in full.split() if word not in DOSE_FORM_WORDS).strip(" ,")
    full = _inverted(full)
    if not full:
        return None
    if moiety is not None and (base := substance(moiety)) is not None and not _is_ion(moiety, full):
        bare, suffixed = base.ingredient, _suffixed(full)
        return Substance(ingredient=bare, salt=full if full not in (bare, suffixed) else None, suffixed=suffixed)
    suffixed = _suffixed(full)
    bare = _BIOLOGIC_SUFFIX.sub("", full)
    base_name = _renamed(_without_salt(bare))
    salt = full if suffixed is None and full != base_name else None
    return Substance(ingredient=base_name, salt=salt, suffixed=suffixed)


def substances(raw_generic: str) -> tuple[Substance, ...]:
    """The ingredients of a generic name, a combination taken apart at commas, slashes and "and"."""
    name = _DILUENT.sub("", _STRENGTH.sub(" ", fold(_PARENTHESES.sub(" ", raw_generic))))
    whole = _inverted(name)
    parts = [whole] if whole != name else [part for part in _SEPARATOR.split(name) if part.strip()]
    found: dict[str, Substance] = {}
    for part in parts:
        one = substance(part)
        if one is not None and len(one.ingredient) > 2 and one.ingredient not in SALTS:
            found.setdefault(one.ingredient, one)
    return tuple(found.values())


def brand(raw: str, ingredients: Iterable[str]) -> str | None:
    """A brand name in lower case, or None where it only repeats the generic name or describes a shelf.

    Of a medicine with one ingredient the name people use is kept: "Childrens Zyrtec" is Zyrtec, "Men's Rogaine
    Minoxidil" is Rogaine. Of a combination the whole name is, for "Advil PM" is not Advil.

    Args:
        raw: the name as printed.
        ingredients: names of the ingredients, salts included.
    """
    known = {fold(name) for name in ingredients} - {""}
    name = " ".join(_STRENGTH.sub(" ", fold(_PARENTHESES.sub(" ", raw))).split()).strip(" ,.-")
    words = name.split()
    plain = (
        {"in", "dextrose", "water"}
        | SALTS
        | DOSE_FORM_WORDS
        | SHELF_WORDS
        | STORES
        | {word for one in known for word in one.split()}
    )

    def is_plain(word: str) -> bool:
        bare = _BIOLOGIC_SUFFIX.sub("", word.strip(",.")).replace("'", "").replace("\u2019", "")
        return bare in plain or not any(letter.isalpha() for letter in bare)

    if len(words) > MAX_NAME_WORDS or all(is_plain(word) for word in words):
        return None
    alone = len({one.split()[0] for one in known}) == 1 and not known & ANTISEPTICS
    while words and alone and is_plain(words[-1]):
        words.pop()
    while words and alone and is_plain(words[0]):
        words.pop(0)
    while len(words) > 1 and words[-1] in DOSE_FORM_WORDS | PACKS:
        words.pop()
    name = " ".join(words).strip(" ,.-")
    return name if len(name) > 2 else None


def pharmacologic_class(raw: str) -> str:
    """An established pharmacologic class without its tag: "Kinase Inhibitor [EPC]" -> "kinase inhibitor"."""
    return fold(_PARENTHESES.sub(" ", raw))


def without_antiseptics(found: Sequence[Substance]) -> tuple[Substance, ...]:
    """A kit's ingredients without the swab it is packed with."""
    kept = tuple(one for one in found if one.ingredient not in ANTISEPTICS)
    return kept or tuple(found)


def drug_names(
    found: Sequence[Substance],
    *,
    generics: Iterable[str] = (),
    brands: Iterable[str] = (),
    classes: Iterable[str] = (),
    uniis: Mapping[str, str] = MappingProxyType({}),
) -> tuple[DrugName, ...]:
    """Every name a document gives to its medicine, each once, ingredients first.

    Args:
        found: the document's ingredients.
        generics: generic names as printed; a salt or a combination among them is a name too.
        brands: brand names as `brand` returns them.
        classes: class names as `pharmacologic_class` returns them.
        uniis: the ingredient that each substance identifier stands for.
    """
    ingredients = tuple(dict.fromkeys(one.ingredient for one in found))
    names: dict[tuple[str, Relation], DrugName] = {}
    claims: list[_Claim] = [
        *(claim for one in found for claim in _names_of(one)),
        *((name, "brand", ingredients) for name in brands),
        *((name, "class", ingredients) for name in classes),
        *(
            (code.lower(), "unii", (ingredient,))
            for code, ingredient in uniis.items()
            if ingredient in ingredients and not code.isdigit()
        ),
        *(claim for printed in generics for claim in _printed_names(printed, ingredients)),
    ]
    for name, relation, stands_for in claims:
        if name and stands_for and len(name.split()) <= MAX_NAME_WORDS:
            names.setdefault((name, relation), DrugName(name=name, relation=relation, ingredients=stands_for))
    return tuple(names.values())


def _names_of(one: Substance) -> Iterator[_Claim]:
    stands_for = (one.ingredient,)
    yield one.ingredient, "ingredient", stands_for
    yield one.salt, "salt", stands_for
    for name in (one.suffixed, *SYNONYMS.get(one.ingredient, ())):
        yield name, "synonym", stands_for


def _printed_names(printed: str, ingredients: Sequence[str]) -> Iterator[_Claim]:
    """The salts, suffixed names and combinations among the generic names as printed."""
    parts = substances(printed)
    if parts and {one.ingredient for one in parts} <= set(ingredients):
        for one in parts:
            yield one.salt, "salt", (one.ingredient,)
            yield one.suffixed, "synonym", (one.ingredient,)
        if len(parts) > 1:
            yield fold(printed), "synonym", tuple(one.ingredient for one in parts)


def _suffixed(full: str) -> str | None:
    return full if _BIOLOGIC_SUFFIX.search(full) else None


def _is_ion(moiety: str, full: str) -> bool:
    ion = {"cation", "ion", "anion"} & set(fold(moiety).split())
    return bool(ion) or full in RENAMED or full in WHOLE_NAMES or full.split()[0] in ELEMENTS


def _renamed(name: str) -> str:
    return RENAMED.get(name, name)


def _without_salt(name: str) -> str:
    """The name with trailing salt words removed, as long as more than an element is left."""
    if name in RENAMED or name in WHOLE_NAMES:
        return name
    words = name.split()
    while len(words) > 1:
        last = words[-1].removesuffix("s") if words[-1] not in SALTS else words[-1]
        left = words[:-1]
        if last not in SALTS or all(word in ELEMENTS for word in left):
            break
        words = left
    # "potassium clavulanate", "sodium valproate": the cation may stand first.
    if len(words) == 2 and words[0] in {"potassium", "sodium", "calcium"} and words[1] in {"clavulanate", "valproate"}:
        words = words[1:]
    return " ".join(words)


def _inverted(name: str) -> str:
    """Turn "estrogens, conjugated" around; the registry's other qualifiers after a comma go."""
    head, comma, tail = name.partition(",")
    if not comma:
        return name
    qualifiers = [part.strip() for part in tail.split(",")]
    if all(part in _INVERTED or part in SALTS or part in DOSE_FORM_WORDS or not part for part in qualifiers):
        front = [part for part in qualifiers if part in _INVERTED - {"dibasic", "monobasic"}]
        return " ".join([*front, head.strip()])
    return name
