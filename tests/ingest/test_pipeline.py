from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from ingest import reading
from ingest.chunking import chunk
from ingest.pipeline import ingest_paths
from ingest.readers import Parsed, Skipped, SourceFile, read_path
from knowledge_base.errors import IngestError, KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.verify import verify

SCRIPT = Path(__file__).parent / "interrupted_run.py"
N_FILES, N_LINES = 8, 100
N_TOGETHER = 400  # of the 800 texts: embeddings are saved in even parts of at most 512


def reader(*results):
    return lambda path: iter(results)


def file_of(name: str, *documents, sha256: str = "1", skipped: tuple[str, ...] = ()) -> SourceFile:
    parsed = Parsed([document for document, _ in documents], list(skipped))
    return SourceFile(path=name, sha256=sha256, parse=lambda: parsed)


def raising(name: str, error: Exception) -> SourceFile:
    def parse():
        raise error

    return SourceFile(path=name, sha256="1", parse=parse)


def test_files_in_report_out(tmp_path: Path, word_embedder, make_document) -> None:
    stages = []
    a = file_of("a.md", make_document("md:a@1", {"Uses": "Pain.", "Dose": "One."}))
    b = file_of("b.md", make_document("md:b@1", {"Uses": "Fever."}), make_document("md:c@1", {"Uses": "Cough."}))
    results = reader(a, Skipped(path="c.bin", reason="unknown format"), b)
    report = ingest_paths([tmp_path], tmp_path / "kb", word_embedder, lambda *x: stages.append(x), read=results)
    assert (report.documents, report.passages, report.unchanged) == (3, 4, 0)
    assert report.passages_per_second > 0
    assert json.loads(json.dumps(report.to_json())) == {
        "documents": 3,
        "passages": 4,
        "unchanged": 0,
        "skipped": [{"path": "c.bin", "reason": "unknown format"}],
        "seconds": report.seconds,
        "passages_per_second": report.passages_per_second,
    }
    assert "skipped c.bin: unknown format" in report.summary()
    assert ("reading", 3, 0) in stages
    assert stages[-1] == ("embedding", 4, 4)
    assert verify(tmp_path / "kb") == []

    again = ingest_paths([tmp_path], tmp_path / "kb", word_embedder, read=results)
    assert (again.documents, again.passages, again.unchanged) == (0, 0, 3)
    assert word_embedder.n_embedded == 4


def test_a_bad_file_is_one_line_and_the_rest_goes_on(tmp_path: Path, word_embedder, make_document) -> None:
    good = file_of("z.md", make_document("md:a@1", {"Uses": "Pain."}))
    surrogate = make_document("md:s@1", {"Uses": "Pain\ud800 and fever."})
    report = ingest_paths(
        [tmp_path],
        tmp_path / "kb",
        word_embedder,
        read=reader(
            raising("bad.xml", IngestError("not well-formed XML: line 3")),
            raising("odd.pdf", ZeroDivisionError("at\nhome")),
            file_of("empty.md", make_document("md:e@1", {"Uses": " "})),
            file_of("none.zip"),
            file_of("bulk.json", make_document("md:b@1", {"Uses": "Cough."}), skipped=("record 2: no text",)),
            file_of("surrogate.txt", surrogate),
            good,
        ),
    )
    assert report.documents == 2
    assert {skipped.path: skipped.reason.split(":")[0] for skipped in report.skipped} == {
        "bad.xml": "not well-formed XML",
        "odd.pdf": "unexpected ZeroDivisionError while reading it",
        "empty.md": "Ibuprofen tablets",
        "none.zip": "no document in it",
        "bulk.json": "record 2",
        "surrogate.txt": "unexpected UnicodeEncodeError while reading it",
    }
    assert all("\n" not in skipped.reason for skipped in report.skipped)
    assert verify(tmp_path / "kb") == []


