"""Conversations written for this project: what a follow-up must take over, and what must stand alone.

`conversations.jsonl`: the person's `earlier` turns and the `question`; the standalone question must hold every word of
`has` and none of `lacks`, or be the question itself where it stands `alone`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from chatbot.evidence import EvidenceRules
from chatbot.rewriting import rewrite
from chatbot.types import Turn
from knowledge_base.drug_names import DrugLexicon
from knowledge_base.types import DrugName

CONVERSATIONS = [
    json.loads(line) for line in Path(__file__).with_name("conversations.jsonl").read_text("utf-8").splitlines()
]
INGREDIENTS = (
    *("metformin", "ibuprofen", "naproxen", "lisinopril", "sertraline", "acetaminophen", "warfarin", "aspirin"),
    *("prednisolone", "hydroxyzine", "simvastatin", "atorvastatin"),
)
BRANDS = {"advil": "ibuprofen", "tylenol": "acetaminophen", "zoloft": "sertraline", "glucophage": "metformin"}


@cache
def lexicon() -> DrugLexicon:
    names = [DrugName(name=one, relation="ingredient", ingredients=(one,)) for one in INGREDIENTS]
    names += [DrugName(name=name, relation="brand", ingredients=(one,)) for name, one in BRANDS.items()]
    return DrugLexicon.build(names)


@pytest.mark.parametrize("talk", CONVERSATIONS, ids=lambda talk: " / ".join([*talk["earlier"], talk["question"]]))
def test_a_follow_up_stands_alone(talk: dict) -> None:
    history = [Turn(role="user", content=one) for one in talk["earlier"]]
    rewritten = rewrite(talk["question"], history, lexicon().resolve, EvidenceRules().has_own_subject)
    if talk.get("alone"):
        assert rewritten.question == talk["question"]
        assert rewritten.carried == ()
    said = rewritten.question.lower()
    assert [word for word in talk.get("has", ()) if word not in said] == []
    assert [word for word in talk.get("lacks", ()) if word in said] == []


def test_there_are_enough_of_them() -> None:
    assert len(CONVERSATIONS) >= 80
    assert sum("alone" in talk for talk in CONVERSATIONS) >= 20
