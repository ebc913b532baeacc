"""K-QA: patients' questions; how much of what physicians say must be there is there, and how much is contradicted.

Manes et al., K-QA: A Real-World Medical Q&A Benchmark, BioNLP 2024. Comprehensiveness: the share of must-have
statements that the answer entails; hallucination: how many statements, must-have or nice-to-have, it contradicts. The
paper judges with GPT-4; here it is the rule judge of `entailment.py`, and `kqa-judge` measures its agreement with the
physicians. A question that is declined entails nothing and contradicts nothing, as in the paper's own scoring.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from anyio.to_thread import run_sync

from eval.benchmark import Benchmark, Item, Origin, Output, System, means
from eval.benchmarks.answers import texts_of
from eval.benchmarks.choices import shown
from eval.benchmarks.entailment import RuleJudge
from eval.benchmarks.labelled_claims import LabelledClaims
from eval.benchmarks.published import csv_rows, each, json_rows
from eval.measures import Measure

_ANSWERED: Final = Path("kqa", "questions_w_answers.jsonl")
_LABELLED: Final = Path("kqa", "NLI_medical_annotator.csv")
_LABELS: Final = {"Entailment": "supports", "Contradiction": "refutes", "Neutral": "neutral"}
_DECLINED: Final = "declined"
_JUDGED: Final = "judged by rules, which agree little with physicians: see kqa-judge"
_ADDRESS: Final = "https://github.com/Itaymanes/K-QA"
_PAPER: Final = "Manes et al., K-QA: A Real-World Medical Q&A Benchmark, BioNLP 2024"


class KQa(Benchmark):
    """Questions with statements by physicians."""

    name = "kqa"
    title = "K-QA (judged by rules)"
    origin = Origin(
        address=_ADDRESS,
        licence="MIT",
        paper=_PAPER,
        files={str(_ANSWERED): "b6972d615ea952dc759dfb8e88f2c263ec29bee14bc6e5aa88078353a0d5bdbc"},
    )
    layers = ("answers", "grounding")
    systems = ("vademecum", "extractive", "closed book", "RRF")
    main = "comprehensiveness"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        path = folder / _ANSWERED
        return each(path, [*enumerate(json_rows(path)[:limit])], _item)

    async def ask(self, item: Item, system: System) -> Output:
        """The answer, and the judge's verdict on each statement."""
        texts = await texts_of(item, system)
        judge = RuleJudge(system.knowledge_base.embedder)

        def verdicts() -> dict[str, list[str]]:
            return {kind: [judge.judge(texts, one) for one in statements] for kind, statements in item.gold.items()}

        return Output(
            item=item.id,
            system=system.name,
            answer=await run_sync(verdicts),
            abstained=not texts,
            evidence=shown(system, texts),
        )

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Comprehensiveness, contradicted statements a question, and whether it was declined."""
        must, nice = output.answer["must"], output.answer["nice"]
        return {
            "comprehensiveness": must.count("supports") / len(must) if must else None,
            "contradicted statements a question": float((must + nice).count("refutes")),
            _DECLINED: float(output.abstained),
        }

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """The means; what the rule judge gave says so."""
        return [one if one.name == _DECLINED else one.with_note(_JUDGED) for one in means(self, items, outputs)]

    def lower_is_better(self) -> frozenset[str]:
        """What is contradicted, and what is not answered."""
        return frozenset({"contradicted statements a question", _DECLINED})


class KQaJudge(LabelledClaims):
    """The answers of four systems, each with a statement and the majority verdict of three physicians."""

    name = "kqa-judge"
    title = "K-QA, agreement of the rule judge with physicians"
    origin = Origin(
        address=_ADDRESS,
        licence="MIT",
        paper=_PAPER,
        files={str(_LABELLED): "5e145e0f6999449a18bcc15d251a6452c66b03add6c50bf9b9f5dad224c3649f"},
    )

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The labelled pairs in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        path = folder / _LABELLED
        return each(path, csv_rows(path)[:limit], _pair)


def _item(entry: tuple[int, Mapping[str, Any]]) -> Item:
    number, row = entry
    gold = {"must": _statements(row["Must_have"]), "nice": _statements(row["Nice_to_have"])}
    return Item(id=str(number), question=str(row["Question"]), gold=gold, topic=str(row["ICD_10_diag"]))


def _statements(value: object) -> list[str]:
    # Some copies of the file hold the list as Python writes it.
    listed = ast.literal_eval(value) if isinstance(value, str) else value
    if not isinstance(listed, list):
        raise TypeError(f"no list of statements: {type(value).__name__}")
    return [str(one) for one in listed]


def _pair(row: Mapping[str, str]) -> Item:
    return Item(
        id=row[""],
        question=row["claim"],
        gold=_LABELS[row["majority_label"]],
        topic=row["category_x"],
        cluster=row["Question"],
        context=(row["answer"],),
    )
