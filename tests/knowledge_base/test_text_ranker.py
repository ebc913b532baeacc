from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.text_ranker import WEIGHTS, Features, FreeText, OpenQuestion, features, rank_texts, score

TEXTS = [
    FreeText("Symptoms of gout", "The big toe is red, hot and sore."),
    FreeText("Treatment of gout", "Pain medicines and rest; other medicines lower uric acid."),
    FreeText("Treatment of asthma", "An inhaler opens the airways."),
    FreeText("", ""),
]


def test_subject_and_type_decide_among_like_texts(embedder) -> None:
    for message in ("how is gout treated", "Hello, my father has gout. What can be done, is there a cure? Thank you!"):
        assert rank_texts(message, TEXTS, embedder)[0] == 1
    assert rank_texts("what are signs of gout", TEXTS, embedder)[0] == 0


def test_a_misspelt_subject_is_found() -> None:
    texts = [FreeText("Treatment of fibromyalgia", "Exercise."), FreeText("Treatment of gout", "Rest.")]
    found = features(OpenQuestion.read("treatment for fibromialgia"), texts, [0.0, 0.0])
    assert [one.subject for one in found] == [1.0, 0.0]


def test_another_name_in_parentheses_is_the_subject_too() -> None:
    texts = [FreeText("What causes gout ? (Also called: Podagra; Gouty arthritis)", "Uric acid.")]
    assert features(OpenQuestion.read("why do i have podagra"), texts, [0.0])[0].subject == 1.0


def test_type_speaks_for_and_against() -> None:
    asked = OpenQuestion.read("how is gout treated")
    assert [one.type for one in features(asked, TEXTS, [0.0] * 4)] == [-1.0, 1.0, 1.0, 0.0]


def test_nothing_to_rank(word_embedder) -> None:
    assert rank_texts("what is gout", [], word_embedder) == []


@given(st.text(max_size=80), st.lists(st.tuples(st.text(max_size=40), st.text(max_size=80)), max_size=5))
def test_any_text_can_be_ranked(message: str, texts: list[tuple[str, str]]) -> None:
    found = features(OpenQuestion.read(message), [FreeText(*text) for text in texts], [0.5] * len(texts))
    assert len(found) == len(texts)
    assert all(-1.0 <= value <= 1.0 for one in found for value in (one.words, one.coverage, one.subject, one.type))


def test_the_score_is_the_weighted_sum() -> None:
    assert score(Features(nearness=0.5, type=-1.0)) == pytest.approx(0.5 * WEIGHTS.nearness - WEIGHTS.type)
