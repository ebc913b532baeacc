"""Does the check of written sentences let errors through, and does it throw out what is true?

Planted errors (`planted.py`): the half of the medicines held back, kind by kind, with the bars; beside it what nearness
alone would do. Then public texts labelled by people (`entailed_texts.py`), with no bar.

    python -m eval.grounding --kb DIR --data DIR [--half tuning] [--limit N] [--failures]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chatbot.settings import load_settings
from chatbot.verifying.entailment import Entails
from chatbot.verifying.reply import WrittenSentence
from chatbot.verifying.verifier import SUPPORTED_COSINE, Embed, Verdict, Verifier
from chatbot.wiring import load_entailment, open_kb
from eval.bootstrap import mean_interval
from eval.entailed_texts import LabelledText, load_healthver, load_kqa, load_medhallu
from eval.measures import OURS, Measure
from eval.missing import MissingDataError
from eval.planted import Half, PlantedCase, planted_cases
from eval.rewordings import FURTHER_REWORDINGS
from eval.spoilings import FURTHER_SPOILINGS
from eval.statistics import wilson
from eval.tables import to_table
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TASK: Final = "planted errors"
NEARNESS: Final = "nearness alone"
_CAUGHT_BAR: Final = 0.97
_REJECTED_BAR: Final = 0.03
_SECONDS_BAR: Final = 0.015
_TIMED: Final = 60
_LIMIT: Final = 300
"""Texts of each public set that are checked: their sentences have to be embedded first, which is what takes time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """What checking needs besides the evidence."""

    drug_names: Collection[str]
    embed: Embed
    entails: Entails | None = None

    @classmethod
    def of(cls, kb: KnowledgeBase, entails: Entails | None = None) -> Checker:
        """The checker of a knowledge base, which remembers what it has embedded."""
        return cls(
            drug_names=kb.store.known_drug_names, embed=_remembering(kb.embedder.embed_passages), entails=entails
        )

    def verify(self, text: str, case: PlantedCase | LabelledText) -> Verdict:
        """The verdict on a text that cites all of a case's evidence."""
        verifier = Verifier(case.evidence, self.drug_names, self.embed, self.entails)
        return verifier.check(WrittenSentence(text=text, cited=tuple(one.n for one in case.evidence)))


def measure_planted(checker: Checker, cases: Sequence[PlantedCase], half: Half) -> tuple[Measure, ...]:
    """How many spoiled sentences are caught and true ones thrown out, together and by kind."""
    checker.embed(list({text for case in cases for text in (case.text, *(one.quote for one in case.evidence))}))
    ours = {id(case): _is_rejected(checker.verify(case.text, case)) for case in cases}
    near = {id(case): _nearness(checker.embed, case) < SUPPORTED_COSINE for case in cases}
    task = f"{TASK}, {half}"
    spoiled = [case for case in cases if not case.is_true and case.kind not in FURTHER_SPOILINGS]
    true = [case for case in cases if case.is_true and case.kind not in FURTHER_REWORDINGS]
    measures = []
    for system, rejected in ((OURS, ours), (NEARNESS, near)):
        measures += [
            _share(task, system, "spoiled caught", spoiled, rejected, bar=_CAUGHT_BAR),
            _share(task, system, "true rejected", true, rejected, bar=_REJECTED_BAR),
        ]
        for kind, is_true in dict.fromkeys((case.kind, case.is_true) for case in cases):
            of_kind = [case for case in cases if case.kind == kind and case.is_true == is_true]
            measures.append(
                _share(task, system, f"{'true rejected' if is_true else 'caught'}: {kind}", of_kind, rejected)
            )
    return tuple(measures)


def measure_labelled(name: str, checker: Checker, texts: Sequence[LabelledText]) -> tuple[Measure, ...]:
    """Of texts that do not follow how many are caught, of those that do how many are kept, and F1 of catching."""
    checker.embed(list({text for case in texts for text in (*case.statements, *(one.quote for one in case.evidence))}))
    rejected = {id(case): any(_is_rejected(checker.verify(text, case)) for text in case.statements) for case in texts}
    wrong, right = [case for case in texts if not case.follows], [case for case in texts if case.follows]
    n_caught = sum(rejected[id(case)] for case in wrong)
    n_rejected = sum(rejected.values())
    f1 = 2 * n_caught / (len(wrong) + n_rejected) if wrong else None
    return (
        _labelled(name, "not borne out: caught", wrong, [float(rejected[id(case)]) for case in wrong]),
        _labelled(name, "borne out: kept", right, [float(not rejected[id(case)]) for case in right]),
        Measure(task=name, system=OURS, name="F1 of catching", n=len(texts), value=f1),
    )


