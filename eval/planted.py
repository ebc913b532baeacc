"""Planted errors: label sentences that are true to their source, and copies spoiled in one known way.

Made from the labels of a knowledge base under a seed; medicines are divided by a hash of their name into a half to
tune on and a half held back. A spoiled copy starts from the sentence itself or from one of its rewordings.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from chatbot.candidates import Candidate, collect_candidates, unranked
from chatbot.manner import is_boilerplate, points_back
from chatbot.types import Citation
from eval.rewordings import FURTHER_REWORDINGS, REWORDINGS, join
from eval.spoilings import FURTHER_SPOILINGS, SPOILINGS, exchange_medicines, swap_medicine
from knowledge_base import loinc
from knowledge_base.drug_classes import drug_classes
from knowledge_base.medicine_table import medicine_table
from knowledge_base.passage_store import PassageStore

Half = Literal["tuning", "held back"]
JOINED: Final = "two joined"
DRUG_SWAPPED: Final = "drug swapped"
SOURCE_SWAPPED: Final = "source swapped"
ROLES_EXCHANGED: Final = "roles exchanged"
PER_KIND: Final = 60
"""Cases of each kind in each half: 9 true kinds and 9 spoiled ones make 540 each."""
_CHARS: Final = range(45, 320)
_PER_SECTION: Final = 3
_PER_MEDICINE: Final = 30
_N_LOOKED_AT: Final = 40
"""Sentences tried for one case before a medicine is given up for its kind."""
_SECTIONS: Final = frozenset(
    {
        *(loinc.DOSAGE, loinc.CONTRAINDICATIONS, loinc.WARNINGS, loinc.WARNINGS_AND_PRECAUTIONS, loinc.PRECAUTIONS),
        *(loinc.INTERACTIONS, loinc.PATIENT_INFORMATION, loinc.SPECIFIC_POPULATIONS, loinc.STORAGE),
        *("34067-9", "34084-4", "34088-5", "34071-1", "42228-7", "77290-5", "34081-0", "34082-8", "88828-9", "34076-0"),
    }
)
_SEED: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedCase:
    """A sentence, the evidence it cites, and whether that evidence bears it out."""

    kind: str
    is_true: bool
    text: str
    evidence: tuple[Citation, ...]
    medicine: str
    base: str
    """How the sentence was worded before it was spoiled."""


def half_of(medicine: str) -> Half:
    """Which half a medicine belongs to."""
    return "tuning" if hashlib.sha256(medicine.encode()).digest()[0] % 2 == 0 else "held back"


def planted_cases(store: PassageStore, half: Half, *, per_kind: int = PER_KIND, seed: int = _SEED) -> list[PlantedCase]:
    """True and spoiled sentences of one half's medicines, `per_kind` of each kind where the labels have so many."""
    rng = random.Random(f"{seed} {half}")  # noqa: S311 - a benchmark must repeat, not keep a secret
    by_medicine = {name: found for name, found in sentences_of(store, half, rng).items() if found}
    names = {info.ingredients[0]: info.brands for info in store.documents() if len(info.ingredients) == 1}
    makers = _Makers(by_medicine=by_medicine, names=names, rng=rng)
    kinds: list[tuple[str, bool]] = [(kind, True) for kind in (*REWORDINGS, JOINED, *FURTHER_REWORDINGS)]
    kinds += [(kind, False) for kind in (*SPOILINGS, DRUG_SWAPPED, SOURCE_SWAPPED, *FURTHER_SPOILINGS)]
    cases = [case for kind, is_true in kinds for case in makers.cases(kind, per_kind, is_true=is_true)]
    # Few sentences have one medicine act on another, so all of the labels are read for them.
    acting = sentences_of(
        store, half, rng, lambda text: exchange_medicines(text, medicine_table().ingredients) is not None
    )
    makers = replace(makers, by_medicine={name: found for name, found in acting.items() if found})
    return [*cases, *makers.cases(ROLES_EXCHANGED, per_kind, is_true=False)]


def sentences_of(
    store: PassageStore, half: Half, rng: random.Random, is_wanted: Callable[[str], bool] = bool
) -> dict[str, list[Candidate]]:
    """For each medicine of one half, sentences of one label that is about it alone."""
    labels: dict[str, str] = {}
    for info in store.documents():
        if info.kind == "label" and len(info.ingredients) == 1 and half_of(info.ingredients[0]) == half:
            labels.setdefault(info.ingredients[0], info.id)
    found: dict[str, list[Candidate]] = {}
    for name, document_id in sorted(labels.items()):
        by_section: dict[str | None, list[Candidate]] = {}
        for one in collect_candidates(unranked(store.passages_of(document_id, _SECTIONS)), lambda _: None):
            if _is_usable(one) and is_wanted(one.text):
                by_section.setdefault(one.passage.section_code, []).append(one)
        picked = [one for many in by_section.values() for one in rng.sample(many, min(_PER_SECTION, len(many)))]
        found[name] = rng.sample(picked, min(_PER_MEDICINE, len(picked)))
    return found


