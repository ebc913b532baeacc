"""`vademecum kb history`, `diff`, `doses`, `remove` and `compact`: what they print and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chatbot.cli import build_app
from ingest.pipeline import ingest_paths
from knowledge_base.errors import VademecumError


def label(version: int, dose: str) -> str:
    return (
        f"---\ntitle: Ibuprofen tablets\nkind: label\nset_id: set-i\nversion: {version}\n"
        f"effective_date: 202{version}-01-01\ningredients: [ibuprofen]\n---\n\n"
        f"# Dosage\n\nThe usual dose is {dose} with water.\n\n# Uses\n\nPain.\n"
    )


@pytest.fixture
def kb(tmp_path: Path, embedder) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for version, dose in enumerate(("200 mg", "400 mg"), start=1):
        (folder / f"{version}.md").write_text(label(version, dose))
    (folder / "other.md").write_text(label(1, "400 g").replace("set-i", "set-j"))
    ingest_paths([folder], tmp_path / "kb", embedder)
    return tmp_path / "kb"


def run(kb: Path, *arguments: str) -> str:
    result = CliRunner().invoke(build_app(), ["kb", *arguments, "--kb", str(kb)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_history(kb: Path) -> None:
    lines = [line.split("\t")[:3] for line in run(kb, "history").splitlines()]
    assert lines == [["markdown:set-i@2", "current", "2022-01-01"], ["markdown:set-i@1", "history", "2021-01-01"]]
    assert [one["current"] for one in json.loads(run(kb, "history", "set-i", "--json"))] == [True, False]
    assert [line.split("\t")[0] for line in run(kb, "list").splitlines()] == ["markdown:set-i@2", "markdown:set-j@1"]
    with pytest.raises(VademecumError, match="no label with set id set-x"):
        run(kb, "history", "set-x")


def test_diff(kb: Path) -> None:
    printed = run(kb, "diff", "set-i")
    assert "markdown:set-i@1 (2021-01-01) -> markdown:set-i@2 (2022-01-01)" in printed
    assert "~ Dosage" in printed
    assert "[-200-] {+400+} mg with water." in printed
    assert "0 added, 0 removed, 1 changed" in printed
    value = json.loads(run(kb, "diff", "set-i", "--json"))
    assert (value["older"]["version"], value["newer"]["version"]) == ("1", "2")
    [section] = value["sections"]
    assert (section["state"], section["section_title"]) == ("changed", "Dosage")
    assert [run["state"] for run in section["words"]] == ["same", "removed", "added", "same"]
    back = json.loads(run(kb, "diff", "set-i", "--older", "2", "--newer", "1", "--json"))
    assert back["older"]["version"] == "2"


def test_diff_refuses_what_it_cannot_compare(kb: Path) -> None:
    with pytest.raises(VademecumError, match="only one version of set-j"):
        run(kb, "diff", "set-j")
    with pytest.raises(VademecumError, match="no version 7 here; kept are markdown:set-i@2, markdown:set-i@1"):
        run(kb, "diff", "set-i", "--older", "7")


def test_doses(kb: Path) -> None:
    printed = run(kb, "doses")
    assert "400 mg in Ibuprofen tablets (2.md) against 400 g in Ibuprofen tablets (other.md), 1000-fold" in printed
    [one, other] = json.loads(run(kb, "doses", "--json"))
    assert {one["here"]["amount"], other["here"]["amount"]} == {"400 mg", "400 g"}
    assert one["fold"] == 1000


def test_remove_and_compact(kb: Path) -> None:
    assert run(kb, "compact").startswith("dropped 0 unused vectors, 0 older versions; gave back ")
    assert run(kb, "remove", "markdown:set-i@2") == "removed 1 document and 1 older version\n"
    assert run(kb, "history") == ""
    assert run(kb, "compact", "--history").startswith("dropped 0 unused vectors")
    assert "clean" in run(kb, "verify")
