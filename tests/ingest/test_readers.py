"""Walking folders and archives, and picking the reader by content."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from ingest.readers import Skipped, SourceFile, read_path

NOTE = b"# Note\n\nDrink water with every tablet.\n"


def read(path: Path) -> tuple[dict[str, SourceFile], dict[str, str]]:
    results = list(read_path(path))
    files = {result.path.removeprefix(f"{path}/"): result for result in results if isinstance(result, SourceFile)}
    skipped = {r.path.removeprefix(f"{path}/"): r.reason for r in results if isinstance(r, Skipped)}
    return files, skipped


def a_zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), data)
    return buffer.getvalue()


def test_folders_are_walked_in_order_and_hidden_files_passed_over(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.md").write_bytes(NOTE)
    (tmp_path / "a.md").write_bytes(NOTE)
    (tmp_path / ".hidden.md").write_bytes(NOTE)
    files, skipped = read(tmp_path)
    assert list(files) == ["a.md", "b/two.md"]
    assert skipped == {}


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.md", b" \n", "empty file"),
        ("data.csv", b"a,b\n1,2\n", "a table (.csv)"),
        ("questions.json", b'[{"question": "x"}]', "JSON, but not openFDA labels"),
        ("other.xml", b"<?xml version='1.0'?><library/>", "neither a drug label"),
        ("sheet.xlsx", b"PK\x03\x04 sheet", "unknown format (.xlsx)"),
        ("fake.pdf", b"not a pdf at all", "named .pdf, but not a PDF"),
        ("broken.zip", b"PK\x03\x04 cut", "damaged"),
    ],
)
def test_what_cannot_be_read_is_skipped_with_a_reason(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    files, skipped = read(tmp_path)
    assert files == {}
    assert reason in skipped[name]


def test_a_path_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    assert read(tmp_path / "none")[1] == {str(tmp_path / "none"): "no such file or folder"}


def test_members_of_zip_tar_and_gzip_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(a_zip(in__note_DOT_md=NOTE, picture_DOT_jpg=b"\xff\xd8"))
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("note.md")
        info.size = len(NOTE)
        archive.addfile(info, io.BytesIO(NOTE))
        link = tarfile.TarInfo("link.md")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    (tmp_path / "c.md.gz").write_bytes(gzip.compress(NOTE))
    files, skipped = read(tmp_path)
    assert list(files) == ["a.zip!in/note.md", "b.tar.gz!note.md", "c.md.gz!c.md"]
    assert skipped == {"b.tar.gz!link.md": "a link or device, not a file"}
    for file in files.values():
        assert file.parse().documents[0].info.title == "Note"


def test_a_zip_inside_a_zip_is_read(tmp_path: Path) -> None:
    (tmp_path / "outer.zip").write_bytes(a_zip(inner_DOT_zip=a_zip(note_DOT_md=NOTE)))
    assert list(read(tmp_path)[0]) == ["outer.zip!inner.zip!note.md"]


def test_a_member_that_swells_like_a_bomb_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", bytes(30 * 2**20))
        archive.writestr("note.md", NOTE)
    files, skipped = read(tmp_path)
    assert list(files) == ["bomb.zip!note.md"]
    assert "zip bomb" in skipped["bomb.zip!bomb.txt"]


def test_many_foreign_members_are_one_line(tmp_path: Path) -> None:
    members = {f"table{n}_DOT_csv": b"a,b\n" for n in range(20)}
    (tmp_path / "tables.zip").write_bytes(a_zip(**members, note_DOT_md=NOTE))
    files, skipped = read(tmp_path)
    assert list(files) == ["tables.zip!note.md"]
    assert skipped == {"tables.zip": "a table (.csv), not a document (20 files, table0.csv the first)"}


def test_the_same_bytes_have_the_same_hash_wherever_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(a_zip(note_DOT_md=NOTE))
    (tmp_path / "note.md").write_bytes(NOTE)
    files, _ = read(tmp_path)
    assert len({file.sha256 for file in files.values()}) == 1


@pytest.mark.data
def test_every_file_of_the_shared_data_is_read_or_skipped_with_a_reason(shared_data: Path) -> None:
    for folder in ("benchmarks", "guidelines_ngc_xml", "labels_openfda", "labels_spl"):
        files, skipped = read(shared_data / folder)
        on_disk = {str(p.relative_to(shared_data / folder)) for p in (shared_data / folder).rglob("*") if p.is_file()}
        assert on_disk == {name.split("!")[0] for name in (*files, *skipped)}
        assert all(reason and "\n" not in reason for reason in skipped.values())
