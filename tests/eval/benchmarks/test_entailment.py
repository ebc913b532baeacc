from __future__ import annotations

import pytest

from eval.benchmarks.entailment import RuleJudge

EVIDENCE = ["Ibuprofen may raise blood pressure. Aspirin should not be given to children with the flu."]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Ibuprofen may raise blood pressure.", "supports"),
        ("Aspirin should not be given to children with the flu.", "supports"),
        ("Aspirin should be given to children with the flu.", "refutes"),
        ("Ibuprofen may not raise blood pressure.", "refutes"),
        ("The moon is far away.", "neutral"),
        ("", "neutral"),
    ],
)
def test_verdicts(embedder, claim: str, verdict: str) -> None:
    assert RuleJudge(embedder).judge(EVIDENCE, claim) == verdict


def test_without_evidence_nothing_is_said(embedder) -> None:
    assert RuleJudge(embedder).judge([], "Ibuprofen may raise blood pressure.") == "neutral"


def test_evidence_is_embedded_once_for_many_claims(word_embedder) -> None:
    judge = RuleJudge(word_embedder)
    judge.judge(EVIDENCE, "Ibuprofen may raise blood pressure.")
    judge.judge(EVIDENCE, "The moon is far away.")
    assert word_embedder.n_embedded == 2, "the two sentences of the evidence"
