from __future__ import annotations

import numpy as np

from eval.text_ranker_weights import Sheet, fit, fit_sheets, judge, read_sheets
from eval.topics import Topic
from knowledge_base.text_ranker import FreeText


def test_a_feature_that_follows_the_grade_gets_the_weight() -> None:
    rng = np.random.default_rng(3)
    grades = [rng.integers(0, 4, size=12).astype(float) for _ in range(20)]
    tables = [np.stack([grade / 3, rng.random(12), -grade / 3], axis=1) for grade in grades]
    telling, noise, opposed = fit(tables, grades)
    assert telling > 1
    assert abs(noise) < telling / 3
    assert opposed == 0


def test_topics_without_two_grades_teach_nothing_and_harm_nothing() -> None:
    table = np.array([[1.0], [0.0]])
    assert fit([table, table], [np.array([1.0, 0.0]), np.array([2.0, 2.0])])[0] > 0


def test_sheets_fall_to_halves_and_are_judged_by_the_weights_of_their_half(word_embedder) -> None:
    texts = (FreeText("Gout", "A sore toe."), FreeText("Asthma", "Narrow airways."))
    topics = [Topic(id=str(n), question="what is gout", texts=texts, grades=(3, 0)) for n in range(9)]
    sheets = list(read_sheets(topics, word_embedder))
    assert [sheet.half for sheet in sheets] == [0] * 8 + [1]
    assert len(fit_sheets(sheets)) == sheets[0].table.shape[1]
    made = [Sheet(topics[0], np.array([[0.0], [1.0]]), half) for half in (0, 1)]
    assert judge(made[:1], [np.array([-1.0]), np.array([1.0])]).startswith("nDCG@10 1.000 (1), MRR 1.000")
    assert "MRR 0.500" in judge(made[1:], [np.array([-1.0]), np.array([1.0])])
