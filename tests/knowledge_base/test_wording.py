from __future__ import annotations

import numpy as np

from knowledge_base.fusion import Hits
from knowledge_base.wording import detail, wording

NUMBERS = np.array([3, 5, 9], dtype=np.int64)


def hits(scores: dict[int, float]) -> Hits:
    return Hits(np.array(list(scores), dtype=np.int64), np.array(list(scores.values())))


def test_the_best_passage_counts_most_and_one_without_the_words_nothing() -> None:
    nothing, best, half = wording(8, hits({5: 4.0, 9: 2.0}), NUMBERS, 4.0).tolist()
    assert nothing == 0
    assert best == 2 * half > 0


def test_a_short_question_counts_less_and_a_longer_one_not_more() -> None:
    short, full, longer = (wording(n, hits({5: 4.0}), NUMBERS, 4.0)[1] for n in (2, 8, 20))
    assert short == full / 4
    assert longer == full


def test_no_words_no_weight() -> None:
    assert not wording(0, hits({}), NUMBERS, 0.0).any()


def test_words_that_no_passage_holds_together_count_less() -> None:
    some, all_of_them, more = (wording(8, hits({5: best}), NUMBERS, 4.0)[1] for best in (1.0, 4.0, 6.0))
    assert some == all_of_them / 4
    assert more == all_of_them


def test_the_more_words_the_more_specific_up_to_a_point() -> None:
    assert detail(0) == 0
    assert 0 < detail(2) < detail(8) == detail(20) == 1
