"""Questions of one's own with their known outcome (see `question_files.py`), and how well the answers meet it.

What a question does not state is not judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eval.answers import answer_output
from eval.benchmark import Benchmark, Item, Layer, Origin, Output, System, SystemName
from eval.citations import citation_precision, citation_recall, contains
from eval.question_files import load_items
from eval.selective import over_refusal, refusal_correct
from eval.text_overlap import rouge_l, token_f1

STARTER_QUESTIONS: Final = Path(__file__).parent / "data" / "starter_questions.jsonl"


class Questions(Benchmark):
    """Questions of one's own; those on the starter set where `--data` names no file."""

    name: str = "questions"
    title: str = "Questions of your own; here the project's, written for its starter set"
    origin: Origin = Origin(
        address="eval/data/starter_questions.jsonl", licence="AGPL-3.0-or-later", paper="docs/evaluation.md"
    )
    layers: tuple[Layer, ...] = ("answers", "grounding", "retrieval")
    systems: tuple[SystemName, ...] = ("vademecum", "extractive", "closed book", "BM25", "MiniLM", "RRF")
    main: str = "kind"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions of a file.

        Raises:
            VademecumError: the file or a question of it cannot be used; names the line.
        """
        return load_items(STARTER_QUESTIONS if folder.is_dir() else folder)[:limit]

    async def ask(self, item: Item, system: System) -> Output:
        """The system's answer."""
        return await answer_output(item, system)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """What the question states, held against the answer; a baseline without citations has no drug and section."""
        answer, gold = output.answer, item.gold
        return {
            **_outcome(gold, answer["kind"]),
            **_citations(gold, answer),
            "quotes exact": answer["quotes_exact"],
            "citation precision": citation_precision(answer, contains),
            "citation recall": citation_recall(answer, contains),
            **_overlap(gold.get("reference"), answer["text"]),
        }

    def lower_is_better(self) -> frozenset[str]:
        """Questions declined that have an answer."""
        return frozenset({"over-refusal"})


def _outcome(gold: Mapping[str, Any], kind: str) -> dict[str, float | None]:
    known = gold.get("kind")
    if known is None:
        return {"kind": None, "refusal correct": None, "over-refusal": None}
    judged = known != "emergency"
    abstained, answerable = kind == "abstention", known == "answer"
    return {
        "kind": float(kind == known),
        "refusal correct": refusal_correct(abstained=abstained, answerable=answerable) if judged else None,
        "over-refusal": over_refusal(abstained=abstained, answerable=answerable) if judged else None,
    }


def _citations(gold: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, float | None]:
    # Baselines cite nothing: their first passage stands for what they would cite.
    cited = answer["citations"] or (answer["passages"] if answer["kind"] == "answer" else [])
    first = cited[0] if cited else None
    quotes = [one["quote"] for one in answer["citations"]] or [answer["text"]]
    ingredient, codes, words = gold.get("ingredient"), gold["section_codes"], gold.get("contains")
    return {
        "drug": float(bool(first and ingredient in first["ingredients"])) if ingredient else None,
        "section": float(bool(first and first["section_code"] in codes)) if codes else None,
        "contains": float(any(words.lower() in one.lower() for one in quotes)) if words else None,
    }


def _overlap(reference: str | None, text: str) -> dict[str, float | None]:
    if reference is None:
        return {}
    return {"token F1": token_f1(text, [reference]), "ROUGE-L": rouge_l(text, [reference])}
