"""The second look of the gate, with the packaged embedder and with one made by hand."""

from __future__ import annotations

import pytest

from chatbot.triage import Triage


@pytest.fixture(scope="module")
def triage(embedder) -> Triage:
    return Triage(embedder=embedder)


@pytest.mark.parametrize("message", ["I feel tired of being alive"])
def test_a_wording_that_no_rule_knows_fires(triage: Triage, message: str) -> None:
    assert Triage().assess(message).level == "none"
    verdict = triage.assess(message)
    assert verdict.level != "none"
    assert message[verdict.start : verdict.end] == message


@pytest.mark.parametrize("message", ["I started lisinopril yesterday", "Can I take my tablet with coffee?"])
def test_everyday_sentences_pass(triage: Triage, message: str) -> None:
    assert triage.assess(message).level == "none"


def test_the_gate_works_with_any_embedder(word_embedder) -> None:
    assert Triage(embedder=word_embedder).assess("I can't breathe").level == "emergency"
