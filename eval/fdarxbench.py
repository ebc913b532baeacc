"""FDARxBench toy: do the first passages hold the label pieces that a question was written from?

FDARxBench (arXiv 2603.19539). The pieces become real labels (one a set id, sections by their codes, the drug's name as
on the label) and join all documents of a copy of the knowledge base. recall@k is the share of a question's pieces
found in the first k, averaged; "any" asks for one of them. A piece is found when a passage of the same label, or of
another label of the same ingredients that says the same, lies in it, is it, or overlaps it by more than half.
Questions that the label does not answer have no pieces and are not judged.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.baselines import SYSTEMS, PassageBaselines
from eval.bootstrap import mean_interval
from eval.enlarged_kb import enlarged_kb
from eval.measures import OURS, Measure
from eval.missing import MissingDataError
from eval.rankings import recall
from ingest.label_text import Block, LabelText, clean
from ingest.names import brand, drug_names, fold, substances
from ingest.section_codes import BY_NUMBER, kind_of, section_code
from knowledge_base import loinc
from knowledge_base.errors import VademecumError
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.medicine_table import canonical_ingredient, medicine_table
from knowledge_base.reranker import Reranker
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import DocumentInfo, DrugName, Passage, Query, SourceDocument
from knowledge_base.words import folded_words, name_key

TASK: Final = "FDARxBench toy"
FILE: Final = Path("fdarxbench_toy", "qa_toy.jsonl")
_DEPTHS: Final = (1, 5, 10)
_BARS: Final = {1: 0.65, 5: 0.95, 10: 0.98}
_SHINGLE: Final = 5
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a label as the benchmark cut it; `place` is its number in the label, `label` its section's."""

    set_id: str
    text: str
    code: str
    title: str
    label: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelQuestion:
    """A question with the drug it is about and the pieces that answer it."""

    id: str
    text: str
    drug: str
    set_id: str
    pieces: tuple[Piece, ...]


