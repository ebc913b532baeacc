"""MedicationQA: is the drug of a consumer's question found, and does the aspect lead to the section that answers it?

Ben Abacha, Mrabet, Sharp, Goodwin, Shooshan and Demner-Fushman, MedInfo 2019. A question counts for the drug if the
name in its `Focus` column is, as written there, a name of a medicine with a document of its own. A row counts for the
section if it cites DailyMed, MedlinePlus or FDA and its section title is mapped in `data/medicationqa_sections.toml`;
it agrees if an aspect read in the question weighs one of those sections at least a half, strictly if the first does.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.bootstrap import mean_interval
from eval.measures import OURS, Measure
from eval.missing import MissingDataError
from knowledge_base.aspects import aspect_table
from knowledge_base.catalogue import Catalogue
from knowledge_base.drug_names import DrugLexicon
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import Query

TASK: Final = "MedicationQA"
FILE: Final = Path("medicationqa", "medicationqa.csv")
_TITLES: Final = Path(__file__).parent / "data" / "medicationqa_sections.toml"
_LABEL_SITES: Final = re.compile(r"https?://(?:[\w-]+\.)*(?:dailymed\.nlm\.nih\.gov|medlineplus\.gov|fda\.gov)/")
_NO_DRUG: Final = frozenset({"not_drug_question", "unanswerable"})
_DRUG_BAR: Final = 0.95
_SECTION_BAR: Final = 0.75
_WEIGHT: Final = 0.5
"""An aspect's section of at least this weight is one where its answer is expected, not one it may touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerQuestion:
    """A question, the drug it is about as the annotators wrote it, and where its answer was found."""

    text: str
    focus: str
    type: str
    title: str
    address: str
    answer: str = ""


def cites_label(question: ConsumerQuestion) -> bool:
    """Whether its answer was found on a site that shows labels."""
    return _LABEL_SITES.match(question.address) is not None


def load_questions(folder: Path) -> list[ConsumerQuestion]:
    """The questions about medicines.

    Raises:
        MissingDataError: the file is not there.
        VademecumError: it is not as published.
    """
    path = folder / FILE
    MissingDataError.check(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        found = [
            ConsumerQuestion(
                text=row["Question"],
                focus=row["Focus (Drug)"],
                type=row["Question Type"],
                title=row["Section Title"].strip(),
                address=row["URL"],
                answer=row.get("Answer") or "",
            )
            for row in rows
        ]
    except (KeyError, UnicodeDecodeError, csv.Error) as error:
        raise VademecumError(f"{path}: not the CSV of MedicationQA ({error!r})") from error
    return [one for one in found if one.type not in _NO_DRUG]


def section_codes(title: str) -> frozenset[str]:
    """The label sections that a cited title stands for; none if it is not mapped."""
    table = tomllib.loads(_TITLES.read_text(encoding="utf-8"))["titles"]
    return next(
        (frozenset(entry["codes"]) for entry in table if re.search(entry["pattern"], title, re.IGNORECASE)), frozenset()
    )


def measure_medicationqa(folder: Path, kb: KnowledgeBase, limit: int | None = None) -> tuple[Measure, ...]:
    """The share of questions whose drug is resolved, and of cited sections that an aspect leads to.

    Args:
        folder: the folder of benchmarks.
        kb: whose medicines count.
        limit: only the first so many questions.
    """
    questions = load_questions(folder)[:limit]
    retriever, catalogue = HybridRetriever(kb), Catalogue(kb.store)
    lexicon = retriever.lexicon
    held = [(one, found) for one in questions if (found := held_ingredients(one.focus, lexicon, catalogue))]
    resolved = [float(is_resolved(one.text, ingredients, lexicon)) for one, ingredients in held]
    cited = [one for one in questions if cites_label(one)]
    mapped = [(one, codes) for one in cited if (codes := section_codes(one.title))]
    read = [retriever.read(Query(text=one.text)).aspects for one, _ in mapped]
    agreed = [float(leads_to(aspects, codes)) for aspects, (_, codes) in zip(read, mapped, strict=True)]
    strictly = [float(leads_to(aspects[:1], codes)) for aspects, (_, codes) in zip(read, mapped, strict=True)]
    return (
        Measure.of_share(
            TASK,
            OURS,
            "drug resolved",
            mean_interval(resolved, [ingredients for _, ingredients in held]),
            bar=_DRUG_BAR,
            note=f"{len(questions) - len(held)} of {len(questions)} questions are about a medicine not held",
        ),
        Measure.of_share(
            TASK,
            OURS,
            "aspect agrees with the cited section",
            mean_interval(agreed, [one.focus for one, _ in mapped]),
            bar=_SECTION_BAR,
            note=f"{len(cited) - len(mapped)} of {len(cited)} rows citing a label site have a title that is not mapped",
        ),
        Measure.of_share(
            TASK,
            OURS,
            "first aspect agrees with the cited section",
            mean_interval(strictly, [one.focus for one, _ in mapped]),
        ),
    )


def held_ingredients(focus: str, lexicon: DrugLexicon, catalogue: Catalogue) -> tuple[str, ...]:
    """The ingredients a focus names without doubt, if the knowledge base has a document about them."""
    mentions = [one for one in lexicon.resolve(focus).mentions if one.match in {"exact", "brand", "salt"}]
    if len({one.ingredients for one in mentions}) != 1 or not mentions[0].ingredients:
        return ()
    return mentions[0].ingredients if catalogue.documents_of(mentions[0].ingredients) else ()


def is_resolved(question: str, ingredients: Sequence[str], lexicon: DrugLexicon) -> bool:
    """Whether a question is read as being about these ingredients."""
    return any(
        set(one.ingredients) == set(ingredients)
        for one in lexicon.resolve(question).mentions
        if one.match != "ambiguous"
    )


def leads_to(aspects: Sequence[str], codes: frozenset[str]) -> bool:
    """Whether what one of these aspects asks is answered in one of these sections."""
    table = aspect_table()
    sections = [table[name].sections for name in aspects if name in table]
    return any(weights.get(code, 0.0) >= _WEIGHT for weights in sections for code in codes)
