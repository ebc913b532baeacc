from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from eval.printed_errors import find_slips, report
from ingest.pipeline import ingest_paths
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.dose_comparison import StoredDose
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.manifest import IndexManifest
from knowledge_base.passage_store import PassageStore


def test_the_table_names_each_pair_once(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        for name, dose in (("a", "5 mg"), ("b", "5 g"), ("c", "5 mg")):
            document = make_document(
                f"spl:{name}@1",
                {"Dosage": f"Take {dose} daily."},
                codes={"Dosage": "34068-7"},
                source_path=f"/{name}.xml",
            )
            builder.add_file(name, "1", [document])
        builder.publish()
    lines = report(KnowledgeBase.open(tmp_path, word_embedder).store).splitlines()
    table = [line for line in lines if line.startswith("| ibuprofen")]
    assert len(table) == 2
    assert all("5 g | b.xml" in line for line in table)
    assert "- medicine, unit and population with doses in two sources or more: 1" in lines


def test_a_slip_that_no_other_source_can_tell_is_counted_as_missed() -> None:
    wide = [StoredDose(1, 1, 1, 5, 5), StoredDose(2, 2, 2, 0.005, 5000)]
    assert find_slips([wide]) == (2, 0)


@pytest.mark.data
def test_the_misprint_in_the_shared_files_is_found(shared_data: Path, tmp_path: Path, word_embedder) -> None:
    labels = tmp_path / "labels.jsonl"
    with gzip.open(shared_data / "labels_openfda" / "openfda_labels.jsonl.gz", "rt", encoding="utf-8") as file:
        labels.write_text("".join(line for line in file if "LEVOTHYROXINE SODIUM" in line[:20_000].upper()))
    book = shared_data / "guidelines_pdf" / "springer_ccby_levothyroxine_ch5_children_2021.pdf"
    ingest_paths([book, labels], tmp_path / "kb", word_embedder)
    store = PassageStore(tmp_path / "kb", generation=IndexManifest.load(tmp_path / "kb").generation)
    found = [one for some in store.comparison.dose_disagreements.values() for one in some]
    assert {one.drug for one in found} == {"levothyroxine"}
    assert any(one.here.page == 5 and "mg/kg" in one.here.written and "mcg/kg" in one.there.written for one in found)
