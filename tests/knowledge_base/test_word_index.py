from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.question_words import quoted
from knowledge_base.schema import DATABASE_NAME
from knowledge_base.word_index import WordIndex, kth_best

WORDS = ("dose", "doses", "pain", "renal", "failure", "tablet", "of", "naïve")
N_PASSAGES = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory, make_document) -> Path:
    """Passages of one to twelve words drawn from few, so that words repeat, meet and are missing."""
    rng = np.random.default_rng(3)
    folder = tmp_path_factory.mktemp("kb")
    with KnowledgeBaseBuilder(folder, _embedder()) as builder:
        for number in range(N_PASSAGES):
            text = " ".join(rng.choice(WORDS, size=rng.integers(1, 13)))
            title = str(rng.choice(WORDS))
            document = make_document(f"md:{number:02}@1", {title: text}, title="Tablets for pain")
            builder.add_file(str(number), "1", [document])
        builder.publish()
    return folder


def _embedder():
    from tests.conftest import WordEmbedder

    return WordEmbedder()


@pytest.fixture(scope="module")
def index(folder: Path) -> WordIndex:
    return WordIndex(KnowledgeBase.open(folder, _embedder()).store)


phrases = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=5)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(wanted=phrases)
def test_scores_are_those_of_fts5(folder: Path, index: WordIndex, wanted: list[str]) -> None:
    with sqlite3.connect(folder / DATABASE_NAME) as connection:
        rows = connection.execute(
            "SELECT rowid, -bm25(passage_index, 2.0, 1.0, 0.0) FROM passage_index WHERE passage_index MATCH ?",
            ("{heading text} : (" + " OR ".join(map(quoted, wanted)) + ")",),
        ).fetchall()
    connection.close()
    found, scores = index.scores(wanted)
    assert dict(zip((found + 1).tolist(), scores.tolist(), strict=True)) == pytest.approx(dict(rows), abs=1e-9)


@settings(max_examples=150, deadline=None)
@given(wanted=phrases, rows=st.sets(st.integers(0, N_PASSAGES - 1)), k=st.integers(1, N_PASSAGES))
def test_a_narrowed_search_is_the_whole_one_without_the_rest(
    index: WordIndex, wanted: list[str], rows: set[int], k: int
) -> None:
    among = np.array(sorted(rows), dtype=np.int64)
    expected = [row for row in index.best(wanted, N_PASSAGES).tolist() if row in rows][:k]
    assert index.best(wanted, k, among).tolist() == expected


def test_equal_scores_come_in_the_order_of_the_passages(index: WordIndex) -> None:
    everything = index.best(["tablets for pain"], N_PASSAGES).tolist()
    for k in (1, 7, N_PASSAGES):
        assert index.best(["tablets for pain"], k).tolist() == everything[:k]


def test_what_no_passage_has_and_what_is_no_word(index: WordIndex) -> None:
    for wanted in ([], [""], ["?!"], ["unheard"], ["pain unheard"]):
        assert index.best(wanted, 5).tolist() == []
    assert index.best(["pain"], 5, np.empty(0, dtype=np.int64)).tolist() == []


def test_a_run_in_progress_is_not_seen(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("a", "1", [make_document("md:a@1", {"Uses": "Pain."})])
        builder.publish()
        alone = WordIndex(KnowledgeBase.open(tmp_path, word_embedder).store).scores(["pain"])
        builder.add_file("b", "1", [make_document("md:b@1", {"Uses": "Pain, pain and fever."})])
        index = WordIndex(KnowledgeBase.open(tmp_path, word_embedder).store)
        assert index.scores(["pain"])[1].tolist() == alone[1].tolist()
        assert index.best(["fever"], 5).tolist() == []


def test_an_empty_knowledge_base(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.publish()
    assert WordIndex(KnowledgeBase.open(tmp_path, word_embedder).store).best(["pain"], 5).tolist() == []


def test_threads_share_one_index(folder: Path) -> None:
    index = WordIndex(KnowledgeBase.open(folder, _embedder()).store)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: tuple(index.best([WORDS[n % 4], "renal failure"], 9).tolist()), range(64)))
    assert len(set(found)) == 3, "dose and doses are one stem"


@settings(max_examples=300, deadline=None)
@given(
    scores=st.lists(st.sampled_from((0.0, 1e-9, 0.5, 1.0, 2.5, 7.0)), max_size=400),
    k=st.integers(0, 12),
)
def test_the_kth_best_is_where_sorting_puts_it(scores: list[float], k: int) -> None:
    above = sorted((one for one in scores if one > 0), reverse=True)
    cut = kth_best(np.array(scores, dtype=np.float64), k)
    kept = [one for one in scores if one >= cut]
    least = above[k - 1] if 0 < k < len(above) else 0.0
    assert sorted(kept, reverse=True) == [one for one in above if one >= least]
