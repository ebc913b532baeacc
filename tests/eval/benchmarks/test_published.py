from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from eval.benchmarks.published import csv_rows, each, json_rows, read_json, read_xml, squeezed, xml_members
from eval.missing import MissingDataError
from knowledge_base.errors import VademecumError


def test_packed_and_plain_files_are_read_alike(tmp_path: Path, put) -> None:
    for name in ("a.json", "a.json.gz"):
        put(tmp_path / name, '{"é": 1}')
        assert read_json(tmp_path / name) == {"é": 1}


def test_lines_rows_and_members_are_read(tmp_path: Path, put) -> None:
    put(tmp_path / "a.jsonl", '{"a": "one\u2028two"}\n\n{"a": 2}\n')
    assert [row["a"] for row in json_rows(tmp_path / "a.jsonl")] == ["one\u2028two", 2]
    put(tmp_path / "a.csv", 'q,a\r\n"two\nlines",1\r\n')
    assert csv_rows(tmp_path / "a.csv") == [{"q": "two\nlines", "a": "1"}]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b/2.xml", "<b/>")
        archive.writestr("b/1.xml", "<a/>")
        archive.writestr("b/readme.txt", "none")
    assert [(name, root.tag) for name, root in xml_members(tmp_path / "a.zip")] == [("b/1.xml", "a"), ("b/2.xml", "b")]


def test_every_complaint_names_the_file_and_the_place(tmp_path: Path, put) -> None:
    with pytest.raises(MissingDataError, match=r"none\.json is missing"):
        read_json(tmp_path / "none.json")
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"{}")[:-9])
    with pytest.raises(VademecumError, match=r"a\.json\.gz cannot be read"):
        read_json(tmp_path / "a.json.gz")
    put(tmp_path / "a.json", "{")
    with pytest.raises(VademecumError, match=r"a\.json is no JSON"):
        read_json(tmp_path / "a.json")
    put(tmp_path / "a.jsonl", "{}\n{")
    with pytest.raises(VademecumError, match="line 2: no JSON"):
        json_rows(tmp_path / "a.jsonl")
    (tmp_path / "latin").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(VademecumError, match="no UTF-8"):
        csv_rows(tmp_path / "latin")
    put(tmp_path / "a.xml", "<a>")
    with pytest.raises(VademecumError, match="no XML"):
        read_xml(tmp_path / "a.xml")
    with pytest.raises(VademecumError, match="no zip file"):
        list(xml_members(tmp_path / "a.xml"))
    with pytest.raises(VademecumError, match="row 2: not as published"):
        each(tmp_path, [{"a": 1}, {}], lambda row: row["a"])


def test_an_outside_entity_is_not_read(tmp_path: Path, put) -> None:
    put(tmp_path / "secret", "secret")
    put(tmp_path / "a.xml", f'<!DOCTYPE a [<!ENTITY e SYSTEM "{tmp_path / "secret"}">]><a>x&e;</a>')
    assert "secret" not in "".join(read_xml(tmp_path / "a.xml").itertext())


def test_white_space_becomes_single_spaces() -> None:
    assert squeezed(" a\n b ") == "a b"
    assert squeezed(None) == ""
