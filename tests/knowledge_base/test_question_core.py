from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.question_core import core_of

STORY = (
    "Swollen ankles. Hello, I am a retired teacher and I live with my sister in a small town near the sea. "
    "We moved here three years ago. Can swelling come from sitting all day? Thank you very much. Kind regards, Ann"
)


@pytest.mark.parametrize(
    ("message", "core"),
    [
        ("Hello, what is gout? Thank you very much.", "what is gout?"),
        ("Dear Sir, how is gout treated", "how is gout treated"),
        ("what is gout", "what is gout"),
        ("is gout painful thanks", "is gout painful"),
        (STORY, "Swollen ankles. Can swelling come from sitting all day?"),
        ("Thank you!", "Thank you!"),
        ("", ""),
    ],
)
def test_what_asks_is_kept(message: str, core: str) -> None:
    assert core_of(message) == core


@given(st.text(max_size=300))
def test_nothing_is_added_and_something_is_left(message: str) -> None:
    core = core_of(message)
    assert set(core.split()) <= set(message.split())
    assert bool(core) == bool(message.split())
