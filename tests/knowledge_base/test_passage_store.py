from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.builder import KnowledgeBaseBuilder
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.passage_store import PassageStore, read_header
from knowledge_base.schema import DATABASE_NAME
from knowledge_base.types import Box, DrugName, Line, Section, Table

ADVERSE = "34084-4"


@pytest.fixture
def documents(make_document):
    ibuprofen = make_document(
        "spl:i@1",
        {"Side effects": "Nausea and bleeding.", "Storage": "Room temperature.", "Empty": "x"},
        codes={"Side effects": ADVERSE},
        names=(
            DrugName(name="ibuprofen", relation="ingredient", ingredients=("ibuprofen",)),
            DrugName(name="advil", relation="brand", ingredients=("ibuprofen",)),
        ),
    )
    guide = make_document(
        "md:g@1",
        {"Injection safety": "Use a needle once. Bleeding is rare. Vitamin D3 is not a document."},
        kind="guideline",
        ingredients=(),
        title="Safe injections",
    )
    tablets = make_document(
        "spl:m@1",
        {"Side effects": "Diarrhoea, nausea."},
        codes={"Side effects": ADVERSE},
        ingredients=("metformin",),
        title="Metformin tablets",
    )
    document, passages = ibuprofen
    lines = (
        Line(start=13, end=24, page=1, box=Box(1, 2, 3, 4)),
        Line(start=24, end=34, page=2, box=Box(5, 6, 7, 8.5)),
    )
    sections = (
        *document.sections[:2],
        Section(code=None, title="Empty", path=("Warnings", "Empty"), start=70, end=70, kind="patient"),
        Section(code="1-8", title="Table", path=("Table",), start=0, end=10, table_rows=((0, 4), (5, 10))),
    )
    boxed = replace(passages[0], page=1, boxes=(Box(1, 2, 3, 4), Box(5, 6, 7, 8.5)))
    return [
        (replace(document, lines=lines, sections=sections), [boxed, replace(passages[1], kind="patient")]),
        guide,
        tablets,
    ]


@pytest.fixture
def store(tmp_path: Path, word_embedder, documents) -> PassageStore:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        for document in documents:
            builder.add_file(document[0].info.id, "1", [document])
        builder.publish()
    return KnowledgeBase.open(tmp_path, word_embedder).store


def test_documents_come_back_as_they_went_in(store: PassageStore, documents) -> None:
    assert {info.id: info for info in store.documents()} == {d.info.id: d.info for d, _ in documents}
    for document, passages in documents:
        info = document.info
        assert store.document(info.id) == info
        assert store.source_text(info.id) == document.text
        assert store.sections(info.id) == document.sections
        assert store.lines(info.id, 0, len(document.text)) == document.lines
        stored = store.passages_of(info.id)
        assert [replace(p, number=-1) for p in stored] == passages
        assert [store.passage(p.id) for p in passages] == stored


def test_lines_that_touch_a_span(store: PassageStore) -> None:
    assert [line.page for line in store.lines("spl:i@1", 13, 24)] == [1]
    assert [line.page for line in store.lines("spl:i@1", 23, 25)] == [1, 2]
    assert store.lines("spl:i@1", 34, 99) == ()
    assert store.lines("md:g@1", 0, 99) == ()


def test_tables_and_changes_that_touch_a_span(tmp_path: Path, word_embedder, make_document) -> None:
    document, passages = make_document("spl:t@1", {"Dose": "Adults | 5 mg"})
    start, end = passages[0].start, passages[0].end
    table = Table(start=start, end=end, html="<table></table>")
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("t.xml", "1", [(replace(document, tables=(table,), changes=((start, start + 3),)), passages)])
        builder.publish()
        store = KnowledgeBase.open(tmp_path, word_embedder).store
        assert store.tables("spl:t@1", start, start + 1) == (table,)
        assert store.tables("spl:t@1", end, end + 1) == ()
        assert store.changes("spl:t@1", start, end) == ((start, start + 3),)
        assert store.changes("spl:t@1", start + 3, end) == ()
        # Another table alone makes it another document.
        builder.add_file("t.xml", "2", [(document, passages)])
        builder.publish()
    assert KnowledgeBase.open(tmp_path, word_embedder).store.tables("spl:t@1", start, end) == ()


def test_a_file_from_before_tables_were_kept_has_none(tmp_path: Path, word_embedder, documents) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        builder.add_file("/labels/a.xml", "1", documents)
        builder.publish()
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as old:
        old.executescript("DROP TABLE tables; DROP TABLE changes;")
    store = KnowledgeBase.open(tmp_path, word_embedder).store
    assert store.tables("spl:i@1", 0, 99) == store.changes("spl:i@1", 0, 99) == ()


