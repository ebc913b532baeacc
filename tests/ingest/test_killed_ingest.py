"""kill -9 at random moments: what is left opens and verifies, and the next run ends where an undisturbed one does.

KILLED_MOMENTS=50 python -m pytest tests/ingest/test_killed_ingest.py -s
KILLED_COMMANDS=20 python -m pytest tests/ingest/test_killed_ingest.py -s -k command_line
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from ingest.pipeline import ingest_paths
from knowledge_base.embedder import SentenceTransformerEmbedder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.manifest import MANIFEST_NAME
from knowledge_base.schema import DATABASE_NAME
from knowledge_base.verify import verify

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
SCRIPT = Path(__file__).parent / "killed_ingest.py"
ROOT = Path(__file__).parents[2]
N_MOMENTS = int(os.environ.get("KILLED_MOMENTS", "4"))
N_COMMANDS = int(os.environ.get("KILLED_COMMANDS", "2"))
SEED = 20261126
N_LABELS = 12
LAST_CALLS = 40
"""The last calls of a run write the vectors and the manifest and clear away what is old."""
WORDS = ('"said version 1"', '"said version 2"', "word3x7")


class State(NamedTuple):
    """All that a reader can see; passage numbers may differ, as a stopped run may have used some up."""

    documents: list[str]
    past: list[str]
    passages: list[str]
    vectors: str
    names: list[str]
    found: list[int]
    disagreements: list[tuple[str, str]]


def label(number: int, version: int, n_sections: int = 6) -> str:
    name = f"medicine{chr(97 + number)}"
    unit = "g" if number == 2 else "mg"
    head = f"---\ntitle: {name} tablets\nkind: label\nset_id: set{number // 2}\nversion: {version}\n"
    body = "".join(
        f"# Dosage of part {section}\n\n"
        f"The usual dose of ibuprofen is {5 + section} {unit} daily, said version {version}. "
        f"{' '.join(f'Word{section}x{n}' for n in range(120))}.\n\n"
        for section in range(n_sections)
    )
    return f"{head}ingredients: [ibuprofen]\n---\n\n{body}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the killed run reads: labels unchanged, changed, new, newer and older than those of the base."""
    folder = tmp_path / "labels"
    folder.mkdir()
    for number in range(N_LABELS):
        (folder / f"{number:02}.md").write_text(label(number, 1 + number % 3))
    return folder


@pytest.fixture
def before(tmp_path: Path, folder: Path, word_embedder) -> Path:
    """A published knowledge base of the same files in older words."""
    base = tmp_path / "before"
    now = {path: path.read_text() for path in folder.iterdir()}
    for number in range(N_LABELS):
        file = folder / f"{number:02}.md"
        if number < N_LABELS - 3:
            file.write_text(label(number, 1 if number % 4 else 2))
        else:
            file.unlink()
    ingest_paths([folder], base, word_embedder)
    for path, text in now.items():
        path.write_text(text)
    return base


def state(kb: Path, embedder) -> State:
    base = KnowledgeBase.open(kb, embedder)
    store, dense = base.store, base.dense
    passages = store.passages(store.numbers().tolist())
    digest = hashlib.sha256()
    for number in sorted(passages, key=lambda one: passages[one].id):
        digest.update(passages[number].id.encode() + dense.vectors(np.array([number], dtype=np.int64)).tobytes())
    return State(
        documents=[info.id for info in store.documents()],
        past=[info.id for info in store.past()],
        passages=sorted(one.id for one in passages.values()),
        vectors=digest.hexdigest(),
        names=[name.name for name in store.drug_names()],
        found=[
            len(store.numbers_with(words, at_most=999)) for words in ('"said version 1"', '"said version 2"', "word3x7")
        ],
        disagreements=sorted(
            (one.here.passage_id, one.there.passage_id)
            for some in store.comparison.dose_disagreements.values()
            for one in some
        ),
    )


def start(kb: Path, folder: Path, call: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(kb), str(folder), str(call)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def test_kill_9_at_random_moments(tmp_path: Path, folder: Path, before: Path, word_embedder) -> None:
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(before, undisturbed)
    process, began = start(undisturbed, folder, 0), time.perf_counter()
    n_before_publishing, n_calls = map(int, process.communicate()[0].split())
    seconds = time.perf_counter() - began
    old, wanted = state(before, word_embedder), state(undisturbed, word_embedder)
    assert old.documents != wanted.documents and wanted.past and wanted.disagreements
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    left_in = Counter[str]()
    for moment in range(N_MOMENTS):
        kb = tmp_path / f"killed{moment}"
        shutil.copytree(before, kb)
        # By turns: about the manifest's replacement, while publishing, any call, and any time, also inside a call.
        first = (n_calls - LAST_CALLS, n_before_publishing + 1, 1, None)[moment % 4]
        killed = start(kb, folder, chance.randint(first, n_calls) if first is not None else 0)
        if first is None:
            time.sleep(chance.uniform(0, seconds))
            killed.kill()
        killed.communicate()
        left_in["killed" if killed.returncode == -signal.SIGKILL else "ended before it"] += 1
        assert verify(kb, word_embedder) == [], moment
        found = state(kb, word_embedder)
        assert found in (old, wanted), moment
        left_in["old generation in use" if found == old else "new generation in use"] += 1
        ingest_paths([folder], kb, word_embedder)
        assert verify(kb, word_embedder) == [], moment
        assert state(kb, word_embedder) == wanted, moment
        assert [path.name for path in kb.glob("vectors-*")] == ["vectors-2.faiss"], moment
        shutil.rmtree(kb)
    calls = f"{n_calls} calls ({n_calls - n_before_publishing} while publishing) and {seconds:.1f} s"
    sys.stdout.write(f"{N_MOMENTS} moments of {calls}: {dict(left_in)}\n")


def command(kb: Path, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "chatbot.cli", "ingest", str(folder), "--kb", str(kb)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.slow
def test_kill_9_of_the_command_line_at_random_times(tmp_path: Path, folder: Path) -> None:
    embedder = SentenceTransformerEmbedder()
    undisturbed = tmp_path / "undisturbed"
    began = time.perf_counter()
    process = command(undisturbed, folder)
    process.communicate()
    seconds = time.perf_counter() - began
    assert process.returncode == 0
    wanted = state(undisturbed, embedder)
    assert wanted.passages
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    left_in = Counter[str]()
    for moment in range(N_COMMANDS):
        kb = tmp_path / f"killed{moment}"
        killed = command(kb, folder)
        # Half of the moments fall in the second half, when everything is loaded and the ingest itself is at work.
        time.sleep(chance.uniform(0 if moment % 2 else seconds / 2, seconds))
        killed.kill()
        killed.communicate()
        was_killed = killed.returncode == -signal.SIGKILL
        is_published = (kb / MANIFEST_NAME).exists()
        left_in["killed" if was_killed else "ended before it"] += 1
        left_in["published" if is_published else "begun" if (kb / DATABASE_NAME).exists() else "not begun"] += 1
        if is_published:
            assert verify(kb, embedder) == [], moment
            assert state(kb, embedder) == wanted, moment
        again = command(kb, folder)
        again.communicate()
        assert again.returncode == 0, moment
        assert verify(kb, embedder) == [], moment
        assert state(kb, embedder) == wanted, moment
        shutil.rmtree(kb)
    sys.stdout.write(f"{N_COMMANDS} moments of {seconds:.1f} s: {dict(left_in)}\n")
