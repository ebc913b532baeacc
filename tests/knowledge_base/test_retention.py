"""The life of a label: unchanged, changed, a newer version, an older one that comes late, removed, compacted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import permutations
from pathlib import Path

import pytest

from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.passage_store import PassageStore
from knowledge_base.verify import verify

SET = "0a0a"


@pytest.fixture
def label(make_document) -> Callable:
    """A function `(version, text) -> one label's document and passages in that version`."""

    def make(version: str | None, text: str, *, date: str | None = None, document_id: str | None = None):
        document_id = document_id or f"spl:{SET}@{version}"
        return make_document(document_id, {"Uses": text}, set_id=SET, version=version, effective_date=date)

    return make


def ingest(path: Path, embedder, **files) -> None:
    with KnowledgeBaseBuilder(path, embedder) as builder:
        for name, documents in files.items():
            builder.add_file(name, documents[0][0].text, documents)
        builder.publish()


def opened(path: Path, embedder) -> PassageStore:
    assert verify(path, embedder) == []
    return KnowledgeBase.open(path, embedder).store


def ids(documents) -> list[str]:
    return [info.id for info in documents]


@pytest.mark.parametrize("order", list(permutations(["1", "2", "10"])))
def test_the_newest_version_is_searched_whatever_comes_first(tmp_path, word_embedder, label, order) -> None:
    for version in order:
        ingest(tmp_path, word_embedder, **{f"v{version}": [label(version, f"words of {version}")]})
    store = opened(tmp_path, word_embedder)
    assert ids(store.documents()) == [f"spl:{SET}@10"]
    assert ids(store.past()) == [f"spl:{SET}@1", f"spl:{SET}@2"]
    assert ids(store.versions(SET)) == [f"spl:{SET}@10", f"spl:{SET}@2", f"spl:{SET}@1"]
    assert [len(store.numbers_with(f'"words of {version}"', at_most=9)) for version in ("1", "2", "10")] == [0, 0, 1]
    assert len(KnowledgeBase.open(tmp_path, word_embedder).dense) == 1


def test_one_run_with_all_versions_is_the_same(tmp_path, word_embedder, label) -> None:
    ingest(tmp_path, word_embedder, a=[label("2", "two")], b=[label("1", "one"), label("3", "three")])
    store = opened(tmp_path, word_embedder)
    assert ids(store.documents()) == [f"spl:{SET}@3"]
    assert word_embedder.n_embedded == 1, "history is not searched, so it needs no vector"


def test_a_citation_of_an_older_version_still_opens(tmp_path, word_embedder, label) -> None:
    ingest(tmp_path, word_embedder, a=[label("1", "Take one tablet.")])
    cited = opened(tmp_path, word_embedder).passages_of(f"spl:{SET}@1")[0]
    ingest(tmp_path, word_embedder, a=[label("2", "Take two tablets.")])
    store = opened(tmp_path, word_embedder)
    again = store.passage(cited.id)
    assert again.text == "Take one tablet."
    assert store.source_text(again.document.id)[again.start : again.end] == again.text
    assert store.sections(again.document.id)[0].title == "Uses"
    assert not store.is_current(again.document.id)
    assert store.passages([again.number]) == {}, "a search never brings it"


def test_an_older_file_in_the_place_of_a_newer_one_does_not_undo_it(tmp_path, word_embedder, label) -> None:
    ingest(tmp_path, word_embedder, a=[label("2", "two")])
    ingest(tmp_path, word_embedder, a=[label("1", "one")])
    store = opened(tmp_path, word_embedder)
    assert (ids(store.documents()), ids(store.past())) == ([f"spl:{SET}@2"], [f"spl:{SET}@1"])


def test_dates_decide_where_a_version_has_no_number(tmp_path, word_embedder, label) -> None:
    older = label("7", "old", date="2020-01-01")
    newer = label(None, "new", date="2024-01-01", document_id=f"openfda:{SET}@f00d")
    ingest(tmp_path, word_embedder, a=[newer], b=[older])
    assert ids(opened(tmp_path, word_embedder).documents()) == [f"openfda:{SET}@f00d"]


def test_no_version_is_put_away_on_a_guess(tmp_path, word_embedder, label) -> None:
    one = label(None, "one", document_id=f"openfda:{SET}@0001")
    other = label(None, "other", document_id=f"openfda:{SET}@0002")
    ingest(tmp_path, word_embedder, a=[one], b=[other])
    assert len(opened(tmp_path, word_embedder).documents()) == 2
    # The same file with other words is another matter: it says what holds now.
    third = label(None, "third", document_id=f"openfda:{SET}@0003")
    ingest(tmp_path, word_embedder, b=[third])
    store = opened(tmp_path, word_embedder)
    assert ids(store.documents()) == [f"openfda:{SET}@0001", f"openfda:{SET}@0003"]
    assert ids(store.past()) == [f"openfda:{SET}@0002"]


def test_a_label_that_no_file_holds_any_more_is_gone_with_its_history(
    tmp_path, word_embedder, label, make_document
) -> None:
    ingest(tmp_path, word_embedder, a=[label("1", "secret one")])
    ingest(tmp_path, word_embedder, a=[label("2", "secret two")])
    ingest(tmp_path, word_embedder, a=[make_document("md:x@1", {"Uses": "Cough."})])
    store = opened(tmp_path, word_embedder)
    assert (ids(store.documents()), store.past()) == (["md:x@1"], [])
    assert b"secret one" not in (tmp_path / "passages.sqlite").read_bytes()


def test_removing_the_newest_version_removes_the_older_ones(tmp_path, word_embedder, label) -> None:
    ingest(tmp_path, word_embedder, a=[label("1", "secret one")], b=[label("2", "secret two")])
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        assert builder.remove_documents([f"spl:{SET}@2"]) == 1
        builder.publish()
        assert not builder.known_file("a", label("1", "secret one")[0].text), "its file can bring it back"
    store = opened(tmp_path, word_embedder)
    assert (store.documents(), store.past()) == ([], [])
    assert b"secret one" not in (tmp_path / "passages.sqlite").read_bytes()


def test_removing_an_older_version_leaves_the_newest(tmp_path, word_embedder, label) -> None:
    ingest(tmp_path, word_embedder, a=[label("1", "secret one")], b=[label("2", "two")])
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        assert builder.remove_documents([f"spl:{SET}@1"]) == 0
        builder.publish()
    store = opened(tmp_path, word_embedder)
    assert (ids(store.documents()), store.past()) == ([f"spl:{SET}@2"], [])
    with pytest.raises(KnowledgeBaseError, match="no document"):
        store.document(f"spl:{SET}@1")


def test_until_it_is_published_readers_see_the_old_version(tmp_path, word_embedder, label) -> None:
    ingest(tmp_path, word_embedder, a=[label("1", "one")])
    before = KnowledgeBase.open(tmp_path, word_embedder)
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("b", "2", [label("2", "two")])
        builder._writer.settle_versions(2)
        for base in (before, KnowledgeBase.open(tmp_path, word_embedder)):
            assert ids(base.store.documents()) == [f"spl:{SET}@1"]
            assert base.store.past() == []
        assert verify(tmp_path) == []
        builder.publish()
    assert before.refresh()
    assert ids(before.store.documents()) == [f"spl:{SET}@2"]


def test_the_same_text_in_many_labels_is_stored_once(tmp_path, word_embedder, make_document) -> None:
    labels = [make_document(f"spl:{n}@1", {"Uses": "A text of them all.", "Dose": f"{n}"}) for n in range(4)]
    ingest(tmp_path, word_embedder, a=labels)
    with closing(sqlite3.connect(tmp_path / "passages.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM passage_texts WHERE text LIKE 'A text%'").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM passages").fetchone() == (8,)
    assert word_embedder.n_embedded == 5
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.remove_documents(["spl:0@1", "spl:1@1", "spl:2@1"])
        builder.publish()
    assert [p.text for p in opened(tmp_path, word_embedder).passages_of("spl:3@1")] == ["A text of them all.", "3"]


def test_compacting_gives_back_what_nothing_needs(tmp_path, word_embedder, label) -> None:
    ingest(tmp_path, word_embedder, a=[label("1", "one" * 50_000)])
    ingest(tmp_path, word_embedder, b=[label("2", "two")])
    size = (tmp_path / "passages.sqlite").stat().st_size
    reader = KnowledgeBase.open(tmp_path, word_embedder).store
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        assert builder.compact() == (0, 1), "its vector"
        assert ids(opened(tmp_path, word_embedder).past()) == [f"spl:{SET}@1"]
        assert builder.compact(history=True) == (1, 0)
    assert [p.text for p in reader.passages_of(f"spl:{SET}@2")] == ["two"], "who reads goes on reading"
    assert opened(tmp_path, word_embedder).past() == []
    assert (tmp_path / "passages.sqlite").stat().st_size < size / 2
    ingest(tmp_path, word_embedder, a=[label("1", "one")])
    assert ids(opened(tmp_path, word_embedder).past()) == [f"spl:{SET}@1"], "a file that still holds it brings it back"


def test_compacting_before_anything_is_published_is_refused(tmp_path, word_embedder) -> None:
    with (
        KnowledgeBaseBuilder(tmp_path, word_embedder) as builder,
        pytest.raises(KnowledgeBaseError, match="no knowledge base"),
    ):
        builder.compact()
