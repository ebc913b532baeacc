"""Names of real labels, right and misspelt; skipped where the public data are not beside the checkout."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from knowledge_base.drug_names import DrugLexicon
from knowledge_base.types import DrugName


@pytest.fixture(scope="module")
def real_lexicon(shared_data: Path) -> DrugLexicon:
    from ingest.names import brand, drug_names, substances

    names: set[DrugName] = set()
    with gzip.open(shared_data / "labels_openfda" / "openfda_labels.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            openfda = json.loads(line)["openfda"]
            for generic in openfda.get("generic_name", []):
                found = substances(generic)
                ingredients = [one.ingredient for one in found]
                brands = [name for raw in openfda.get("brand_name", []) if (name := brand(raw, ingredients))]
                names.update(drug_names(found, generics=[generic], brands=brands))
    return DrugLexicon.build(names)


@pytest.mark.data
def test_misspellings_of_real_names(real_lexicon: DrugLexicon, shared_data: Path) -> None:
    """RedMed pairs (Lavertu and Altman 2019), the strict ones: nearly all read right, none read as another drug."""
    counts: Counter[str] = Counter()
    with (shared_data / "benchmarks" / "misspellings_redmed" / "pairs.tsv").open(encoding="utf-8") as file:
        pairs = [row for row in csv.DictReader(file, delimiter="\t") if row["strict"] == "1"]
    for pair in pairs:
        asked = f"{pair['target']} or {pair['drug'].replace('_', ' ')}"
        wanted = {one for mention in real_lexicon.resolve(asked).mentions for one in mention.ingredients}
        mentions = real_lexicon.resolve(f"{pair['misspelling']} dose").mentions
        read = {one for mention in mentions for one in mention.ingredients}
        held = "held" if wanted else "absent"
        counts[held] += 1
        counts[f"{held} wrong"] += not read <= wanted
        counts[f"{held} right"] += bool(read) and read <= wanted
    assert counts["held"] > 1000
    assert counts["held wrong"] == 0, counts
    assert counts["absent wrong"] <= 2, counts
    assert counts["held right"] / counts["held"] > 0.95, counts


@pytest.mark.data
def test_real_names_are_read_as_themselves(real_lexicon: DrugLexicon, shared_data: Path) -> None:
    with (shared_data / "labels_openfda" / "openfda_labels_index.tsv").open(encoding="utf-8") as file:
        asked = [row["harvest_name"] for row in csv.DictReader(file, delimiter="\t")]
    missed = [name for name in asked if not real_lexicon.resolve(f"what is the dose of {name}?").mentions]
    assert len(missed) / len(asked) < 0.03, missed
