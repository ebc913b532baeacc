from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.benchmarks.presidio import Presidio


def _row(template: int, text: str, *spans: tuple[str, str]) -> dict[str, object]:
    return {
        "full_text": text,
        "template_id": template,
        "spans": [
            {
                "entity_type": kind,
                "entity_value": value,
                "start_position": text.index(value),
                "end_position": text.index(value) + len(value),
            }
            for kind, value in spans
        ],
    }


def test_identifiers_are_found_or_not(tmp_path: Path, put, made_system, ask_all) -> None:
    rows = [
        _row(1, "Write to anna.blume@example.org today", ("EMAIL_ADDRESS", "anna.blume@example.org")),
        _row(2, "The box came from qqx", ("PERSON", "qqx")),
        _row(2, "Nothing here"),
    ]
    put(tmp_path / "presidio_synth" / "synth_dataset_v2.json.gz", json.dumps(rows))
    items, _, measures = ask_all(Presidio(), tmp_path, made_system())
    assert [(item.topic, item.cluster) for item in items] == [
        ("held back", "1"),
        ("looked at", "2"),
        ("looked at", "2"),
    ]
    assert measures["recall"].value == 0.5
    assert measures["recall, held back"].value == 1.0
    assert measures["recall, names"].value == 0.0
    assert measures["recall, structured kinds"].value == 1.0
    assert measures["precision"].value == 1.0


@pytest.mark.data
def test_the_published_file_is_read(shared_data: Path) -> None:
    assert len(Presidio().load(shared_data / "benchmarks", None)) == 912
