"""The check of the monographs' numbers against labels, on hand-made cases."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eval import starter_check
from eval.starter_check import Evidence, Finding, Monograph, check, collect, load_explained, read_labels, read_monograph
from knowledge_base import loinc
from knowledge_base.errors import VademecumError
from knowledge_base.quantities import quantities

MONOGRAPH = """---
title: Exampline
ingredients: [Exampline]
---
# Exampline

## Adult dose

The usual dose of exampline is 500 mg every 4 to 6 hours. The most is 4 g in 24 hours.

## How to store

Store exampline at 20 to 25 C.

## Sources

- FDA label of 999 mg
"""
LABEL = {
    "id": "1",
    "set_id": "11111111-1111-1111-1111-111111111111",
    "openfda": {"generic_name": ["EXAMPLINE"], "substance_name": ["EXAMPLINE"], "brand_name": ["Examplin"]},
    "dosage_and_administration": ["Take exampline 500 mg every 4\u20136 hours. Do not exceed 4,000 mg in one day."],
}


@pytest.fixture
def monographs(tmp_path: Path) -> Path:
    folder = tmp_path / "monographs"
    folder.mkdir()
    (folder / "exampline.md").write_text(MONOGRAPH, encoding="utf-8")
    return folder


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "labels.jsonl.gz").write_bytes(gzip.compress(json.dumps(LABEL).encode()))
    (folder / "notes.json").write_text('{"nothing": "of ours"}', encoding="utf-8")
    (folder / "broken.xml").write_text("<document", encoding="utf-8")
    return folder


def monograph_of(*sections: tuple[str, str]) -> Monograph:
    return Monograph(name="exampline", ingredients=frozenset({"exampline"}), sections=sections)


def evidence_of(text: str, *codes: str) -> Evidence:
    return Evidence(n_labels=1, quantities=frozenset(quantities(text)), codes=frozenset(codes))


def states(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.quantity, one.state) for one in findings]


def test_monograph_is_read_without_its_sources(monographs: Path) -> None:
    monograph = read_monograph(monographs / "exampline.md")
    assert monograph.ingredients == {"exampline"}
    assert [heading for heading, _ in monograph.sections] == ["Adult dose", "How to store"]


def test_monograph_without_front_matter_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "bare.md"
    path.write_text("# Bare\n", encoding="utf-8")
    with pytest.raises(VademecumError, match=r"bare\.md: no front matter"):
        read_monograph(path)


def test_labels_of_the_same_ingredient_only_are_evidence(labels: Path) -> None:
    wanted = {frozenset({"exampline"}), frozenset({"otherine"})}
    evidence = collect(read_labels(labels), wanted)
    assert evidence[frozenset({"exampline"})].n_labels == 1
    assert loinc.DOSAGE in evidence[frozenset({"exampline"})].codes
    assert evidence[frozenset({"otherine"})] == Evidence()


def test_no_such_folder_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(VademecumError, match="no such folder"):
        next(read_labels(tmp_path / "absent"))


def test_number_with_the_same_unit_is_found_and_another_is_not() -> None:
    found = check(monograph_of(("Adult dose", "Take 1,000 mg, or 15 mL.")), evidence_of("1 g; 15 mg", loinc.DOSAGE), ())
    assert states(found) == [("1,000 mg", "found"), ("15 mL", "not found")]
    assert found[1].sentence == "Take 1,000 mg, or 15 mL."


def test_explained_number_is_said_to_be() -> None:
    monograph = monograph_of(("Adult dose", "Take 650 mg."))
    findings = check(monograph, evidence_of("325 mg", loinc.DOSAGE), quantities("650 mg"))
    assert states(findings) == [("650 mg", "explained")]


def test_label_without_the_section_and_no_label_at_all_are_told_apart() -> None:
    monograph = monograph_of(("How to store", "Store at 20 to 25 C."))
    assert {one.state for one in check(monograph, evidence_of("5 mg", loinc.DOSAGE), ())} == {"no section"}
    assert {one.state for one in check(monograph, evidence_of("5 mg", loinc.HOW_SUPPLIED), ())} == {"not found"}
    assert {one.state for one in check(monograph, Evidence(), ())} == {"no label"}


def test_exit_status_and_output_tell_of_a_wrong_number(
    monographs: Path, labels: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(starter_check, "MONOGRAPHS", monographs)
    assert starter_check.main(["--data", str(labels), "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert [one["state"] for one in findings] == ["found"] * 5 + ["no section"] * 2

    (monographs / "exampline.md").write_text(MONOGRAPH.replace("500 mg", "5,000 mg"), encoding="utf-8")
    assert starter_check.main(["--data", str(labels)]) == 1
    assert "not found: exampline, Adult dose: 5,000 mg: The usual dose" in capsys.readouterr().out


def test_every_explanation_names_a_monograph_and_a_number() -> None:
    names = {path.stem for path in starter_check.MONOGRAPHS.glob("*.md")}
    explained = load_explained()
    assert set(explained) <= names
    assert all(explained.values())


@pytest.mark.data
def test_every_number_of_the_starter_set_stands_in_a_real_label_or_is_explained(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = starter_check.main(["--data", str(shared_data)])
    assert status == 0, [line for line in capsys.readouterr().out.splitlines() if line.startswith("not found")]
