from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmarks.onc import Onc
from knowledge_base import loinc
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase


@pytest.fixture
def kb(tmp_path: Path, word_embedder, make_document) -> KnowledgeBase:
    titles = {"Interactions": loinc.INTERACTIONS}
    with KnowledgeBaseBuilder(tmp_path / "kb", word_embedder) as builder:
        for name, text in {
            "warfarin": "Taking ibuprofen with this medicine raises the risk of bleeding.",
            "ibuprofen": "Nothing is known.",
            "metformin": "Nothing is known.",
        }.items():
            document = make_document(
                f"md:{name}@1", {"Interactions": text}, codes=titles, ingredients=(name,), title=name
            )
            builder.add_file(name, name, [document])
        builder.publish()
    return KnowledgeBase.open(tmp_path / "kb", word_embedder)


def test_pairs_are_found_missed_or_cannot_be_judged(tmp_path: Path, put, kb, made_system, ask_all) -> None:
    rows = "drug_a,drug_b\nWarfarin,Ibuprofen\nMetformin,Ibuprofen\nWarfarin,Unheardofine\n"
    put(tmp_path / "ddi_onc_lists" / "onc_high_priority.csv", rows)
    items, outputs, measures = ask_all(Onc(), tmp_path, made_system(knowledge_base=kb))
    assert [item.id for item in items] == ["ibuprofen+metformin", "ibuprofen+warfarin", "unheardofine+warfarin"]
    assert [output.abstained for output in outputs] == [False, False, True]
    assert (measures["found"].value, measures["found"].n) == (0.5, 2)
    assert measures["found in both labels"].value == 0.0
    assert outputs[1].evidence == ("Taking ibuprofen with this medicine raises the risk of bleeding.",)
