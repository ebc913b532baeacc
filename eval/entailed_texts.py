"""Public texts of which people or makers said whether one follows from the other, for the check of written sentences.

K-QA (Manes et al., 2024): statements that physicians labelled against a model's answer. MedHallu (Pandit et al., 2025):
a true and a hallucinated answer to a question on one abstract. HealthVer (Sarrouti et al., 2021): claims on health
against a piece of evidence. None of them is about labels: the statements are free paraphrase, which a strict check
takes for unsupported more often than a person would.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chatbot.types import Citation
from eval.missing import MissingDataError
from knowledge_base.errors import VademecumError
from knowledge_base.types import DocumentInfo, Passage

KQA: Final = Path("kqa", "NLI_medical_annotator.csv")
MEDHALLU: Final = Path("medhallu", "pqa_labeled.jsonl.gz")
HEALTHVER: Final = Path("healthver", "healthver_test.csv.gz")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledText:
    """Statements, the evidence they are held against, and whether all of them follow from it."""

    statements: tuple[str, ...]
    evidence: tuple[Citation, ...]
    follows: bool
    label: str
    cluster: str


def load_kqa(folder: Path) -> list[LabelledText]:
    """Statements against answers, by the majority of three physicians.

    Raises:
        MissingDataError: the file is not there.
        VademecumError: it is not as published.
    """
    rows = _rows(folder / KQA)
    return [
        LabelledText(
            statements=(row["claim"],),
            evidence=_evidence(row["answer"]),
            follows=row["majority_label"] == "Entailment",
            label=row["majority_label"],
            cluster=row["Question"],
        )
        for row in rows
    ]


def load_healthver(folder: Path) -> list[LabelledText]:
    """Claims against evidence.

    Raises:
        MissingDataError: the file is not there.
        VademecumError: it is not as published.
    """
    rows = _rows(folder / HEALTHVER)
    return [
        LabelledText(
            statements=(row["claim"],),
            evidence=_evidence(row["evidence"]),
            follows=row["label"] == "Supports",
            label=row["label"],
            cluster=row["question"],
        )
        for row in rows
    ]


def load_medhallu(folder: Path) -> list[LabelledText]:
    """Two answers to each question, the true one first; each sentence of an answer is a statement.

    Raises:
        MissingDataError: the file is not there.
        VademecumError: it is not as published.
    """
    path = folder / MEDHALLU
    MissingDataError.check(path)
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return [one for line in file for one in _medhallu_pair(json.loads(line))]
    except (OSError, ValueError, KeyError) as error:
        raise VademecumError(f"{path}: not the JSON lines of MedHallu ({error!r})") from error


def _medhallu_pair(row: dict[str, object]) -> Iterator[LabelledText]:
    knowledge = row["Knowledge"]
    text = " ".join(str(one) for one in knowledge) if isinstance(knowledge, list) else str(knowledge)
    for key, follows in (("Ground Truth", True), ("Hallucinated Answer", False)):
        yield LabelledText(
            statements=tuple(_sentences(str(row[key]))),
            evidence=_evidence(text),
            follows=follows,
            label=str(row["Difficulty Level"]),
            cluster=str(row["Question"]),
        )


def _rows(path: Path) -> list[dict[str, str]]:
    MissingDataError.check(path)
    try:
        plain = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        rows = list(csv.DictReader(io.StringIO(plain.decode("utf-8"))))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise VademecumError(f"{path}: cannot be read ({error!r})") from error
    if not rows or "claim" not in rows[0]:
        raise VademecumError(f"{path}: has no column 'claim'")
    return rows


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def _evidence(text: str) -> tuple[Citation, ...]:
    """Each sentence of a text as evidence of a document about nothing in particular."""
    info = DocumentInfo(
        id="text", source_path="text", format="text", kind="other", title="Text", sha256="0" * 64, ingredients=()
    )
    found = []
    start = 0
    for n, sentence in enumerate(_sentences(text), start=1):
        start = text.index(sentence, start)
        passage = Passage(
            id=f"text#{n}",
            number=n,
            document=info,
            kind="other",
            section_code=None,
            section_title="",
            section_path=(),
            start=start,
            end=start + len(sentence),
            text=sentence,
        )
        end = passage.end
        found.append(Citation(n=n, passage=passage, quote=sentence, quote_start=start, quote_end=end))
    return tuple(found)
