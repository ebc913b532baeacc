from __future__ import annotations

import pytest

from eval.benchmarks.stance import sentences_of, stance

YES_NO = ("yes", "no")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The drug reduced pain.", "yes"),
        ("There was no significant difference in pain.", "no"),
        ("The groups were similar.", "no"),
        ("Further studies are needed.", "maybe"),
    ],
)
def test_cues_decide(text: str, said: str) -> None:
    assert stance([text], (*YES_NO, "maybe")) == said


def test_only_the_end_of_a_text_is_read() -> None:
    long = "It was not known. One saw this. One saw that. One saw more. The drug helped."
    assert stance([long], YES_NO) == "yes"


def test_more_than_a_fifth_must_deny() -> None:
    texts = ["It did not help."] + ["It helped."] * 4
    assert stance(texts, YES_NO) == "yes"
    assert stance(texts[:-1], YES_NO) == "no"


def test_nothing_to_read_is_no_stance() -> None:
    assert stance([], YES_NO) is None
    assert stance([" "], YES_NO) is None


def test_sentences_come_once_and_in_order() -> None:
    assert sentences_of(["It helps. It is safe.", "It helps."]) == ["It helps.", "It is safe."]
