from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.selective import aurc, calibration_error, over_refusal, refusal_correct, reliability, risk_curve

ANSWERS = st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.0, 1.0])), min_size=1, max_size=12)


def test_aurc_by_hand() -> None:
    # By falling confidence: right, wrong, right, wrong. Risks 0, 1/2, 1/3, 2/4.
    assert aurc([0.9, 0.8, 0.7, 0.1], [1, 0, 1, 0]) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    assert aurc([], []) is None


def test_the_curve_by_hand() -> None:
    assert risk_curve([0.2, 0.9], [0, 1]) == [(0.5, 0.0), (1.0, 0.5)]


def test_equal_confidences_have_no_order() -> None:
    assert aurc([0.5, 0.5, 0.5], [1, 0, 0]) == aurc([0.5, 0.5, 0.5], [0, 0, 1]) == pytest.approx(2 / 3)


@given(ANSWERS)
def test_the_whole_coverage_has_the_plain_error(answers: list[tuple[float, float]]) -> None:
    sure, right = [one for one, _ in answers], [one for _, one in answers]
    last = risk_curve(sure, right)[-1]
    assert last.coverage == 1.0
    assert last.risk == pytest.approx(1 - sum(right) / len(right))


def test_reliability_by_hand() -> None:
    assert reliability([0.05, 0.95, 0.91, 1.0], [0, 1, 0, 1]) == [
        (1, pytest.approx(0.05), 0.0),
        (3, pytest.approx(2.86 / 3), pytest.approx(2 / 3)),
    ]
    # (1 * 0.05 + 3 * |2/3 - 2.86/3|) / 4
    assert calibration_error([0.05, 0.95, 0.91, 1.0], [0, 1, 0, 1]) == pytest.approx((0.05 + 0.86) / 4)
    assert calibration_error([], []) is None


def test_refusals_by_hand() -> None:
    assert refusal_correct(abstained=True, answerable=False) == refusal_correct(abstained=False, answerable=True) == 1
    assert refusal_correct(abstained=True, answerable=True) == refusal_correct(abstained=False, answerable=False) == 0
    assert over_refusal(abstained=True, answerable=True) == 1
    assert over_refusal(abstained=False, answerable=True) == 0
    assert over_refusal(abstained=True, answerable=False) is None
