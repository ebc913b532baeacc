from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.statistics import wilson


def test_eight_of_ten_by_hand() -> None:
    # (0.8 + z²/20 ± z·sqrt(0.016 + z²/400)) / (1 + z²/10) with z = 1.96
    share = wilson(8, 10)
    assert share.value == 0.8
    assert share.low == pytest.approx(0.4902, abs=1e-4)
    assert share.high == pytest.approx(0.9433, abs=1e-4)


def test_nothing_judged_is_not_zero() -> None:
    assert wilson(0, 0).value is None


def test_more_hits_than_items_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson(3, 2)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_holds_the_share(pair: tuple[int, int]) -> None:
    hits, n = pair
    share = wilson(hits, n)
    assert share.low is not None
    assert share.high is not None
    assert share.value is not None
    assert 0 <= share.low <= share.value + 1e-12
    assert share.value - 1e-12 <= share.high <= 1
