"""The score of a passage for a question: where it stands, what both searches say, what its text names.

A sum of parts in comparable units: 1 is "the right section". Weights were set on the questions of
`eval/data` and on a knowledge base of all labels at hand. Knows passages and a reading, no index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from knowledge_base.aspects import AspectTable
from knowledge_base.catalogue import Catalogue
from knowledge_base.drug_classes import DrugClasses
from knowledge_base.fusion import RRF_K, Hits, fused_ranks
from knowledge_base.lay_terms import said_in
from knowledge_base.loinc import is_highlights
from knowledge_base.read_passages import ReadPassage
from knowledge_base.scopes import Interactant
from knowledge_base.types import DocumentInfo
from knowledge_base.words import name_key, padded_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_base.question_reader import Reading

_ASPECT_SHARE: Final = (1.0, 0.5, 0.3, 0.2)
"""What the best and the further aspects of a question add; the best one decides."""
_LEARNED: Final = 2.0
"""How much a section that the query adapter expects counts; chosen on wordings and medicines held back."""
_NEGLIGIBLE: Final = 0.01
"""An aspect less likely than this is not weighed: its sections would be looked up for nothing."""
_RELEVANCE: Final = 0.5
_NEARNESS: Final = 0.5
_COVERAGE: Final = 0.35
_TERMS: Final = 0.12
_LEADS: Final = 0.12
_NAMED: Final = 1.1
_NAMED_BY_CLASS: Final = 0.95
_NAMED_BROADLY: Final = 0.8
_NAMED_IN_TITLE: Final = 0.15
_SUMMARY_LOSS: Final = 0.08
"""The Highlights only sum up; where the full section says as much, it is the one to quote."""
_WRONG_GROUP: Final = 0.35
_RRF_BEST: Final = 2 / (RRF_K + 1)
_ISSUER: Final = 0.3
_GUIDELINE: Final = 0.1
_GUIDELINE_ASKED: Final = 0.4
_UNSORTED_LOSS: Final = 0.3
"""A paper of unknown kind comes after labels, guidelines and patient texts."""
_CLASS_SECTIONS: Final = 0.6
_CLASS_MEMBER: Final = 0.4
_OPEN_SECTIONS: Final = 0.3
_PROVENANCE: Final = 0.2
"""A label with a date and a set id comes before a text that only says the same."""
_BRAND: Final = 1.0
"""Whoever names a brand has its package at hand."""
_NEWER: Final = 0.01
"""So that equal passages come from the newest label."""

_GROUPS: Final = tuple(
    (aspect, re.compile(pattern, re.IGNORECASE))
    for aspect, pattern in (
        ("children", r"p(a)?ediatric|child|infant|neonat|adolescen"),
        ("kidney", r"renal|kidney|dialysis"),
        ("liver", r"hepatic|liver"),
        ("elderly", r"geriatric|elderly|older"),
        ("pregnancy", r"pregnan"),
    )
)
"""Section titles about one group of patients: wrong for a question that does not ask for them."""
_ISSUERS: Final = re.compile(
    r"\b(CDC|WHO|NIH|NIDDK|NICE|USPSTF|VA|DoD|AHRQ|NHLBI|FDA|ADA|AHA|ACC|ACOG|IDSA|KDIGO|GINA|GOLD|NCI|SAMHSA|HRSA)\b"
)
_CLINICAL: Final = re.compile(
    r"\b(guidelines?|recommend\w*|guidance|polic(y|ies)|standards?|protocols?|prevention|screening|hygiene|"
    r"infection control)\b",
    re.IGNORECASE,
)
_ISSUER_NAMES: Final = {
    "CDC": ("cdc", "centers for disease control"),
    "WHO": ("who", "world health organization"),
    "NIH": ("nih", "national institutes of health"),
    "NIDDK": ("niddk",),
}


class Tables(NamedTuple):
    """The shipped tables a ranking reads."""

    aspects: AspectTable
    classes: DrugClasses


class TextScore(NamedTuple):
    """What a passage's words add to its score, whether they name another medicine, which meanings they have."""

    score: float
    names_other: bool
    says: frozenset[int]


def prior(
    catalogue: Catalogue, reading: Reading, question: str, tables: Tables, *, about_drug: bool
) -> NDArray[np.float32]:
    """What the place of each passage says before its text is read, for all rows of the catalogue.

    For a medicine the section decides, and a section about other patients than asked for loses. Without
    one, guidelines have no label sections to go by: kind and issuer count, and the members of a class.
    """
    by_source = _by_source(catalogue, question, about_drug=about_drug) + np.float32(_NEWER) * catalogue.recency
    sections = _by_section(catalogue, reading, tables.aspects)
    if about_drug:
        by_source += np.float32(_PROVENANCE) * catalogue.provenance + _by_brand(catalogue, reading)
        return sections - _wrong_group(catalogue, reading.aspects) + by_source
    share = 0.0 if _asks_for_guideline(question) else _CLASS_SECTIONS if reading.classes else _OPEN_SECTIONS
    members = [member for one in reading.classes for member in tables.classes.members(one.name)]
    ids = {info.id for info in catalogue.documents_with_any(members)}
    of_class = catalogue.by_document(lambda info: _CLASS_MEMBER if info.id in ids else 0.0)
    return np.float32(share) * sections + of_class + by_source


