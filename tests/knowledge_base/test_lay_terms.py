from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.lay_terms import meanings_of, said_in, share_of
from knowledge_base.words import folded_words, words_of


def _share(question: str, text: str) -> float:
    return share_of(meanings_of(words_of(question)), f" {' '.join(folded_words(text))} ")


@pytest.mark.parametrize(
    ("question", "text", "share"),
    [
        ("heart attack", "Myocardial infarction has been reported.", 1.0),
        ("heart attack", "Asthma attack; a failing heart.", 0.0),
        ("kidney", "renal impairment", 1.0),
        ("pregnant", "Use in pregnancy", 1.0),
        ("muscle pain nausea", "Myopathy occurs.", 0.5),
        ("", "anything", 0.0),
        ("nausea", "", 0.0),
    ],
)
def test_share_of_meanings(question: str, text: str, share: float) -> None:
    assert _share(question, text) == share


@given(st.text(alphabet="abc heartk ", max_size=60))
def test_a_text_has_every_meaning_of_its_own_words(text: str) -> None:
    assert _share(text, text) == (1.0 if words_of(text) else 0.0)


def test_tells_which_meanings_a_text_has() -> None:
    meanings = meanings_of(words_of("muscle pain nausea"))
    assert said_in(" myopathy occurs ", meanings) == {0}
    assert said_in(" nausea and myopathy ", meanings) == {0, 1}
