from __future__ import annotations

import pytest

from eval.benchmarks.answers import claimed


def test_claims_are_the_texts_else_the_text(answer_of) -> None:
    assert claimed(answer_of("One.", "Two.")) == ["One.", "Two."]
    assert claimed({"kind": "answer", "text": "A passage.", "claims": []}) == ["A passage."]


@pytest.mark.parametrize("kind", ["abstention", "emergency"])
def test_fixed_texts_are_no_answers(answer_of, kind: str) -> None:
    assert claimed({**answer_of("One."), "kind": kind}) == []


@pytest.mark.parametrize("said", ["I do not know.", "Information not found!", "CANNOT ANSWER"])
def test_a_model_that_says_it_has_no_answer_gave_none(said: str) -> None:
    assert claimed({"kind": "answer", "text": said, "claims": []}) == []
