from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from knowledge_base.bulk_minilm import BulkMiniLm, has_matrix_units
from knowledge_base.embedder import SentenceTransformerEmbedder
from knowledge_base.minilm import MiniLm

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


def test_few_passages_load_no_torch() -> None:
    code = (
        "import sys; from knowledge_base.embedder import SentenceTransformerEmbedder as E;"
        "E().embed_passages(['take with food'] * 200); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_after_some_hundred_passages_the_faster_model_takes_over() -> None:
    embedder = SentenceTransformerEmbedder()
    texts = [f"passage {n}" for n in range(256)]
    first = embedder.embed_passages(texts)
    for _ in range(2):
        again = embedder.embed_passages(texts)
    assert (first * again).sum(axis=1).min() > 0.9999
    assert np.array_equal(first, again) is not has_matrix_units()