def measure_seconds(kb: KnowledgeBase, checker: Checker, cases: Sequence[PlantedCase]) -> Measure:
    """Median CPU seconds to check one sentence, embedding it and what it cites included where that is needed."""
    embed = kb.embedder.embed_passages
    took = []
    # A sentence that is quoted needs no embedding, so only reworded ones are timed.
    reworded = [case for case in cases if case.is_true and case.kind not in {"verbatim", "trimmed"}]
    for case in reworded[:: max(1, len(reworded) // _TIMED)]:
        verifier = Verifier(case.evidence, checker.drug_names, embed)
        sentence = WrittenSentence(text=case.text, cited=tuple(one.n for one in case.evidence))
        start = time.process_time()
        verifier.check(sentence)
        took.append(time.process_time() - start)
    median = sorted(took)[len(took) // 2] if took else None
    return Measure(
        task=TASK,
        system=OURS,
        name="CPU seconds a sentence, median",
        n=len(took),
        value=median,
        bar=_SECONDS_BAR,
        higher_is_better=False,
    )


def measure_grounding(
    kb: KnowledgeBase, data: Path | None, half: Half, limit: int, entails: Entails | None = None
) -> tuple[Measure, ...]:
    """All figures; a public set that is not there says so in its row."""
    checker = Checker.of(kb, entails)
    cases = planted_cases(kb.store, half)
    measures = [*measure_planted(checker, cases, half), measure_seconds(kb, checker, cases)]
    loaders: tuple[tuple[str, Callable[[Path], list[LabelledText]]], ...] = (
        ("K-QA", load_kqa),
        ("MedHallu", load_medhallu),
        ("HealthVer", load_healthver),
    )
    for name, load in loaders:
        if data is None:
            break
        try:
            measures.extend(measure_labelled(name, checker, load(data)[:limit]))
        except MissingDataError as error:
            measures.append(Measure(task=name, system=OURS, name="", n=0, value=None, note=str(error)))
    return tuple(measures)


def _share(
    task: str, system: str, name: str, cases: Sequence[PlantedCase], rejected: dict[int, bool], bar: float | None = None
) -> Measure:
    # Hardly two cases of one kind are of one medicine; shares near 0 and 1 need an interval that keeps its coverage.
    share = wilson(sum(rejected[id(case)] for case in cases), len(cases))
    is_true = bool(cases) and cases[0].is_true
    return Measure.of_share(task, system, name, share, bar=bar, higher_is_better=not is_true)


def _labelled(task: str, name: str, cases: Sequence[LabelledText], values: Sequence[float]) -> Measure:
    return Measure.of_share(task, OURS, name, mean_interval(values, [case.cluster for case in cases]))


def _is_rejected(verdict: Verdict) -> bool:
    return verdict.support == "unsupported"


def _nearness(embed: Embed, case: PlantedCase) -> float:
    vectors = embed([case.text, *(one.quote for one in case.evidence)])
    return float((vectors[1:] @ vectors[0]).max())


def _remembering(embed: Callable[[Sequence[str]], NDArray[np.float32]]) -> Embed:
    import numpy as np

    known: dict[str, NDArray[np.float32]] = {}

    def remembered(texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, embed(new), strict=True))
        return np.stack([known[text] for text in texts])

    return remembered


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and with `--failures` each case that came out wrong."""
    parser = argparse.ArgumentParser(prog="python -m eval.grounding", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kb", type=Path, default=None, help="knowledge base folder")
    parser.add_argument("--data", type=Path, default=None, help="folder of benchmarks; without it planted errors only")
    parser.add_argument("--half", choices=["tuning", "held back"], default="held back")
    parser.add_argument("--limit", type=int, default=_LIMIT, help="texts of each public set")
    parser.add_argument("--failures", action="store_true", help="print what came out wrong; for the tuning half")
    chosen = parser.parse_args(arguments)
    settings = load_settings()
    try:
        kb = open_kb(settings, chosen.kb)
        measures = measure_grounding(kb, chosen.data, chosen.half, chosen.limit, load_entailment(settings))
    except VademecumError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"index {kb.index_version}\n\n{to_table(measures, [OURS, NEARNESS])}\n")
    if chosen.failures:
        checker = Checker.of(kb, load_entailment(settings))
        for case in planted_cases(kb.store, chosen.half):
            verdict = checker.verify(case.text, case)
            if _is_rejected(verdict) == case.is_true:
                quotes = " || ".join(one.quote for one in case.evidence)
                sys.stdout.write(f"\n{case.kind}: {verdict.problem}\n  said: {case.text}\n  source: {quotes}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