@pytest.mark.parametrize("long_run_bytes", [0, 2**30])
def test_order_and_ids_do_not_depend_on_who_reads(
    tmp_path: Path, embedder, monkeypatch: pytest.MonkeyPatch, long_run_bytes: int
) -> None:
    starter = Path(str(files("knowledge_base") / "data" / "starter"))
    paths = [starter / "guidelines", starter / "monographs" / "aspirin.md"]
    monkeypatch.setattr(reading, "_LONG_RUN_BYTES", long_run_bytes - 1)
    monkeypatch.setattr(reading, "_SMALL_BYTES", 0)
    report = ingest_paths(paths, tmp_path / "kb", embedder)
    assert report.skipped == ()
    found = KnowledgeBase.open(tmp_path / "kb", embedder).store
    expected = [
        passage.id
        for path in paths
        for file in read_path(path)
        for document in file.parse().documents
        for passage in chunk(document, embedder)
    ]
    assert [found.passages([number])[number].id for number in found.numbers().tolist()] == expected
    assert verify(tmp_path / "kb") == []


def test_a_pdf_that_ends_its_reader_is_one_line(tmp_path: Path, word_embedder, monkeypatch) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.md").write_text("# Advice\n\nTake the tablets with a full glass of water.\n")
    (folder / "b.pdf").write_bytes(b"%PDF-1.7\n" + b"not really a PDF" * 100)
    (folder / "c.md").write_text("# Storage\n\nKeep the tablets in a dry place.\n")
    # Called with a file it ends the process, as a fault of the PDF library would.
    monkeypatch.setattr(reading, "parse_data", sys.exit)
    report = ingest_paths([folder], tmp_path / "kb", word_embedder)
    assert report.documents == 2
    [skipped] = report.skipped
    assert skipped.path.endswith("b.pdf")
    assert skipped.reason == "the process that read it died (exit code 1); left out"


def test_a_relative_path_is_the_same_file_from_elsewhere(tmp_path: Path, word_embedder, monkeypatch) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "advice.txt").write_text("Take the tablets with a full glass of water.")
    monkeypatch.chdir(tmp_path)
    assert ingest_paths([Path("notes")], tmp_path / "kb", word_embedder).documents == 1
    monkeypatch.chdir(tmp_path / "notes")
    assert ingest_paths([Path("advice.txt")], tmp_path / "kb", word_embedder).unchanged == 1
    [info] = KnowledgeBase.open(tmp_path / "kb", word_embedder).store.documents()
    assert info.source_path == str(tmp_path / "notes" / "advice.txt")


def test_nothing_readable_makes_no_knowledge_base(tmp_path: Path, word_embedder) -> None:
    report = ingest_paths(
        [tmp_path], tmp_path / "kb", word_embedder, read=reader(Skipped(path="x", reason="empty file"))
    )
    assert (report.documents, report.unchanged) == (0, 0)
    assert not KnowledgeBase.exists(tmp_path / "kb")


def test_a_knowledge_base_that_cannot_be_made(tmp_path: Path, word_embedder) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KnowledgeBaseError, match="cannot be made"):
        ingest_paths([tmp_path], tmp_path / "file" / "kb", word_embedder, read=reader())


# Stopped runs: a process of its own, ended by a real signal at a chosen event


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for i in range(N_FILES):
        (folder / f"{i}.txt").write_text("\n".join(f"Sentence {j} of file {i}." for j in range(N_LINES)))
    return folder


@pytest.fixture(scope="module")
def read():
    spec = importlib.util.spec_from_file_location("interrupted_run", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.read


def stop(kb: Path, folder: Path, event: str, count: int, signal_name: str = "SIGKILL"):
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(kb), str(folder), event, str(count), signal_name],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


posix_only = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")


