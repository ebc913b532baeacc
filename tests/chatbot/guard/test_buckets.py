"""A bucket gives what it holds, then as much as flows in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatbot.guard.buckets import Buckets


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_wait_is_the_time_until_the_next_token() -> None:
    clock = Clock()
    buckets = Buckets(60, clock)
    assert [buckets.take("a") for _ in range(60)] == [0.0] * 60
    assert buckets.take("a") == 1.0
    assert buckets.take("b") == 0.0
    clock.now = 1.0
    assert buckets.take("a") == 0.0
    assert buckets.take("a") > 0.0


@given(st.integers(1, 50), st.lists(st.floats(0, 30), max_size=200))
def test_never_more_than_a_full_bucket_and_what_flowed_in(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    buckets = Buckets(per_minute, clock)
    given_out = 0
    for pause in pauses:
        clock.now += pause
        given_out += buckets.take("a") == 0.0
    assert given_out <= per_minute + clock.now * per_minute / 60 + 1e-6
