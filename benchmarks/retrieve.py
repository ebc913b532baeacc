"""Seconds to find passages and to answer, against the recipe most people would write.

The recipe: the same embedder, a flat FAISS index over pieces of 1,000 characters, the nearest eight.
Both run in this process, round by round in turn, on the same knowledge base.

    python -m benchmarks.retrieve [--kb DIR] [--rounds N]
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import numpy as np

from benchmarks.machine import describe_machine
from chatbot.settings import load_settings
from chatbot.wiring import open_answerer
from eval.cli import STARTER_QUESTIONS
from eval.questions import load_questions
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.types import Query

_PIECE_CHARS = 1000
_K = 8


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kb", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    answerer = open_answerer(load_settings(), arguments.kb)
    answerer.warm_up()
    knowledge_base = answerer.knowledge_base
    recipe = _build_recipe(knowledge_base)
    questions = [question.text for question in load_questions(STARTER_QUESTIONS)]
    stages: dict[str, Callable[[str], object]] = {
        "the usual recipe": recipe,
        "retrieve": lambda question: answerer.retriever.search(Query(text=question, k=_K)),
        "ask, no language model": lambda question: anyio.run(answerer.answer, question),
    }
    seconds: dict[str, list[float]] = {name: [] for name in stages}
    # The embedder remembers questions; a question mark more makes each one new to it.
    marks = itertools.count(1)
    for _ in range(arguments.rounds):
        for name, stage in stages.items():
            mark = "?" * next(marks)
            seconds[name] += [_time(stage, question + mark) for question in questions]
    print(f"{describe_machine()}; {knowledge_base.manifest.n_passages} passages, {len(questions)} questions")
    print("| stage | median ms | p95 ms | ratio to the recipe |")
    print("|---|---|---|---|")
    base = statistics.median(seconds["the usual recipe"])
    for name, values in seconds.items():
        median, p95 = statistics.median(values), float(np.quantile(values, 0.95))
        print(f"| {name} | {median * 1000:.1f} | {p95 * 1000:.1f} | {median / base:.2f} |")


def _build_recipe(knowledge_base: KnowledgeBase) -> Callable[[str], object]:
    import faiss

    texts = [knowledge_base.store.source_text(document.id) for document in knowledge_base.store.documents()]
    pieces = [text[i : i + _PIECE_CHARS] for text in texts for i in range(0, len(text), _PIECE_CHARS)]
    index = faiss.IndexFlatIP(knowledge_base.embedder.dimension)
    # Random unit vectors: the search costs the same, and embedding the pieces would take many minutes.
    vectors = np.random.default_rng(0).standard_normal((len(pieces), index.d), dtype=np.float32)
    faiss.normalize_L2(vectors)
    index.add(vectors)

    def search(question: str) -> object:
        return index.search(knowledge_base.embedder.embed_queries([question]), _K)

    return search


def _time(stage: Callable[[str], object], question: str) -> float:
    start = time.perf_counter()
    stage(question)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
