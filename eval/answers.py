"""An answer of a system as the output of an item, without what no judgement reads: a run of thousands stays small."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from eval.benchmark import Item, Output, System
from eval.citations import quotes_exact

_KEPT_OF_PASSAGE: Final = ("rank", "score", "passage_id", "document_id", "kind", "ingredients", "section_code")
_DROPPED_OF_CITATION: Final = ("boxes", "text", "source_path", "page")
_N_EVIDENCE: Final = 3


async def answer_output(item: Item, system: System) -> Output:
    """What a system answers; `answer` is the object of `ask --json`, its passages shortened, and `quotes_exact`."""
    answer = await system.answer(item)
    store = system.knowledge_base.store
    return Output(
        item=item.id,
        system=system.name,
        answer={**shortened(answer), "quotes_exact": quotes_exact(answer, store.source_text)},
        abstained=answer["kind"] == "abstention",
        confidence=confidence_of(answer),
        evidence=tuple(one["quote"] for one in answer["citations"][:_N_EVIDENCE]) or (answer["text"],),
    )


def shortened(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The object of `ask --json` without the texts of passages."""
    return {
        **answer,
        "passages": [{name: one[name] for name in _KEPT_OF_PASSAGE} for one in answer["passages"]],
        "citations": [
            {name: value for name, value in one.items() if name not in _DROPPED_OF_CITATION}
            for one in answer["citations"]
        ],
        "boxed_warnings": [{"ingredient": one["ingredient"]} for one in answer["boxed_warnings"]],
    }


def confidence_of(answer: Mapping[str, Any]) -> float | None:
    """How sure a system is, in [0, 1): the score of its best passage, squeezed; not calibrated.

    None where it found nothing or its scores say nothing.
    """
    best = max((float(one["score"]) for one in answer["passages"]), default=0.0)
    return 1 - math.exp(-best) if best > 0 else None
