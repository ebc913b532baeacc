"""Archives somebody made to hurt: bombs, lies about sizes, odd names, damage in the middle."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.archives import Budget, Member, is_archive, read_members
from knowledge_base.errors import IngestError

MEGABYTE = 2**20
NOTE = b"Take one tablet with water.\n"


def members(path: str, data: bytes, *, limit: int = 50 * MEGABYTE, budget: Budget | None = None) -> list[Member]:
    return list(read_members(path, io.BytesIO(data), lambda name: limit, budget or Budget()))


def zipped(files: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(files: Iterable[tuple[str, bytes]], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["a.zip", "A.ZIP", "a.tar", "a.tgz", "a.tar.gz", "a.jsonl.gz", "x.zip!b.zip"])
def test_names_of_archives(name: str) -> None:
    assert is_archive(name)


@pytest.mark.parametrize("name", ["a.pdf", "zip", "a.gz.txt", "a.xlsx", ""])
def test_names_of_other_files(name: str) -> None:
    assert not is_archive(name)


@pytest.mark.parametrize(
    "name", ["../a.txt", "/etc/a.txt", "in/../../a.txt", "..\\a.txt", "C:\\a.txt", "\\\\host\\a.txt"]
)
def test_a_name_that_leads_out_is_refused_and_the_rest_is_read(name: str) -> None:
    for path, data in (
        ("a.zip", zipped([(name, NOTE), ("b.txt", NOTE)])),
        ("a.tar", tarred([(name, NOTE), ("b.txt", NOTE)], "w")),
    ):
        refused, good = members(path, data)
        assert refused.refused == "its name points outside the archive"
        assert refused.data == b""
        assert good == Member(f"{path}!b.txt", NOTE)


def test_links_and_devices_are_refused() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo(f"odd{kind.decode()}.txt")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        good = tarfile.TarInfo("good.txt")
        good.size = len(NOTE)
        archive.addfile(good, io.BytesIO(NOTE))
    found = members("a.tgz", buffer.getvalue())
    assert [member.refused for member in found] == ["a link or device, not a file"] * 4 + [None]
    assert found[-1].data == NOTE


def test_a_member_over_the_limit_is_refused_before_it_is_unpacked() -> None:
    data = b"".join(b"%d " % n for n in range(MEGABYTE // 4))
    for path, archive in (
        ("a.zip", zipped([("big.txt", data), ("b.txt", NOTE)])),
        ("a.tar.gz", tarred([("big.txt", data), ("b.txt", NOTE)])),
    ):
        refused, good = members(path, archive, limit=MEGABYTE)
        assert refused.refused == "1 MB is over the limit of 1 MB"
        assert good.data == NOTE
    (refused,) = members("big.txt.gz", gzip.compress(data), limit=MEGABYTE)
    assert refused.refused == "more than the limit of 1 MB when unpacked"


def test_a_gzip_bomb_ends_early() -> None:
    bomb = gzip.compress(bytes(100 * MEGABYTE))
    with pytest.raises(IngestError, match="like a zip bomb"):
        members("bomb.json.gz", bomb, limit=500 * MEGABYTE)


def test_a_tar_that_hides_a_bomb_in_a_member_nobody_reads() -> None:
    bomb = tarred([("a.txt", NOTE), ("big.txt", bytes(100 * MEGABYTE)), ("b.txt", NOTE)])
    found = []
    with pytest.raises(IngestError, match="like a zip bomb"):
        found.extend(read_members("bomb.tar.gz", io.BytesIO(bomb), lambda name: MEGABYTE, Budget()))
    first = next(read_members("bomb.tar.gz", io.BytesIO(bomb), lambda name: MEGABYTE, Budget()))
    assert first == Member("bomb.tar.gz!a.txt", NOTE)


def test_a_member_that_is_larger_than_its_archive_says() -> None:
    archive = bytearray(zipped([("a.txt", NOTE * 1000), ("b.txt", NOTE)]))
    with zipfile.ZipFile(io.BytesIO(bytes(archive))) as directory:
        size = directory.getinfo("a.txt").file_size
    lie = size.to_bytes(4, "little")
    place = archive.rindex(lie, 0, archive.rindex(b"a.txt"))
    archive[place : place + 4] = (10).to_bytes(4, "little")
    broken, good = members("a.zip", bytes(archive))
    assert broken.refused == "damaged in the archive (BadZipFile)"
    assert good.data == NOTE


def test_the_budget_is_shared_with_archives_inside() -> None:
    budget = Budget(3 * len(NOTE))
    archive = zipped([("a.txt", NOTE), ("b.txt", NOTE)])
    assert len(members("a.zip", archive, budget=budget)) == 2
    with pytest.raises(IngestError, match="the rest is left out"):
        members("a.zip!b.zip", archive, budget=budget)


def test_a_locked_member_is_refused() -> None:
    archive = bytearray(zipped([("a.txt", NOTE)]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.index(mark) + offset] |= 1
    assert members("a.zip", bytes(archive))[0].refused == "needs a password"


def test_a_flipped_byte_spoils_one_member() -> None:
    archive = bytearray(zipped([("a.txt", NOTE), ("b.txt", NOTE)], zipfile.ZIP_STORED))
    archive[archive.index(NOTE)] ^= 1
    broken, good = members("a.zip", bytes(archive))
    assert broken.refused == "damaged in the archive (BadZipFile)"
    assert good.data == NOTE


@pytest.mark.parametrize("path", ["a.zip", "a.tar", "a.tar.gz", "a.txt.gz"])
def test_no_archive_at_all(path: str) -> None:
    for data in (b"", b"not an archive", b"PK\x03\x04", b"\x1f\x8b\x08"):
        with pytest.raises(IngestError, match="damaged or cut short"):
            members(path, data)


def test_what_stands_before_a_cut_is_read() -> None:
    whole = tarred([(f"{n}.txt", NOTE * 200) for n in range(20)], "w")
    found = []
    with pytest.raises(IngestError, match="cut short"):
        found.extend(one for one in read_members("a.tar", io.BytesIO(whole[:12000]), lambda name: MEGABYTE, Budget()))
    first = read_members("a.tar", io.BytesIO(whole[:12000]), lambda name: MEGABYTE, Budget())
    assert next(first).data == NOTE * 200


def test_pictures_and_hidden_files_are_passed_over() -> None:
    names = ["a.jpg", "b/.DS_Store", "__MACOSX/._c.xml", "c.txt"]
    assert [member.path for member in members("a.zip", zipped((name, NOTE) for name in names))] == ["a.zip!c.txt"]


def test_a_name_is_one_line_of_proper_characters() -> None:
    archive = tarred([("a\nb\udcff.txt", NOTE)], "w")
    path = members("a.tar", archive)[0].path
    assert path == "a.tar!a\ufffdb\ufffd.txt"
    path.encode()


@settings(max_examples=60, deadline=None)
@given(files=st.dictionaries(st.from_regex(r"[a-z]{1,8}\.txt", fullmatch=True), st.binary(max_size=2000), max_size=6))
def test_what_is_packed_is_read(files: dict[str, bytes]) -> None:
    for path, archive in (("a.zip", zipped(files.items())), ("a.tar.gz", tarred(files.items()))):
        assert {one.path.removeprefix(f"{path}!"): one.data for one in members(path, archive)} == files


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_anywhere_is_a_reason_and_never_another_error(data: st.DataObject) -> None:
    path, whole = data.draw(
        st.sampled_from(
            [
                ("a.zip", zipped([("a.txt", NOTE * 50), ("b.txt", NOTE)])),
                ("a.tar.gz", tarred([("a.txt", NOTE * 50), ("b.txt", NOTE)])),
                ("a.tar", tarred([("a.txt", NOTE * 50), ("b.txt", NOTE)], "w")),
                ("a.txt.gz", gzip.compress(NOTE * 50)),
            ]
        )
    )
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    for broken in (bytes(damaged), bytes(damaged[:cut])):
        try:
            found = members(path, broken)
        except IngestError as error:
            assert "\n" not in str(error)
        else:
            assert all(member.refused is None or member.data == b"" for member in found)
