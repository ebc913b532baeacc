from __future__ import annotations

import random
import re
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from eval.section_finding import (
    Medicine,
    SectionKind,
    measure_section_finding,
    medicines_of,
    misspell,
    section_kinds,
    section_questions,
)
from knowledge_base import loinc
from knowledge_base.aspects import aspect_table
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase

_NEAR_DUPLICATE = 0.75
"""Share of common words from which a wording learned from would give a reported one away."""
DOSE = SectionKind(
    name="dose", codes=frozenset({loinc.DOSAGE}), wordings=(("patient", "how much {drug}"), ("clinical", "{drug} dose"))
)
MEDICINES = tuple(
    Medicine(frozenset({name}), (name,), frozenset({loinc.DOSAGE}))
    for name in ("ibuprofen", "lisinopril", "metformin", "naproxen", "sertraline", "trazodone", "warfarin", "apixaban")
)


def _words(wording: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", wording.replace("{drug}", "").lower()))


def _learned_from() -> dict[str, list[str]]:
    return tomllib.loads((files("eval") / "data" / "aspect_wordings.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file_name", ["section_wordings.toml", "unseen_wordings.toml"])
def test_every_kind_has_wordings_of_both_audiences(file_name: str) -> None:
    kinds = section_kinds(file_name)
    assert len(kinds) >= 20
    for kind in kinds:
        assert kind.codes <= set(loinc.NAMES), kind.name
        assert len(kind.wordings) >= 6, kind.name
        assert {audience for audience, _ in kind.wordings} == {"patient", "clinical"}, kind.name
        assert all(wording.count("{drug}") == 1 for _, wording in kind.wordings), kind.name


@pytest.mark.parametrize("file_name", ["section_wordings.toml", "unseen_wordings.toml"])
def test_no_reported_wording_was_learned_from(file_name: str) -> None:
    learned = [_words(wording) for wordings in _learned_from().values() for wording in wordings]
    for kind in section_kinds(file_name):
        for _, wording in kind.wordings:
            said = _words(wording)
            near = [len(said & other) / len(said | other) for other in learned if said | other]
            assert max(near) < _NEAR_DUPLICATE, wording


def test_the_wordings_learned_from_name_known_aspects() -> None:
    assert set(_learned_from()) == set(aspect_table().learned)


@given(st.sampled_from([name for one in MEDICINES for name in one.names]), st.integers(0, 10**6))
def test_a_misspelling_is_one_edit_away_and_no_other_medicine(name: str, seed: int) -> None:
    known = frozenset(name for one in MEDICINES for name in one.names)
    edited = misspell(name, known, random.Random(seed))  # noqa: S311
    assert edited is not None
    assert OSA.distance(name, edited) == 1
    assert edited not in known
    assert edited[0] == name[0]


def test_a_short_name_is_not_misspelt() -> None:
    assert misspell("advil", frozenset(), random.Random(0)) is None  # noqa: S311


def test_questions_repeat_under_a_seed_and_a_fifth_is_misspelt() -> None:
    kinds = (DOSE, SectionKind(name="uses", codes=frozenset({loinc.INDICATIONS}), wordings=DOSE.wordings))
    questions = section_questions(MEDICINES, kinds, seed=3)
    assert questions == section_questions(MEDICINES, kinds, seed=3)
    assert questions != section_questions(MEDICINES, kinds, seed=4)
    assert {one.kind for one in questions} == {"dose"}, "no label has the other section"
    assert sum(one.is_misspelt for one in questions) == 2


@pytest.fixture
def knowledge_base(tmp_path, word_embedder, make_document):
    codes = {"Dose": loinc.DOSAGE, "Uses": loinc.INDICATIONS}
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        documents = [
            make_document(
                f"md:{name}@1", {"Dose": f"Take {name}.", "Uses": "For pain."}, codes=codes, ingredients=(name,)
            )
            for name in ("ibuprofen", "naproxen")
        ]
        builder.add_file("labels", "1", documents)
        builder.publish()
    return KnowledgeBase.open(tmp_path, word_embedder)


def test_measures_tell_section_and_drug_apart(knowledge_base) -> None:
    medicines = medicines_of(knowledge_base.store)
    assert [sorted(one.ingredients) for one in medicines] == [["ibuprofen"], ["naproxen"]]
    questions = section_questions(medicines, (DOSE,))
    passages = {
        (one.document.ingredients[0], one.section_code): one
        for info in knowledge_base.store.documents()
        for one in knowledge_base.store.passages_of(info.id)
    }

    def figures(rank) -> dict[str, float | None]:
        return {one.name: one.value for one in measure_section_finding(questions, rank, "fixed")}

    ibuprofen = [passages["ibuprofen", loinc.INDICATIONS], passages["ibuprofen", loinc.DOSAGE]]
    found = figures(lambda _: ibuprofen)
    assert found["right section first"] == 0
    assert found["right section in five"] == 0.5
    assert found["wrong drug first"] == 0.5
    nothing = figures(lambda _: [])
    assert nothing["right section first"] == 0
    assert nothing["wrong drug first"] == 0, "who asks back names no other medicine"
    assert nothing["right section first, plain"] == 0
