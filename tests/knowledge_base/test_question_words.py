from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.question_words import all_phrases, any_of, content_words, quoted


def test_content_words_leave_out_small_words_and_given_spans() -> None:
    question = "What does the CDC say about injection safety with advil?"
    start = question.index("advil")
    assert [word.text for word in content_words(question, [(start, start + 5)])] == ["cdc", "injection", "safety"]


def test_neighbours_are_looked_for_side_by_side_too() -> None:
    assert any_of(content_words("injection safety, outpatient"), ["needle stick"]) == (
        "injection",
        "safety",
        "outpatient",
        "injection safety",
        "needle stick",
    )
    assert any_of(()) == ()


def test_only_phrases_with_words_are_looked_for() -> None:
    assert all_phrases(["St. John's wort", "?", "", "St. John's wort"]) == ("St. John's wort",)


@given(st.text())
def test_any_quoted_text_is_a_valid_expression(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE passages USING fts5(text)")
    expression = quoted(text.replace("\0", ""))
    connection.execute("SELECT * FROM passages WHERE passages MATCH ?", (expression,)).fetchall()
    connection.close()


def test_quoted_takes_the_quotes_away() -> None:
    assert quoted('a "b" NOT c') == '"a  b  NOT c"'
