"""Repair of a message before the red-flag rules read it."""

from __future__ import annotations

from chatbot.normalisation import Normaliser
from chatbot.patterns import read_data
from chatbot.triage import Triage


def test_an_endless_run_of_digits_is_cut_and_every_place_stays() -> None:
    """The rules would try to begin at each of its characters: 20,000 zeros took them 44 seconds."""
    message = "0" * 20_000 + " he is not breathing"
    (sentence,) = Normaliser(read_data("triage", "words.toml")).sentences(message)
    assert len(sentence.text) < 100
    verdict = Triage("US").assess(message)
    assert verdict.level == "emergency"
    assert "not breathing" in message[verdict.start : verdict.end]
