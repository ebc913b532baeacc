"""MedicationQA: consumers' questions on medicines; the medicine read, the section led to, and the answer's overlap.

Ben Abacha, Mrabet, Sharp, Goodwin, Shooshan and Demner-Fushman, MedInfo 2019. It has no measure for answers: ROUGE-L
and token F1 against the answer that its authors copied from a site are shown, as they are cheap to repeat; a good
answer in the words of another label scores low. Drug and section as in `eval/medicationqa.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from anyio.to_thread import run_sync

from eval.benchmark import Benchmark, Item, Origin, Output, System
from eval.benchmarks.answers import texts_of
from eval.benchmarks.choices import shown
from eval.benchmarks.lexicons import catalogue_of, lexicon_of, retriever_of
from eval.medicationqa import FILE, cites_label, held_ingredients, is_resolved, leads_to, load_questions, section_codes
from eval.text_overlap import rouge_l, token_f1
from knowledge_base.types import Query


class MedicationQa(Benchmark):
    """Questions about medicines; the medicine in focus is the cluster."""

    name = "medicationqa"
    title = "MedicationQA"
    origin = Origin(
        address="https://github.com/abachaa/Medication_QA_MedInfo2019",
        licence="none in the repository",
        paper="Ben Abacha et al., Consumers' Medication Questions and Trusted Answers, MedInfo 2019",
        files={str(FILE): "efd2acc317fd93587562e0ca184f5cae2156246379ad77cfe6dd81590e7fd71a"},
    )
    layers = ("retrieval", "answers")
    systems = ("vademecum", "extractive", "BM25", "MiniLM", "RRF", "closed book")
    main = "ROUGE-L"

    def load(self, folder: Path, limit: int | None) -> Sequence[Item]:
        """The questions in the order of the file.

        Raises:
            MissingDataError: the file is not there.
            VademecumError: it is not as published.
        """
        return [
            Item(
                id=str(number),
                question=one.text,
                gold={
                    "focus": one.focus,
                    "sections": sorted(section_codes(one.title)) if cites_label(one) else [],
                    "answer": one.answer,
                },
                topic=one.type,
                cluster=one.focus.lower(),
            )
            for number, one in enumerate(load_questions(folder)[:limit])
        ]

    async def ask(self, item: Item, system: System) -> Output:
        """The answer; of ours also the medicine and the aspects that were read."""
        texts = await texts_of(item, system)
        kept: dict[str, object] = {"text": "\n".join(texts)}
        if system.name in {"vademecum", "extractive"}:
            kept |= await run_sync(_reading, item, system)
        return Output(
            item=item.id,
            system=system.name,
            answer=kept,
            abstained=not texts,
            evidence=shown(system, texts),
        )

    def judge(self, item: Item, output: Output) -> Mapping[str, float | None]:
        """Overlap of what was answered, whether it was; drug and section where they can be told."""
        said, reference = output.answer["text"], item.gold["answer"]
        judged = bool(said and reference)
        return {
            "ROUGE-L": rouge_l(said, [reference]) if judged else None,
            "token F1": token_f1(said, [reference]) if judged else None,
            "answered": float(not output.abstained),
            "drug resolved": output.answer.get("resolved"),
            "aspect agrees with the cited section": output.answer.get("agrees"),
        }


def _reading(item: Item, system: System) -> dict[str, float | None]:
    lexicon, catalogue = lexicon_of(system.knowledge_base), catalogue_of(system.knowledge_base)
    ingredients = held_ingredients(item.gold["focus"], lexicon, catalogue)
    codes = frozenset(item.gold["sections"])
    aspects = retriever_of(system.knowledge_base).read(Query(text=item.question)).aspects if codes else ()
    return {
        "resolved": float(is_resolved(item.question, ingredients, lexicon)) if ingredients else None,
        "agrees": float(leads_to(aspects, codes)) if codes else None,
    }
