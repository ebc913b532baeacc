"""Large openFDA files, read a portion at a time: the same documents, flat memory, and nothing lost at a cut."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ingest.openfda import PORTION_BYTES, portions, read_openfda
from ingest.pipeline import IngestReport, ingest_paths
from ingest.readers import Skipped, SourceFile, read_path
from knowledge_base.knowledge_base import KnowledgeBase

WORDS = "Take one tablet with water in the morning and do not crush it. "
N_RECORDS = 50_000
MEMORY_BYTES = 60 * 2**20
"""What reading may take beyond the interpreter and its imports; the text of the file is larger."""


def record(number: int, *, size: int = 3000, set_id: bool = True, words: str = WORDS) -> dict[str, object]:
    """A short label in a long record: what fills it is read by nobody."""
    named = {"set_id": f"set-{number}", "version": "1"} if set_id else {}
    filling = words * (size // len(words))
    return {
        **named,
        "indications_and_usage": [f"1 INDICATIONS AND USAGE Examplin {number} is for pain. {words}"],
        "openfda": {"generic_name": ["EXAMPLIN"], "filling": [filling]},
    }


def bulk(records: Sequence[dict[str, object]]) -> bytes:
    return json.dumps({"meta": {"results": {"total": len(records)}}, "results": records}, indent=1).encode()


def zipped(path: Path, data: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(path.stem, data)
    return path


def parts(path: Path) -> tuple[list[SourceFile], list[str]]:
    found = list(read_path(path))
    return [one for one in found if isinstance(one, SourceFile)], [
        one.reason for one in found if isinstance(one, Skipped)
    ]


@pytest.mark.parametrize("shape", ["json", "jsonl", "json.zip", "jsonl.gz"])
def test_portions_hold_the_documents_of_the_whole(tmp_path: Path, shape: str) -> None:
    records = [record(number, set_id=number % 2 == 0) for number in range(2000)]
    data = bulk(records) if "jsonl" not in shape else "\n".join(map(json.dumps, records)).encode()
    path = tmp_path / f"part.{shape}"
    if shape.endswith("zip"):
        zipped(path, data)
    else:
        path.write_bytes(gzip.compress(data) if shape.endswith("gz") else data)
    files, refused = parts(path)
    documents = [document for file in files for document in file.parse().documents]
    wanted, _ = read_openfda(data, files[0].path, "0" * 64)
    assert refused == []
    assert len(files) >= 3
    assert [one.info.id for one in documents] == [one.info.id for one in wanted]
    assert [one.text for one in documents] == [one.text for one in wanted]
    assert {one.info.source_path for one in documents} == {one.info.source_path for one in wanted}
    assert len({file.key for file in files}) == len(files)
    assert [file.place.is_last for file in files if file.place] == [False] * (len(files) - 1) + [True]


@pytest.mark.parametrize("suffix", [".zip", ".gz"])
@pytest.mark.parametrize("share", [0.02, 0.6])
def test_a_part_that_is_cut_gives_the_records_before_the_cut(tmp_path: Path, suffix: str, share: float) -> None:
    data = bulk([record(number, words=f"{number * 7919} {WORDS}") for number in range(2000)])
    path = tmp_path / f"part.json{suffix}"
    if suffix == ".zip":
        zipped(path, data)
    else:
        path.write_bytes(gzip.compress(data))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    files, refused = parts(path)
    documents = [document for file in files for document in file.parse().documents]
    assert [one.info.set_id for one in documents] == [f"set-{number}" for number in range(len(documents))]
    assert 2000 * share * 0.4 < len(documents) < 2000 * min(1.0, share * 1.6)
    assert refused == [f"damaged or cut short in the archive (EOFError): nothing is read after record {len(documents)}"]
    assert not any(file.place.is_last for file in files if file.place)


def test_a_record_that_repeats_one_of_an_earlier_portion_is_named_if_its_text_is_another() -> None:
    size = PORTION_BYTES // 2
    records = [
        record(1, size=size),
        record(2, size=size),
        record(3, size=size),
        record(1, size=size),
        record(2),
        record(4),
    ]
    found = list(portions(io.BytesIO(bulk(records))))
    said = [one for one in found if isinstance(one, str)]
    read = [one for one in found if not isinstance(one, str)]
    assert said == ["record 5: repeats set id and version of an earlier record (openfda:set-2@1) with another text"]
    labels = [one for portion in read for one in read_openfda(portion.data, "a", "0", portion.first_record).documents]
    assert [one.info.set_id for one in labels] == ["set-1", "set-2", "set-3", "set-4"]
    assert read[-1].is_last
    assert [portion.first_record for portion in read] == [1, 3, 6]


def test_records_keep_the_numbers_they_have_in_the_file(tmp_path: Path) -> None:
    lines = [json.dumps(record(number)) for number in range(1500)]
    lines[1200] = "{broken"
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines))
    files, _ = parts(path)
    assert [reason for file in files for reason in file.parse().skipped] == ["record 1201: damaged JSON"]


def test_a_portion_is_read_once_and_what_a_file_holds_no_more_goes(tmp_path: Path, word_embedder) -> None:
    path, kb = tmp_path / "part.json", tmp_path / "kb"
    size = PORTION_BYTES // 4
    records = [record(number, size=size, set_id=number % 2 == 0, words=f"Word{number} {WORDS}") for number in range(12)]

    def ingested(some: Sequence[dict[str, object]]) -> tuple[IngestReport, list[str]]:
        path.write_bytes(bulk(some))
        report = ingest_paths([path], kb, word_embedder)
        base = KnowledgeBase.open(kb, word_embedder)
        return report, sorted(texts(base))

    def texts(base: KnowledgeBase) -> Iterator[str]:
        for passage in base.store.passages(base.store.numbers().tolist()).values():
            start = passage.text.find("Examplin")
            if start >= 0:
                yield passage.text[start:].split()[1]

    first, held = ingested(records)
    assert (first.documents, held) == (12, sorted(str(number) for number in range(12)))
    again, _ = ingested(records)
    assert (again.documents, again.unchanged) == (0, 12)
    _, held = ingested(records[:7])
    assert held == sorted(str(number) for number in range(7))
    _, held = ingested([records[2]])
    assert held == ["2"]
    _, held = ingested(records[:7])
    assert held == sorted(str(number) for number in range(7))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the most memory that was used")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "part.json.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(path.stem, "w") as file,
    ):
        file.write(b'{"meta": {}, "results": [')
        for number in range(N_RECORDS):
            file.write(json.dumps(record(number, size=1800)).encode() + (b",\n" if number < N_RECORDS - 1 else b"]}"))
    script = (
        "import re, sys; from pathlib import Path; from ingest.readers import read_path; import ingest.openfda\n"
        "peak = lambda: int(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1]) * 1024\n"
        "before = peak(); n = sum(len(one.data) for one in read_path(Path(sys.argv[1]))); print(n, peak() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    n_bytes, used = map(int, done.stdout.split())
    sys.stdout.write(f"{N_RECORDS} records of {n_bytes / 2**20:.0f} MiB: {used / 2**20:.0f} MiB of memory\n")
    assert n_bytes > 1.5 * MEMORY_BYTES
    assert used < MEMORY_BYTES