def relevance(dense: Hits, lexical: Hits, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """What both searches say of each number: its fused rank as a share of the best possible, and its cosine.

    Ranks alone hide how far the first is ahead of the second; the cosine tells. `numbers` ascend, all hits among them.
    """
    ranks = (fused_ranks((dense, lexical), numbers) / _RRF_BEST).astype(np.float32)
    near = np.maximum(dense.among(numbers), 0.0).astype(np.float32)
    return np.float32(_RELEVANCE) * ranks + np.float32(_NEARNESS) * near


def text_score(
    read: ReadPassage, reading: Reading, table: AspectTable, interactants: Sequence[Interactant] = ()
) -> TextScore:
    """What a passage's own words add: the question's words, the aspect's terms, the other medicine's name."""
    passage = read.passage
    says = said_in(read.folded, reading.meanings)
    score = _COVERAGE * len(says) / max(len(reading.meanings), 1)
    first = next((table[name] for name in reading.aspects if name in table), None)
    if first is not None:
        score += _TERMS * read.holds(first.terms) + _LEADS * read.holds(first.leads)
    naming = _naming(read, interactants)
    is_asked_for = first is not None and passage.section_code in first.sections
    if is_highlights(passage.section_path) and not (is_asked_for and first is not None and not first.learned):
        score -= _SUMMARY_LOSS
    return TextScore(score + naming, naming > 0, says)


def _by_section(catalogue: Catalogue, reading: Reading, table: AspectTable) -> NDArray[np.float32]:
    weights = np.zeros(len(catalogue.numbers), dtype=np.float32)
    if reading.shares:
        for name, likely in reading.shares.items():
            if likely >= _NEGLIGIBLE and name in table:
                weights += np.float32(_LEARNED * likely) * catalogue.prior(table[name])
        return weights
    known = [name for name in reading.aspects if name in table][: len(_ASPECT_SHARE)]
    for share, name in zip(_ASPECT_SHARE, known, strict=False):
        weights = np.maximum(weights, np.float32(share) * catalogue.prior(table[name]))
    return weights


def _wrong_group(catalogue: Catalogue, aspects: Sequence[str]) -> NDArray[np.float32]:
    wrong = np.zeros(len(catalogue.numbers), dtype=np.bool_)
    for aspect, pattern in _GROUPS:
        if aspect not in aspects:
            wrong |= catalogue.titled(pattern)
    return np.where(wrong, np.float32(_WRONG_GROUP), np.float32(0.0))


def _by_source(catalogue: Catalogue, question: str, *, about_drug: bool) -> NDArray[np.float32]:
    guideline = 0.0 if about_drug else _GUIDELINE_ASKED if _asks_for_guideline(question) else _GUIDELINE
    by_kind = {"guideline": guideline, "other": -_UNSORTED_LOSS}
    weights = catalogue.by_kind(lambda kind: by_kind.get(kind, 0.0))
    issuers = _ISSUERS.findall(question)
    if not issuers:
        return weights
    names = {name for issuer in issuers for name in _ISSUER_NAMES.get(issuer, (issuer.lower(),))}
    return weights + catalogue.by_document(lambda info: _ISSUER if _is_issued_by(info, names) else 0.0)


def _by_brand(catalogue: Catalogue, reading: Reading) -> NDArray[np.float32]:
    """The label of the brand that was named comes before others of the same medicine."""
    said = {_key(name) for drug in reading.drugs if drug.ingredients for name in (drug.mention, *drug.candidates)}
    # A generic's label may give the ingredient's name as its brand.
    said -= {_key(name) for drug in reading.drugs for name in drug.ingredients}
    if not said:
        return np.zeros(len(catalogue.numbers), dtype=np.float32)
    return catalogue.by_document(lambda info: _BRAND if any(_key(brand) in said for brand in info.brands) else 0.0)


def _key(name: str) -> str:
    return " ".join(name_key(name))


def _asks_for_guideline(question: str) -> bool:
    """Whether a question is about practice or names who issues guidelines."""
    return _ISSUERS.search(question) is not None or _CLINICAL.search(question) is not None


def _bonus(other: Interactant, folded: str) -> float:
    """What naming the other medicine adds; `folded` is the text's folded words between single spaces."""
    ways = ((other.names, _NAMED), (other.phrases, _NAMED_BY_CLASS), (other.broad, _NAMED_BROADLY))
    return next((bonus for names, bonus in ways if any(f" {name} " in folded for name in names)), 0.0)


def _naming(read: ReadPassage, interactants: Sequence[Interactant]) -> float:
    if not interactants:
        return 0.0
    naming = max(_bonus(one, read.folded) for one in interactants)
    if naming > 0:
        title = padded_words(read.passage.section_title)
        naming += _NAMED_IN_TITLE * any(_bonus(one, title) > 0 for one in interactants)
    return naming


def _is_issued_by(info: DocumentInfo, names: Iterable[str]) -> bool:
    known = " ".join((info.title, info.manufacturer or "", info.source_path)).replace("_", " ")
    said = f" {' '.join(name_key(known))} "
    return any(f" {name} " in said for name in names)