def load_questions(folder: Path) -> list[LabelQuestion]:
    """The questions of the toy set.

    Raises:
        MissingDataError: the file is not there.
        VademecumError: a line is not as published; names the line.
    """
    path = folder / FILE
    MissingDataError.check(path)
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            pieces = tuple(_piece(row["set_id"], one) for one in row["context"])
            found.append(
                LabelQuestion(
                    id=row["qid"], text=row["question"], drug=row["drug_name"], set_id=row["set_id"], pieces=pieces
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise VademecumError(f"{path}, line {number}: not a row of FDARxBench ({error!r})") from error
    return found


def labels(questions: Iterable[LabelQuestion], known: Iterable[DrugName] = ()) -> list[SourceDocument]:
    """The labels of all pieces, one for each set id, as a reader would deliver them.

    Args:
        questions: whose pieces they hold.
        known: names of medicines; a real label says what its brand contains, these pieces do not.
    """
    brands = {name.name: name.ingredients for name in known if name.relation == "brand"}
    pieces: dict[str, dict[str, Piece]] = defaultdict(dict)
    drugs: dict[str, str] = {}
    for question in questions:
        for piece in question.pieces:
            pieces[question.set_id].setdefault(piece.text, piece)
            drugs[question.set_id] = question.drug
    return [
        _label(set_id, drugs[set_id], sorted(some.values(), key=lambda one: one.place), brands)
        for set_id, some in pieces.items()
    ]


def measure_fdarxbench(
    folder: Path,
    kb: KnowledgeBase,
    cache: Path,
    limit: int | None = None,
    reranker: Reranker | None = None,
) -> tuple[Measure, ...]:
    """recall@1, 5 and 10 of the pieces, ours beside the baselines.

    Args:
        folder: the folder of benchmarks.
        kb: whose documents the labels join, in a copy under `cache`.
        cache: where the copy is kept for the next run.
        limit: only the first so many questions.
        reranker: for ours, as the program would use it.
    """
    questions = load_questions(folder)
    with_labels = enlarged_kb(kb, labels(questions, kb.store.drug_names()), cache)
    judged = [one for one in questions if one.pieces][:limit]
    retriever, baselines = HybridRetriever(with_labels, reranker), PassageBaselines(with_labels)
    found = [rank(one, retriever, baselines) for one in judged]
    clusters = [one.set_id for one in judged]
    measures = []
    for name, value in (("recall", _share), ("any piece in first", _any)):
        for depth in _DEPTHS:
            for system in (OURS, *SYSTEMS):
                values = [value(one, by_system[system], depth) for one, by_system in zip(judged, found, strict=True)]
                measures.append(
                    Measure.of_share(
                        TASK,
                        system,
                        f"{name}@{depth}" if name == "recall" else f"{name} {depth}",
                        mean_interval(values, clusters),
                        bar=_BARS[depth] if name == "recall" else None,
                    )
                )
    return tuple(measures)


def rank(
    question: LabelQuestion, retriever: HybridRetriever, baselines: PassageBaselines
) -> dict[str, list[frozenset[int]]]:
    """For each system the pieces (by place in the question) that each of its first passages holds."""
    depth = max(_DEPTHS)
    ours = retriever.search(Query(text=question.text, k=depth)).passages
    ranked = {OURS: [scored.passage for scored in ours], **baselines.rank(question.text, depth)}
    return {name: [pieces_in(passage, question) for passage in some] for name, some in ranked.items()}


def pieces_in(passage: Passage, question: LabelQuestion) -> frozenset[int]:
    """The places of the question's pieces that a passage holds."""
    if passage.document.set_id != question.set_id and not _same_drug(passage.document, question.drug):
        return frozenset()
    held = _shingles(passage.text)
    return frozenset(place for place, piece in enumerate(question.pieces) if _overlap(held, _shingles(piece.text)))


def _share(question: LabelQuestion, found: Sequence[frozenset[int]], depth: int) -> float:
    return recall(found, frozenset(range(len(question.pieces))), depth) or 0.0


def _any(question: LabelQuestion, found: Sequence[frozenset[int]], depth: int) -> float:
    return float(_share(question, found, depth) > 0)


def _overlap(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    smaller = min(len(one), len(other))
    return smaller > 0 and len(one & other) / smaller > _HALF


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = folded_words(text)
    size = min(_SHINGLE, len(words))
    return frozenset(tuple(words[n : n + size]) for n in range(len(words) - size + 1)) if words else frozenset()


def _same_drug(info: DocumentInfo, drug: str) -> bool:
    wanted = frozenset(canonical_ingredient(one.ingredient) for one in substances(drug))
    return frozenset(canonical_ingredient(name) for name in info.ingredients) == wanted


def _label(
    set_id: str, drug: str, pieces: Sequence[Piece], known_brands: Mapping[str, tuple[str, ...]]
) -> SourceDocument:
    ingredients = known_brands.get(fold(drug)) or tuple(sorted(medicine_table().brands.get(name_key(drug), ())))
    brand_name = brand(drug, ingredients) if ingredients else None
    ingredients = ingredients or tuple(one.ingredient for one in substances(drug))
    brands = (brand_name,) if brand_name else ()
    writer = LabelText(drug)
    for piece in pieces:
        ancestor = BY_NUMBER.get(piece.label.split(".")[0])
        own = None if piece.code == loinc.UNCLASSIFIED else piece.code
        code = section_code(own, piece.title, None if ancestor == own else ancestor, piece.text)
        parent = (loinc.NAMES[ancestor],) if ancestor is not None and "." in piece.label else ()
        blocks = [Block(text=line) for raw in piece.text.split("\n") if (line := clean(raw))]
        writer.add(
            blocks,
            code=code,
            title=piece.title,
            path=(*parent, piece.title),
            heading=piece.title,
            kind=kind_of(code),
        )
    found = tuple(one for name in ingredients for one in substances(name))
    return SourceDocument(
        info=DocumentInfo(
            id=f"spl:{set_id}@fdarxbench",
            source_path=str(FILE),
            format="spl",
            kind="label",
            title=drug,
            sha256="",
            set_id=set_id,
            ingredients=ingredients,
            brands=brands,
        ),
        text=writer.text,
        sections=writer.sections,
        names=drug_names(found, generics=[drug] if brand_name is None else [], brands=brands, classes=[]),
    )


def _piece(set_id: str, row: dict[str, Any]) -> Piece:
    return Piece(
        set_id=set_id,
        text=str(row["text"]),
        code=str(row["section_code"]),
        title=clean(str(row["section_title"])),
        label=str(row["section_label"] or ""),
        place=int(row["doc_chunk_index"]),
    )
