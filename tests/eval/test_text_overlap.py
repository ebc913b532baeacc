from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.text_overlap import exact_match, rouge_l, rouge_n, token_f1

WORDS = st.lists(st.sampled_from(["dose", "liver", "kidney", "mg", "daily"]), max_size=8).map(" ".join)


def test_exact_match_by_hand() -> None:
    assert exact_match("The Warfarin.", ["ibuprofen", "warfarin"]) == 1.0
    assert exact_match("warfarin sodium", ["warfarin"]) == 0.0


def test_token_f1_by_hand() -> None:
    # "take with food" against "take it with water": 2 shared of 3 and 4.
    assert token_f1("Take with food.", ["take it with water"]) == pytest.approx(2 * 2 / 7)
    # A word counts as often as both have it: 1 of 3 and 1.
    assert token_f1("pain pain pain", ["pain"]) == pytest.approx(2 / 4)
    assert token_f1("", ["x"]) == 0.0


def test_the_best_reference_counts() -> None:
    assert token_f1("blue", ["red", "blue"]) == rouge_n("blue", ["red", "blue"], 1) == 1.0
    assert rouge_l("blue", []) == 0.0


def test_rouge_by_hand() -> None:
    answer, reference = "the cat sat on the mat", "the cat lay on a mat"
    # Shared words: the, cat, on, mat (4 of 6 and 6); shared pairs: "the cat" (1 of 5 and 5).
    assert rouge_n(answer, [reference], 1) == pytest.approx(4 / 6)
    assert rouge_n(answer, [reference], 2) == pytest.approx(1 / 5)
    # In order: the cat _ on _ mat.
    assert rouge_l(answer, [reference]) == pytest.approx(4 / 6)
    # Order matters to ROUGE-L alone: "police killed the gunman" (Lin 2004).
    assert rouge_l("police kill the gunman", ["police killed the gunman"]) == pytest.approx(3 / 4)
    assert rouge_l("the gunman kill police", ["police killed the gunman"]) == pytest.approx(2 / 4)


@given(WORDS, WORDS)
def test_overlap_is_symmetric_and_a_share(one: str, other: str) -> None:
    for measure in (token_f1, rouge_l, lambda a, b: rouge_n(a, b, 2)):
        assert 0 <= measure(one, [other]) <= 1
        assert measure(one, [other]) == pytest.approx(measure(other, [one]))
        assert measure(one, [one]) == 1.0


@given(WORDS, WORDS)
def test_a_common_subsequence_is_no_longer_than_the_shared_words(one: str, other: str) -> None:
    assert rouge_l(one, [other]) <= rouge_n(one, [other], 1) + 1e-12
