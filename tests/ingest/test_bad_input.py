"""A folder of hostile and broken files: one clear line each, and the rest is ingested."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "vademecum"
GOOD = """---
title: Examplol
kind: patient
set_id: test-examplol
version: "1"
effective_date: 2026-01-31
ingredients: [examplol]
---
# Examplol
## Common side effects
Examplol can cause headache and a dry mouth.
"""
BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><document xmlns="urn:hl7-org:v3"><title>&c;</title></document>"""
MEGABYTE = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.md").write_text(GOOD, encoding="utf-8")
    (folder / "truncated.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 ob")
    (folder / "bomb.xml").write_bytes(BOMB)
    with zipfile.ZipFile(folder / "climbing.zip", "w") as archive:
        archive.writestr("../escaped.md", GOOD)
    (folder / "empty.txt").touch()
    with (folder / "huge.txt").open("wb") as huge:
        line = b"Take one tablet with water. " * 37 + b"\n"
        for _ in range(200 * MEGABYTE // len(line) + 1):
            huge.write(line)
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 8)
    return folder


def test_each_bad_file_is_one_line_and_the_good_one_is_ingested(folder: Path, tmp_path: Path) -> None:
    kb = tmp_path / "kb"
    result = subprocess.run(
        [COMMAND, "ingest", str(folder), "--kb", str(kb), "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "VADEMECUM_HOME": str(tmp_path / "home")},
    )
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    report = json.loads(result.stdout)
    assert report["documents"] == 1
    reasons = {Path(skipped["path"].split("!")[0]).name: skipped["reason"] for skipped in report["skipped"]}
    assert set(reasons) == {"truncated.pdf", "bomb.xml", "climbing.zip", "empty.txt", "huge.txt", "noise.bin"}
    assert all("\n" not in reason and len(reason) < 200 for reason in reasons.values())
    assert "empty" in reasons["empty.txt"]
    assert "limit" in reasons["huge.txt"]
    assert not (tmp_path / "escaped.md").exists()
    assert not list(tmp_path.rglob("escaped.md"))
    verified = subprocess.run([COMMAND, "kb", "verify", "--kb", str(kb)], check=False, capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout


def test_nothing_readable_is_exit_status_1_and_makes_no_knowledge_base(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    kb = tmp_path / "kb"
    result = subprocess.run(
        [COMMAND, "ingest", str(tmp_path / "empty.txt"), "--kb", str(kb), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert json.loads(result.stdout)["documents"] == 0
    assert not (kb / "manifest.json").exists()
