from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.dense_index import DenseIndex
from knowledge_base.errors import KnowledgeBaseError


def _vectors(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors, their numbers and a question's vector."""
    vectors = np.random.default_rng(seed).normal(size=(n + 1, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors[:-1], np.arange(n, dtype=np.int64) * 3 + 5, vectors[-1]


def _index(n: int, seed: int = 0) -> tuple[DenseIndex, np.ndarray, np.ndarray]:
    vectors, numbers, _ = _vectors(n, seed)
    return DenseIndex.build(numbers, vectors), numbers, vectors


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1000), k=st.integers(1, 30), chosen=st.none() | st.sets(st.integers(0, 19)))
def test_search_is_exact_with_and_without_a_filter(seed: int, k: int, chosen: set[int] | None) -> None:
    index, numbers, vectors = _index(20, seed)
    positions = sorted(chosen) if chosen is not None else list(range(20))
    query = vectors[seed % 20]
    hits = index.search(query, k, None if chosen is None else numbers[positions])
    cosines = sorted(((float(vectors[i] @ query), int(numbers[i])) for i in positions), reverse=True)
    assert len(hits.numbers) == min(k, len(positions))
    assert hits.scores.tolist() == pytest.approx([cosine for cosine, _ in cosines[:k]], abs=1e-5)
    assert set(hits.numbers.tolist()) <= {int(numbers[i]) for i in positions}


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), k=st.integers(1, 90), chosen=st.none() | st.sets(st.integers(0, 79)))
def test_a_search_over_bytes_is_exact_over_what_the_bytes_mean(seed: int, k: int, chosen: set[int] | None) -> None:
    given, numbers, query = _vectors(80, seed)
    index = DenseIndex.build(numbers, given, max_exact=0)
    kept = index.vectors(numbers)
    assert np.abs(kept - given).max() < 0.01
    positions = sorted(chosen) if chosen is not None else list(range(80))
    hits = index.search(query, k, None if chosen is None else numbers[positions])
    cosines = sorted((float(kept[i] @ query) for i in positions), reverse=True)
    assert hits.scores.tolist() == pytest.approx(cosines[:k], abs=1e-5)
    assert set(hits.numbers.tolist()) <= {int(numbers[i]) for i in positions}


@pytest.mark.parametrize("max_exact", [0, 60_000])
@pytest.mark.parametrize("bytes_per_thread", [1000, 16_000_000])
def test_a_search_in_bytes_first_finds_what_comparing_all_finds(
    monkeypatch: pytest.MonkeyPatch, max_exact: int, bytes_per_thread: int
) -> None:
    monkeypatch.setattr("knowledge_base.dense_index._BYTES_PER_THREAD", bytes_per_thread)
    vectors, numbers, query = _vectors(60_000, 1)
    index = DenseIndex.build(numbers, vectors, max_exact=max_exact)
    assert index.is_exact == (max_exact > 0)
    cosines = np.round(index.vectors(numbers) @ query, 6)
    best = np.argsort(-cosines, kind="stable")[:50]
    hits = index.search(query, 50)
    assert hits.numbers.tolist() == numbers[best].tolist()
    assert hits.scores.tolist() == pytest.approx(cosines[best].tolist(), abs=1e-5)


def test_one_text_in_many_labels_comes_in_their_order() -> None:
    vectors, numbers, query = _vectors(5_000, 4)
    vectors[100:400] = query
    hits = DenseIndex.build(numbers, vectors).search(query, 200)
    assert hits.numbers.tolist() == numbers[100:300].tolist()


def test_a_question_without_a_direction_is_near_nothing() -> None:
    vectors, numbers, _ = _vectors(3_000, 5)
    for max_exact in (0, 3_000):
        hits = DenseIndex.build(numbers, vectors, max_exact=max_exact).search(np.zeros(8, dtype=np.float32), 3)
        assert hits.scores.tolist() == [0, 0, 0]


def test_bytes_are_written_and_read_whether_searched_or_not(tmp_path: Path) -> None:
    vectors, numbers, query = _vectors(3_000, 2)
    index = DenseIndex.build(numbers, vectors, max_exact=0)
    index.write(tmp_path / "before.faiss")
    found = index.search(query, 40).numbers.tolist()
    index.write(tmp_path / "v.faiss")
    assert (tmp_path / "before.faiss").read_bytes() == (tmp_path / "v.faiss").read_bytes()
    again = DenseIndex.read(tmp_path / "v.faiss")
    assert not again.is_exact
    assert again.search(query, 40).numbers.tolist() == found
    assert (
        again.search(query, 5, numbers[3:30]).numbers.tolist() == index.search(query, 5, numbers[3:30]).numbers.tolist()
    )
    assert np.array_equal(again.vectors(numbers), index.vectors(numbers))


def test_an_index_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    import faiss

    vectors, numbers, query = _vectors(20, 3)
    earlier = faiss.IndexIDMap2(faiss.IndexFlatIP(8))
    order = np.random.default_rng(0).permutation(20)
    earlier.add_with_ids(vectors[order], numbers[order])
    faiss.write_index(earlier, str(tmp_path / "v.faiss"))
    index = DenseIndex.read(tmp_path / "v.faiss")
    assert index.search(query, 20).numbers.tolist() == numbers[np.argsort(-(vectors @ query))].tolist()
    assert np.allclose(index.vectors(numbers[4:9]), vectors[4:9])


def test_numbers_that_are_not_indexed_never_come_back() -> None:
    index, numbers, vectors = _index(4)
    hits = index.search(vectors[0], 10, np.array([numbers[1], 999], dtype=np.int64))
    assert hits.numbers.tolist() == [numbers[1]]


def test_written_and_read(tmp_path: Path) -> None:
    index, numbers, vectors = _index(5)
    index.write(tmp_path / "v.faiss")
    again = DenseIndex.read(tmp_path / "v.faiss")
    assert (len(again), again.dimension) == (5, 8)
    assert again.numbers.tolist() == numbers.tolist()
    assert np.allclose(again.vectors(numbers[2:4]), vectors[2:4])


@pytest.mark.parametrize("max_exact", [0, 1000])
def test_blocks_make_the_index_that_the_whole_makes(tmp_path: Path, max_exact: int) -> None:
    vectors, numbers, _ = _vectors(100, 1)

    def blocks():
        for start in range(0, 100, 30):
            yield numbers[start : start + 30], vectors[start : start + 30]

    DenseIndex.build(numbers, vectors, max_exact=max_exact).write(tmp_path / "whole.faiss")
    DenseIndex.stream(100, 8, blocks, max_exact=max_exact).write(tmp_path / "blocks.faiss")
    assert (tmp_path / "whole.faiss").read_bytes() == (tmp_path / "blocks.faiss").read_bytes()


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = DenseIndex.build(np.empty(0, dtype=np.int64), np.empty((0, 8), dtype=np.float32))
    index.write(tmp_path / "v.faiss")
    assert DenseIndex.read(tmp_path / "v.faiss").search(np.ones(8, dtype=np.float32), 3).numbers.tolist() == []


@pytest.mark.parametrize("keep", [0, 3, 40, 0.5, -1])
def test_a_truncated_file_is_damaged(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "v.faiss"
    _index(5)[0].write(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep) if isinstance(keep, float) else keep])
    with pytest.raises(KnowledgeBaseError, match=r"v\.faiss is damaged") as caught:
        DenseIndex.read(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeBaseError, match="is missing"):
        DenseIndex.read(tmp_path / "v.faiss")
