from __future__ import annotations

import math

import pytest

from eval.classification import accuracy, kappa, macro_f1, mcc, precision_recall

GIVEN = ["yes", "yes", "yes", "no", "no", "maybe"]
KNOWN = ["yes", "yes", "no", "no", "maybe", "yes"]


def test_accuracy_by_hand() -> None:
    assert accuracy(GIVEN, KNOWN) == pytest.approx(3 / 6)


def test_macro_f1_by_hand() -> None:
    # yes: 2 right of 3 given, 3 known: F1 2/3. no: 1 of 2, 2: F1 1/2. maybe: none: 0.
    assert macro_f1(GIVEN, KNOWN) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert macro_f1(GIVEN, KNOWN, ["yes", "no"]) == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_precision_and_recall_by_hand() -> None:
    found = precision_recall(["h", "h", "h", "t"], ["h", "t", "t", "h"], "h")
    assert found is not None
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall == pytest.approx(1 / 2)
    assert found.f1 == pytest.approx(2 / 5)


def test_mcc_by_hand() -> None:
    # TP 3, TN 2, FP 1, FN 2: (3*2 - 1*2) / sqrt(4 * 5 * 3 * 4)
    given, known = ["p"] * 4 + ["n"] * 4, ["p", "p", "p", "n", "n", "n", "p", "p"]
    assert mcc(given, known) == pytest.approx((3 * 2 - 1 * 2) / math.sqrt(4 * 5 * 3 * 4))
    assert mcc(["p", "p"], ["p", "n"]) == 0.0


def test_kappa_by_hand() -> None:
    # Of 10: both yes 4, both no 3, 2 and 1 apart. Agreed 0.7, by chance 0.6*0.5 + 0.4*0.5 = 0.5.
    one = ["yes"] * 4 + ["no"] * 3 + ["yes"] * 2 + ["no"]
    other = ["yes"] * 4 + ["no"] * 3 + ["no"] * 2 + ["yes"]
    assert kappa(one, other) == pytest.approx((0.7 - 0.5) / (1 - 0.5))


def test_nothing_to_judge_is_not_zero() -> None:
    assert [accuracy([], []), macro_f1([], []), precision_recall([], [], "h"), mcc([], []), kappa([], [])] == [None] * 5
    assert kappa(["yes", "yes"], ["yes", "yes"]) is None


def test_one_label_for_each_item() -> None:
    with pytest.raises(ValueError, match="zip"):
        accuracy(["yes"], [])
