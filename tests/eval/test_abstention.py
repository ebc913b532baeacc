"""The curve of risk and coverage."""

from __future__ import annotations

from eval.abstention import Asked, curve, measure_abstention


def asked(answerable: bool, answered: bool, confidence: float) -> Asked:
    source = "in" if answerable else "out"
    return Asked(source=source, answerable=answerable, text="q", answered=answered, confidence=confidence)


ASKED = [asked(True, True, 0.7), asked(True, True, 0.3), asked(True, False, 0.9), asked(False, True, 0.4)]


def test_a_threshold_trades_coverage_for_risk() -> None:
    points = {round(threshold, 2): (coverage, risk) for threshold, coverage, risk in curve(ASKED)}
    assert points[0.0] == (2 / 3, 1 - 2 / 3)
    assert points[0.35] == (1 / 3, 0.5)
    assert points[0.5] == (1 / 3, 0.0)
    assert 0.75 not in points


def test_each_source_has_its_share() -> None:
    measures = {one.name: one for one in measure_abstention(ASKED)}
    assert measures["answered: in"].value == 2 / 3
    assert measures["answered: out"].higher_is_better is False
