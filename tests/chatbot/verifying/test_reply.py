"""A reply is cut into sentences or choices with the ids they cite."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from chatbot.verifying.reply import parse_choices, parse_sentences


def test_choices_keep_their_linking_words() -> None:
    reply = "For children: [E3]\n[E1], [E2]\n- If you miss a dose [E4][E5]\n"
    assert [(one.text, one.cited) for one in parse_choices(reply)] == [
        ("For children", (3,)),
        ("", (1,)),
        ("", (2,)),
        ("If you miss a dose", (4, 5)),
    ]


@given(st.text(alphabet="abE123[],;. \n", max_size=80))
def test_any_reply_can_be_read_and_no_id_is_left_in_its_text(reply: str) -> None:
    for one in (*parse_sentences(reply), *parse_choices(reply)):
        assert re.search(r"\[E\d+\]", one.text) is None
