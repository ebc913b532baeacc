from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import ingest_paths
from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import IngestError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.verify import verify

ROOT = Path(__file__).parents[2]
needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray is not installed (extra `distributed`)"
)


@needs_ray
@pytest.mark.slow
def test_a_cluster_of_two_nodes_makes_what_one_process_makes(tmp_path: Path, embedder) -> None:
    starter = Path(str(files("knowledge_base") / "data" / "starter"))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing that a PDF has")
    paths = [starter / "guidelines", tmp_path / "broken.pdf", starter / "monographs" / "aspirin.md"]
    run = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "ingest" / "ray_run.py"), str(tmp_path / "ray"), *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=500,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr
    there = json.loads(run.stdout.splitlines()[-1])
    here = ingest_paths(paths, tmp_path / "one", embedder).to_json()
    for one in (there, here):
        del one["seconds"], one["passages_per_second"]
    assert there.pop("embedded_here") == 0
    assert there == here
    bases = [KnowledgeBase.open(tmp_path / name, embedder) for name in ("ray", "one")]
    passages = [base.store.passages(base.store.numbers().tolist()) for base in bases]
    assert passages[0] == passages[1]
    vectors = [base.dense.vectors(base.dense.numbers) for base in bases]
    assert float((vectors[0] * vectors[1]).sum(axis=1).min()) > 0.9999
    assert np.array_equal(bases[0].dense.numbers, bases[1].dense.numbers)
    assert verify(tmp_path / "ray") == []


@needs_ray
@pytest.mark.slow
def test_no_cluster_is_one_line(tmp_path: Path, word_embedder) -> None:
    from ingest.distributed import RayReading

    with KnowledgeBaseBuilder(tmp_path / "kb", word_embedder) as builder, pytest.raises(IngestError) as caught:
        RayReading(builder, word_embedder, "nowhere")
    assert str(caught.value).startswith("no Ray cluster at nowhere")
    assert "\n" not in str(caught.value)
