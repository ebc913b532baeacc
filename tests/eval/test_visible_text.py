"""Coverage sees what is lost and what is said twice."""

from __future__ import annotations

from lxml import etree

from eval.visible_text import Rows, coverage, squeezed, table_rows, visible_runs

_BODY = (
    "<document><component><structuredBody><component><section><title>1 Uses</title>"
    "<text><paragraph>For pain. <content>Not for fever.</content></paragraph>{}</text>"
    "<excerpt><highlight><text>In short.</text></highlight></excerpt></section></component></structuredBody>"
    "</component></document>"
)
_TABLE = (
    "<table><tr><th>Age</th><th>Dose</th></tr><tr><td>Adults</td><td>5 mg</td></tr><tr><td>Alone</td><td/></tr></table>"
)
_LINE = "Take one tablet with a full glass of water every morning."


def _root(inner: str = ""):
    return etree.fromstring(_BODY.format(inner))


def _passages(make_document, *texts: str):
    return make_document("spl:a@1", {f"Uses {n}": text for n, text in enumerate(texts)})[1]


def test_runs_are_told_apart():
    assert [(run.place, run.text.strip()) for run in visible_runs(_root())] == [
        ("heading", "1 Uses"),
        ("text", "For pain."),
        ("text", "Not for fever."),
        ("highlight", "In short."),
    ]


def test_what_is_missing_counts_by_its_letters(make_document):
    runs = [run for run in visible_runs(_root()) if run.place == "text"]
    whole = coverage(runs, _passages(make_document, "For pain.", "Not for fever."))
    half = coverage(runs, _passages(make_document, "For pain."))

    assert (whole.share, whole.repeated) == (1.0, 0)
    assert (half.visible, half.kept) == (18, 7)


def test_a_heading_counts_where_it_stands_above_a_passage(make_document):
    runs = [run for run in visible_runs(_root()) if run.place == "heading"]
    seen = coverage(runs, make_document("spl:a@1", {"1 Uses": "For pain."})[1])
    assert (seen.kept, seen.kept_in_text) == (5, 0)


def test_a_text_that_stands_twice_is_seen(make_document):
    runs = list(visible_runs(_root(f"<paragraph>{_LINE}</paragraph>")))
    seen = coverage(runs, _passages(make_document, _LINE, _LINE))
    assert seen.repeated == len(squeezed(_LINE))


def test_rows_must_be_one_line():
    assert table_rows(_root(_TABLE), ["Age | Dose", "Age: Adults | Dose: 5 mg"]) == Rows(2, 2)
    assert table_rows(_root(_TABLE), ["Age | Dose", "Adults", "5 mg"]) == Rows(2, 1)
