from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge_base.byte_minilm import ByteMiniLm, multiplies_bytes
from knowledge_base.embedder import SentenceTransformerEmbedder
from knowledge_base.minilm import MiniLm

QUESTIONS = [
    "what are the common side effects of taking the drug",
    "can i take the drug with the drug",
    "how is severe asthma treated in adults",
    "My father is 78, has kidney disease and takes the drug twice a day; he now feels dizzy when he stands up. Why?",
    "bleeding",
]
needs_fast_bytes = pytest.mark.skipif(
    not multiplies_bytes(), reason="this processor has no instructions for 8-bit products, so float32 is used"
)


@pytest.fixture(scope="module")
def model() -> ByteMiniLm:
    return ByteMiniLm()


@needs_fast_bytes
def test_vectors_are_those_of_float32_but_for_a_few_thousandths(model: ByteMiniLm) -> None:
    vectors, exact = model.embed(QUESTIONS, alone=True), MiniLm().embed(QUESTIONS, alone=True)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = np.vecdot(vectors, exact)
    assert cosines.min() > 0.997
    assert np.median(cosines) > 0.998


def test_a_question_does_not_depend_on_those_beside_it(model: ByteMiniLm) -> None:
    together = model.embed(QUESTIONS, alone=True)
    for question, vector in zip(QUESTIONS, together, strict=True):
        assert np.array_equal(model.embed([question], alone=True)[0], vector)


@needs_fast_bytes
def test_one_question_is_embedded_in_bytes_and_all_else_in_float32(model: ByteMiniLm) -> None:
    embedder, question = SentenceTransformerEmbedder(), QUESTIONS[0]
    for _ in range(2):
        assert np.array_equal(embedder.embed_question(question), model.embed([question], alone=True)[0])
        exact = MiniLm().embed([question], alone=True)
        assert np.allclose(embedder.embed_queries([question]), exact, atol=1e-6)
        assert np.allclose(embedder.embed_passages([question]), exact, atol=1e-6)


def test_without_fast_bytes_one_question_is_embedded_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge_base.embedder.multiplies_bytes", lambda: False)
    embedder = SentenceTransformerEmbedder()
    assert np.array_equal(embedder.embed_question(QUESTIONS[0]), embedder.embed_queries(QUESTIONS[:1])[0])


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags : fpu sse2 avx2 avx512f avx512_vnni", True),
        ("flags : fpu sse2 avx2 avx_vnni", True),
        ("Features : fp asimd asimddp", False),
        ("flags : fpu sse2 avx2 avx512f", False),
        ("", False),
    ],
)
def test_bytes_are_for_processors_that_multiply_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, expected: bool
) -> None:
    (tmp_path / "cpuinfo").write_text(flags)
    monkeypatch.setattr("sys.platform", "linux")
    assert multiplies_bytes(tmp_path / "cpuinfo") is expected
    assert not multiplies_bytes(tmp_path / "missing")
    monkeypatch.setattr("sys.platform", "darwin")
    assert not multiplies_bytes(tmp_path / "cpuinfo")