@posix_only
@pytest.mark.parametrize(
    ("event", "count"), [("reading", 3), ("embedding", 1), ("embedding", 2), ("rename", 1), ("rename", 2)]
)
def test_kill_9_loses_nothing(tmp_path: Path, folder: Path, read, word_embedder, event: str, count: int) -> None:
    kb = tmp_path / "kb"
    killed = stop(kb, folder, event, count)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not KnowledgeBase.exists(kb)
    report = ingest_paths([folder], kb, word_embedder, read=read)
    assert (report.documents, report.passages, report.unchanged) == (N_FILES, N_FILES * N_LINES, 0)
    n_kept = {"reading": 0, "embedding": N_TOGETHER * count, "rename": N_FILES * N_LINES}[event]
    assert word_embedder.n_embedded == N_FILES * N_LINES - n_kept, "what was embedded is kept"
    assert KnowledgeBase.open(kb, word_embedder).manifest.n_passages == N_FILES * N_LINES
    assert verify(kb) == []


@posix_only
@pytest.mark.parametrize(("event", "count"), [("embedding", 1), ("rename", 1), ("rename", 2)])
def test_kill_9_leaves_the_last_generation_in_use(
    tmp_path: Path, folder: Path, read, word_embedder, event: str, count: int
) -> None:
    kb = tmp_path / "kb"
    ingest_paths([folder], kb, word_embedder, read=read)
    (folder / "0.txt").write_text("\n".join(f"A newer sentence {j}." for j in range(300)))
    (folder / "9.txt").write_text("A file more.")
    assert stop(kb, folder, event, count).returncode == -signal.SIGKILL
    base = KnowledgeBase.open(kb, word_embedder)
    assert (base.manifest.generation, base.manifest.n_documents) == (1, N_FILES)
    assert len(base.store.numbers_with("newer", at_most=5)) == 0
    assert len(base.store.numbers_with('"of file 0"', at_most=500)) == N_LINES
    assert verify(kb) == []
    report = ingest_paths([folder], kb, word_embedder, read=read)
    assert (report.documents, report.unchanged) == (2, N_FILES - 1), "what the stopped run stored is new with this one"
    assert base.refresh()
    assert base.manifest.n_documents == N_FILES + 1
    assert len(base.store.numbers_with("newer", at_most=500)) == 300
    assert len(base.store.numbers_with('"of file 0"', at_most=5)) == 0
    assert verify(kb) == []


@posix_only
def test_kill_9_while_clearing_up_leaves_the_new_generation_in_use(
    tmp_path: Path, folder: Path, read, word_embedder
) -> None:
    kb = tmp_path / "kb"
    ingest_paths([folder], kb, word_embedder, read=read)
    (folder / "0.txt").write_text("A newer sentence.")
    assert stop(kb, folder, "remove", 1).returncode == -signal.SIGKILL
    assert KnowledgeBase.open(kb, word_embedder).manifest.generation == 2
    assert verify(kb) == []
    assert ingest_paths([folder], kb, word_embedder, read=read).unchanged == N_FILES
    assert KnowledgeBase.open(kb, word_embedder).manifest.generation == 2
    assert [path.name for path in kb.glob("vectors-*")] == ["vectors-2.faiss"]


@posix_only
@pytest.mark.parametrize(("event", "count"), [("reading", 3), ("embedding", 1)])
def test_ctrl_c_stops_in_one_line_and_the_next_run_continues(
    tmp_path: Path, folder: Path, read, word_embedder, event: str, count: int
) -> None:
    kb = tmp_path / "kb"
    stopped = stop(kb, folder, event, count, "SIGINT")
    assert stopped.returncode == 3, stopped.stderr
    assert "the same command continues" in stopped.stdout
    assert stopped.stderr == ""
    assert not KnowledgeBase.exists(kb)
    ingest_paths([folder], kb, word_embedder, read=read)
    n_kept = {"reading": 0, "embedding": N_TOGETHER * count}[event]
    assert word_embedder.n_embedded == N_FILES * N_LINES - n_kept, "what was embedded is kept"
    assert KnowledgeBase.open(kb, word_embedder).manifest.n_passages == N_FILES * N_LINES
    assert verify(kb) == []
