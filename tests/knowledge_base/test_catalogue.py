from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import loinc
from knowledge_base.aspects import aspect_table
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.catalogue import Catalogue
from knowledge_base.knowledge_base import KnowledgeBase

N_DOCUMENTS = 5


@pytest.fixture
def catalogue(tmp_path: Path, word_embedder, make_document) -> Catalogue:
    """Three passages a document, of two kinds of documents."""
    sections = {"Side effects": "Nausea.", "Use in children": "Ask.", "Storage": "Dry."}
    codes = {"Side effects": loinc.ADVERSE_REACTIONS, "Use in children": loinc.UNCLASSIFIED}
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        for place in range(N_DOCUMENTS):
            kind = "patient" if place % 2 else "label"
            name = ("ibuprofen", "naproxen")[place % 2]
            document = make_document(f"md:{place}@1", sections, codes=codes, kind=kind, ingredients=(name,))
            builder.add_file(str(place), "1", [document])
        builder.publish()
    return Catalogue(KnowledgeBase.open(tmp_path, word_embedder).store)


def test_a_part_says_of_its_rows_what_the_whole_says(catalogue: Catalogue) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        rows = np.flatnonzero(rng.random(len(catalogue.numbers)) < 0.4)
        part = catalogue.part(rows)
        assert part.numbers.tolist() == catalogue.numbers[rows].tolist()
        for values in (
            lambda one: one.recency,
            lambda one: one.provenance,
            lambda one: one.prior(aspect_table()["side_effects"]),
            lambda one: one.titled(re.compile("child")),
            lambda one: one.by_kind(lambda kind: float(kind == "patient")),
            lambda one: one.by_document(lambda info: float(info.id[3])),
        ):
            assert values(part).tolist() == values(catalogue)[rows].tolist()


def test_rows_of_documents_and_kinds(catalogue: Catalogue) -> None:
    assert catalogue.rows(None, None) is None
    assert catalogue.rows({"md:1@1", "md:3@1"}, None).tolist() == [3, 4, 5, 9, 10, 11]
    assert catalogue.rows({"md:1@1", "md:2@1", "md:x@1"}, ["label"]).tolist() == [6, 7, 8]
    assert catalogue.rows(None, ["patient"]).tolist() == [3, 4, 5, 9, 10, 11]
    assert catalogue.rows(set(), None).tolist() == catalogue.rows(None, []).tolist() == []


def test_documents_by_ingredient(catalogue: Catalogue) -> None:
    assert [info.id for info in catalogue.documents_of(("naproxen",))] == ["md:1@1", "md:3@1"]
    assert [info.id for info in catalogue.documents_with_any(("naproxen", "aspirin"))] == ["md:1@1", "md:3@1"]
    assert catalogue.documents_of(("aspirin",)) == ()