def _is_usable(one: Candidate) -> bool:
    lower = one.text.lower()
    one_line = one.form == "sentence" and "\n" not in one.text and one.text.endswith(".")
    return (
        one_line
        and len(one.text) in _CHARS
        and one.lead is None
        and not points_back(lower)
        and not is_boilerplate(lower)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Makers:
    by_medicine: Mapping[str, Sequence[Candidate]]
    names: Mapping[str, Sequence[str]]
    rng: random.Random

    def cases(self, kind: str, n: int, *, is_true: bool) -> Iterator[PlantedCase]:
        """At most one case of a kind from each medicine at a time, until there are enough."""
        medicines = sorted(self.by_medicine)
        self.rng.shuffle(medicines)
        n_given = 0
        for medicine in (*medicines, *medicines):
            if n_given == n:
                return
            order = self.rng.sample(list(self.by_medicine[medicine]), len(self.by_medicine[medicine]))
            made = (self._make(kind, medicine, one, is_true=is_true) for one in order[:_N_LOOKED_AT])
            case = next((one for one in made if one is not None), None)
            if case is not None:
                n_given += 1
                yield case

    def _make(self, kind: str, medicine: str, one: Candidate, *, is_true: bool) -> PlantedCase | None:
        evidence: tuple[Citation, ...] = (cited(one, 1),)
        base = "verbatim"
        text: str | None
        if kind == JOINED:
            others = [other for other in self.by_medicine[medicine] if other is not one and len(other.text) < 180]
            if not others or len(one.text) > 180:
                return None
            other = self.rng.choice(others)
            evidence, text = (evidence[0], cited(other, 2)), join(one.text, other.text)
        elif is_true:
            text = {**REWORDINGS, **FURTHER_REWORDINGS}[kind](one.text, self.rng)
        else:
            base = self.rng.choice(("verbatim", *REWORDINGS))
            worded = REWORDINGS[base](one.text, self.rng) or one.text
            if kind == SOURCE_SWAPPED:
                swapped = self._other_source(medicine, one)
                if swapped is None or _says(swapped.text, worded):
                    return None
                text, evidence = worded, (cited(swapped, 1),)
            elif kind == DRUG_SWAPPED:
                text = self._with_other_medicine(medicine, worded, one)
            elif kind == ROLES_EXCHANGED:
                text = exchange_medicines(worded, medicine_table().ingredients)
            else:
                text = {**SPOILINGS, **FURTHER_SPOILINGS}[kind](worded, self.rng)
            if text is None or (kind != SOURCE_SWAPPED and _says(one.text, text)):
                return None
        if text is None:
            return None
        return PlantedCase(kind=kind, is_true=is_true, text=text, evidence=evidence, medicine=medicine, base=base)

    def _other_source(self, medicine: str, one: Candidate) -> Candidate | None:
        """Another section of the same label, or the same section of another medicine's label."""
        if self.rng.random() < 0.5:
            code = one.passage.section_code
            elsewhere = [other for other in self.by_medicine[medicine] if other.passage.section_code != code]
            if elsewhere:
                return self.rng.choice(elsewhere)
        others = [
            other
            for name, many in sorted(self.by_medicine.items())
            if name != medicine
            for other in many
            if other.passage.section_code == one.passage.section_code
        ]
        return self.rng.choice(others) if others else None

    def _with_other_medicine(self, medicine: str, text: str, one: Candidate) -> str | None:
        """The medicine's name, or one of its brands, replaced by one of its own class where there is one."""
        known = drug_classes()
        alike = [other for name in known.classes_of(medicine) for other in known.members(name) if other != medicine]
        held = sorted(self.names)
        others = [name for name in (alike if alike and self.rng.random() < 0.5 else held) if name != medicine]
        other = self.rng.choice(others)
        return None if other in one.text.lower() else swap_medicine(text, (medicine, *self.names[medicine]), other)


def _says(source: str, text: str) -> bool:
    """Whether a text stands in its source word for word, so that nothing was spoiled."""
    return _words(text) in _words(source)


def _words(text: str) -> str:
    return " ".join(re.findall(r"[\w.%]+", text.lower().rstrip(". ")))


def cited(one: Candidate, n: int) -> Citation:
    """A sentence as evidence number `n`."""
    return Citation(n=n, passage=one.passage, quote=one.text, quote_start=one.start, quote_end=one.end)