def test_a_file_from_before_is_read_again_when_it_is_next_given(tmp_path: Path, word_embedder, make_document) -> None:
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        document, passages = make_document("spl:t@1", {"Dose": "Adults | 5 mg"})
        builder.add_file("t.xml", "1", [(document, passages)])
        builder.publish()
        assert builder.known_file("t.xml", "1")
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as old:
        old.executescript("DROP TABLE tables; DROP TABLE changes; PRAGMA user_version = 2;")
    n_embedded = word_embedder.n_embedded
    table = Table(start=passages[0].start, end=passages[0].end, html="<table></table>")
    with KnowledgeBaseBuilder(tmp_path, word_embedder) as builder:
        assert not builder.known_file("t.xml", "1")
        builder.add_file("t.xml", "1", [(replace(document, tables=(table,)), passages)])
        builder.publish()
    assert KnowledgeBase.open(tmp_path, word_embedder).store.tables("spl:t@1", 0, 99) == (table,)
    assert word_embedder.n_embedded == n_embedded


def test_a_header_of_an_older_version_is_read() -> None:
    info = read_header(
        '{"id": "a", "source_path": "b", "format": "spl", "kind": "label", "title": "c", "sha256": "d",'
        ' "ingredients": ["e"], "brands": [], "classes": []}'
    )
    assert (info.ingredients, info.label_type, info.uniis, info.is_repackaged) == (("e",), None, (), False)


def test_passages_of_some_sections(store: PassageStore) -> None:
    assert [p.text for p in store.passages_of("spl:i@1", {ADVERSE})] == ["Nausea and bleeding."]
    assert store.passages_of("spl:i@1", set()) == []


def test_numbers_by_document_and_kind(store: PassageStore) -> None:
    everything = store.numbers().tolist()
    assert everything == sorted(everything)
    assert len(everything) == 4
    assert store.numbers(["spl:m@1", "spl:i@1"], ["patient"]).tolist() == [
        p.number for p in store.passages_of("spl:i@1") if p.kind == "patient"
    ]
    assert store.numbers([]).tolist() == store.numbers(kinds=[]).tolist() == store.numbers(["spl:x@1"]).tolist() == []
    assert store.numbers().dtype == "int64"


def test_the_columns_say_where_every_passage_stands(store: PassageStore) -> None:
    columns = store.columns
    rows = zip(columns.number, columns.document, columns.code, columns.title, columns.kind, strict=True)
    assert [
        (number, store.documents()[document].id, columns.codes[code], columns.titles[title], columns.kinds[kind])
        for number, document, code, title, kind in rows
    ] == [
        (p.number, p.document.id, p.section_code, p.section_title, p.kind)
        for p in store.passages(store.numbers().tolist()).values()
    ]


def test_phrases_are_cut_and_stemmed_as_fts5_does(store: PassageStore) -> None:
    assert store.stems(["Bleeding, nausea", "", "?!", "naïve doses"]) == [("bleed", "nausea"), (), (), ("naiv", "dose")]
    assert store.stems(["again"]) == [("again",)], "nothing is left of the phrases before"


def test_passages_by_number_keep_the_order_asked_for(store: PassageStore) -> None:
    numbers = store.numbers().tolist()[::-1]
    assert list(store.passages([*numbers, 12345])) == numbers
    assert store.passages([]) == {}


def test_passages_with_words_are_counted_up_to_a_limit(store: PassageStore) -> None:
    assert len(store.numbers_with("nausea", at_most=5)) == 2
    assert len(store.numbers_with("nausea", at_most=1)) == 1
    assert len(store.numbers_with("bleed AND nausea", at_most=5)) == 1, "stemmed"
    assert len(store.numbers_with("text : metformin", at_most=5)) == 0
    assert len(store.numbers_with("heading : metformin", at_most=5)) > 0


def test_a_bad_expression_is_a_value_error(store: PassageStore) -> None:
    for match in ("AND", '"', "nausea)", "a b:c", ""):
        with pytest.raises(ValueError, match="not an FTS5 expression"):
            len(store.numbers_with(match, at_most=3))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_any_quoted_words_can_be_looked_for(store: PassageStore, words: list[str]) -> None:
    match = " OR ".join('"' + word.replace('"', '""').replace("\0", "") + '"' for word in words)
    assert len(store.numbers_with(match, at_most=3)) <= 3


def test_drug_names_are_distinct(store: PassageStore) -> None:
    assert [(name.name, name.relation, name.ingredients) for name in store.drug_names()] == [
        ("advil", "brand", ("ibuprofen",)),
        ("ibuprofen", "ingredient", ("ibuprofen",)),
        ("metformin", "ingredient", ("metformin",)),
    ]


def test_what_is_not_there(store: PassageStore) -> None:
    for attempt in (
        lambda: store.document("x"),
        lambda: store.source_text("x"),
        lambda: store.sections("x"),
        lambda: store.passage("x#-:0-1"),
    ):
        with pytest.raises(KnowledgeBaseError, match=r"no (document|passage) x"):
            attempt()


def test_many_threads_may_read_at_once(store: PassageStore) -> None:
    def read(i: int) -> int:
        number = store.numbers().tolist()[i % 4]
        return (
            len(store.numbers_with("nausea", at_most=5))
            + len(store.passages([number]))
            + len(store.source_text("spl:i@1"))
        )

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(read, range(200)))) == 1
    store.close()
    assert store.documents()
