"""The adapter belongs to one embedder; without it the cues decide, as before."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge_base import loinc
from knowledge_base.aspects import aspect_table
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.query_adapter import MASK, QueryAdapter, query_adapter
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import Query


def test_the_shipped_adapter_is_of_the_shipped_embedder(embedder) -> None:
    adapter = query_adapter(embedder)
    assert adapter is not None
    assert adapter.aspects == aspect_table().learned


def test_another_embedder_has_none(word_embedder) -> None:
    assert query_adapter(word_embedder) is None


def test_weights_come_back_as_written_and_for_their_embedder_only(tmp_path, word_embedder, embedder) -> None:
    weights = np.arange(68, dtype=np.float32).reshape(34, 2) / 100
    written = QueryAdapter(weights, np.array([0.5, 0.0], dtype=np.float32), ("dose", "uses"))
    written.write(tmp_path / "adapter.safetensors", word_embedder)
    read = QueryAdapter.read(tmp_path / "adapter.safetensors", word_embedder)
    vector = np.full(32, 0.1, dtype=np.float32)
    assert read is not None
    assert read.shares(vector, {"uses": 1.0}) == written.shares(vector, {"uses": 1.0})
    assert QueryAdapter.read(tmp_path / "adapter.safetensors", embedder) is None


def test_shares_are_probabilities_the_likeliest_first() -> None:
    weights = np.zeros((4, 2), dtype=np.float32)
    weights[3, 1] = 5.0
    adapter = QueryAdapter(weights, np.zeros(2, dtype=np.float32), ("dose", "uses"))
    shares = adapter.shares(np.zeros(2, dtype=np.float32), {"uses": 1.0})
    assert list(shares) == ["uses", "dose"]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["uses"] > shares["dose"]


# Wordings that neither the cues nor the training wordings hold.
@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        (f"could {MASK} ruin my kidneys over time", "kidney"),
        (f"would a three year old be fine with {MASK}", "children"),
        (f"time to Cmax of oral {MASK}", "pharmacokinetics"),
        (f"where can i bring unused {MASK} tablets", "storage"),
        (f"should a mum who nurses skip {MASK}", "breastfeeding"),
    ],
)
def test_unusual_wordings_are_read(embedder, question: str, aspect: str) -> None:
    adapter = query_adapter(embedder)
    assert adapter is not None
    shares = adapter.shares(embedder.embed_queries([question])[0], aspect_table().fits(question))
    assert aspect in list(shares)[:2]


def test_a_knowledge_base_of_another_embedder_answers_by_cues(tmp_path, word_embedder, make_document) -> None:
    codes = {"Dose": loinc.DOSAGE, "Pregnancy": loinc.PREGNANCY}
    sections = {"Dose": "Take one a day.", "Pregnancy": "Avoid it."}
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("label", "1", [make_document("md:a@1", sections, codes=codes, ingredients=("ibuprofen",))])
        builder.publish()
    retriever = HybridRetriever(KnowledgeBase.open(tmp_path, word_embedder))
    found = retriever.search(Query(text="is ibuprofen safe while pregnant"))
    assert found.passages[0].passage.section_code == loinc.PREGNANCY


def test_an_aspect_that_was_not_learned_is_read_by_its_cues_alone(tmp_path, embedder, make_document) -> None:
    codes = {"Recent major changes": loinc.RECENT_CHANGES, "Dose": loinc.DOSAGE}
    sections = {"Dose": "The dose in the label changed.", "Recent major changes": "Dosage (2) 5/2026"}
    document = make_document("md:a@1", sections, codes=codes, ingredients=("ibuprofen",))
    with KnowledgeBaseBuilder(tmp_path, embedder) as builder:
        builder.add_file("label", "1", [document])
        builder.publish()
    retriever = HybridRetriever(KnowledgeBase.open(tmp_path, embedder))
    found = retriever.search(Query(text="what changed in the ibuprofen label"))
    assert found.aspects == ("recent_changes",)
    assert found.passages[0].passage.section_code == loinc.RECENT_CHANGES
