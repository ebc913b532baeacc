from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.bulk_minilm import BulkMiniLm, has_matrix_units
from knowledge_base.embedder import MANY_TEXTS, SentenceTransformerEmbedder
from knowledge_base.minilm import MiniLm

pytest.importorskip("openvino", reason="OpenVINO is installed on Linux with an x86-64 processor alone")

TEXTS = [
    "Ibuprofen | Warnings\nIbuprofen may cause stomach bleeding.",
    "Keep dry.",
    "",
    "Take one tablet by mouth every 4 to 6 hours. " * 20,
    "Nausea, vomiting and belly ache were seen in 3 % of patients.",
]


@pytest.fixture(scope="module")
def bulk() -> BulkMiniLm:
    return BulkMiniLm()


@pytest.mark.parametrize("alone", [True, False])
def test_vectors_are_those_of_float32_but_for_a_ten_thousandth(bulk: BulkMiniLm, alone: bool) -> None:
    vectors, exact = bulk.embed(TEXTS, alone=alone), MiniLm().embed(TEXTS, alone=True)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors * exact).sum(axis=1).min() > 0.9999


def test_padding_changes_nothing(bulk: BulkMiniLm) -> None:
    together = bulk.embed(TEXTS, alone=True)
    for text, vector in zip(TEXTS, together, strict=True):
        assert float(bulk.embed([text], alone=True)[0] @ vector) > 0.9999


def test_an_instruction_that_ends_the_process_ends_another() -> None:
    assert has_matrix_units("import os, signal; os.kill(os.getpid(), signal.SIGILL)") is False


def run_python(code: str, **environment: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env={**os.environ, **environment})


def test_few_passages_load_nothing_for_many_and_many_load_no_torch() -> None:
    run_python(
        "import sys; from knowledge_base.embedder import MANY_TEXTS, SentenceTransformerEmbedder as E; e = E();"
        "e.embed_passages(['take with food'] * 100); assert 'openvino' not in sys.modules;"
        "e.embed_passages(['take with food'] * 200); assert 'torch' not in sys.modules"
    )


def test_openvino_tells_its_makers_nothing(tmp_path: Path) -> None:
    (tmp_path / "openvino_telemetry").mkdir()
    (tmp_path / "openvino_telemetry" / "__init__.py").write_text("raise SystemExit('it would have reported')")
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    run_python("from knowledge_base.bulk_minilm import BulkMiniLm; BulkMiniLm()", PYTHONPATH=paths)


def test_without_openvino_the_model_for_questions_embeds_many_passages_too(tmp_path: Path) -> None:
    (tmp_path / "openvino.py").write_text("raise ImportError")
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    run_python(
        "import sys; from knowledge_base.embedder import SentenceTransformerEmbedder as E;"
        "assert E().embed_passages(['take with food'] * 200).shape == (200, 384); assert 'torch' not in sys.modules",
        PYTHONPATH=paths,
    )


def test_many_passages_go_to_the_faster_model_where_it_is_faster() -> None:
    texts = [f"passage {n}" for n in range(MANY_TEXTS)]
    many = SentenceTransformerEmbedder().embed_passages(texts)
    exact = MiniLm().embed(texts, alone=True)
    assert (many * exact).sum(axis=1).min() > 0.9999
    assert np.allclose(many, exact, atol=1e-6) is not has_matrix_units()


def test_the_probe_takes_nothing_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_matrix_units():
        pytest.skip("this processor has no matrix units")
    (tmp_path / "knowledge_base.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    assert has_matrix_units()
