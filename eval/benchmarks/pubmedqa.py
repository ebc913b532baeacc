"""PubMedQA: yes, no or maybe from an abstract without its conclusion; accuracy and macro-F1 on the test split.

Jin, Dhingra, Liu, Cohen and Lu, EMNLP 2019 (PQA-L, reasoning-required setting). The abstract comes with the question:
it is what "oracle passages" reads; the other systems see the question alone, as in MIRAGE's PubMedQA*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eval.benchmark import ANSWERING, Benchmark, Item, Origin, Output, Published, System, means
from eval.benchmarks.choices import choose, judge_choice, locate_choice
from eval.benchmarks.published import each, read_json
from eval.classification import macro_f1
from eval.measures import Measure

_QUESTIONS: Final = Path("pubmedqa", "ori_pqal.json.gz")
_TEST: Final = Path("pubmedqa", "test_ground_truth.json")
OPTIONS: Final = {"A": "yes", "B": "no", "C": "maybe"}


class PubMedQa(Benchmark):
    """The test split; the other questions are for choosing rules and thresholds."""

    name = "pubmedqa"
    title = "PubMedQA (PQA-L)"
    origin = Origin(
        address="https://github.com/pubmedqa/pubmedqa",
        licence="MIT",
        paper="Jin, Dhingra, Liu, Cohen and Lu, PubMedQA, EMNLP 2019",
        files={
            str(_QUESTIONS): "50700dfc4696eb94be887d1b87116dff4277999ce5b4b2ba86966ef7e19a5dc1",
            str(_TEST): "a1c2177d1f99f49faaa4fffc47b0bd85273ec2532b7088328ca8311248ff05dc",
        },
    )
    layers = ("answers",)
    systems = ANSWERING
    main = "accuracy"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions of the test split.

        Raises:
            MissingDataError: a file is not there.
            VademecumError: a file is not as published.
        """
        return load_split(folder, test=True)[:limit]

    async def ask(self, item: Item, system: System) -> Output:
        """Yes, no or maybe, as a letter."""
        return await choose(item, system)

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Whether the letter is right."""
        return judge_choice(item, output)

    def measure(self, items: Sequence[Item], outputs: Sequence[Output]) -> Sequence[Measure]:
        """Accuracy with the rest, and macro-F1."""
        judged = [(item, output) for item, output in zip(items, outputs, strict=True) if output.error is None]
        given = [locate_choice(str(output.answer or "")).letter for _, output in judged]
        f1 = macro_f1(given, [str(item.gold) for item, _ in judged], [*OPTIONS])
        system = outputs[0].system if outputs else ""
        return (
            *means(self, items, outputs),
            Measure(task=self.name, system=system, name="macro-F1", n=len(judged), value=f1),
        )

    def lower_is_better(self) -> frozenset[str]:
        """Replies without a choice."""
        return frozenset({"no choice found"})

    def published(self, folder: Path) -> Sequence[Published]:
        """What the paper gives for one person and its best model, on the full test split of 500."""
        paper = "Jin et al., EMNLP 2019 (recalled, not read again)"
        return (
            Published(system="one person", measure="accuracy", value=0.780, source=paper),
            Published(system="one person", measure="macro-F1", value=0.722, source=paper),
            Published(system="BioBERT, abstract given", measure="accuracy", value=0.681, source=paper),
            Published(system="BioBERT, abstract given", measure="macro-F1", value=0.527, source=paper),
        )


def load_split(folder: Path, *, test: bool) -> list[Item]:
    """The questions inside or outside the test split, by PubMed number.

    Raises:
        MissingDataError: a file is not there.
        VademecumError: a file is not as published.
    """
    in_test = frozenset(read_json(folder / _TEST))
    path = folder / _QUESTIONS
    rows = [row for row in sorted(read_json(path).items()) if (row[0] in in_test) is test]
    return each(path, rows, _item)


def _item(row: tuple[str, Mapping[str, Any]]) -> Item:
    number, fields = row
    letters = {text: letter for letter, text in OPTIONS.items()}
    return Item(
        id=number,
        question=str(fields["QUESTION"]),
        gold=letters[fields["final_decision"]],
        topic=str(fields["final_decision"]),
        options=OPTIONS,
        context=("\n".join(str(part) for part in fields["CONTEXTS"]),),
    )
