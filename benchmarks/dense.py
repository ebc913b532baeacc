"""Kinds of FAISS index on a knowledge base's own vectors, and ours: recall against the exact search, size, time.

Vectors are those of `--kb`, repeated `--copies` times with a little noise; questions are those of `eval/data`.

    python -m benchmarks.dense --kb DIR [--copies N]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe_machine
from benchmarks.timing import in_turn
from chatbot.settings import load_settings
from chatbot.wiring import open_kb
from eval.question_files import load_items
from eval.questions import STARTER_QUESTIONS
from knowledge_base.dense_index import DenseIndex

_NOISE = 0.02
"""A component's standard deviation: a copy has a cosine near 0.93 to its original."""
_KINDS = (("Flat", ()), ("SQ8", ()), ("IVF1024,SQ8", (8, 32, 128)), ("HNSW32_SQ8", (64, 256)))
_DEPTHS = (10, 100, 200)
Found = Sequence[NDArray[np.int64]]
"""For each question the numbers of what was found, best first."""
Search = Callable[[NDArray[np.float32]], NDArray[np.int64]]


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kb", type=Path, required=True)
    parser.add_argument("--copies", type=int, default=1)
    arguments = parser.parse_args()
    knowledge_base = open_kb(load_settings(), arguments.kb)
    vectors = knowledge_base.dense.vectors(knowledge_base.dense.numbers)
    rng = np.random.default_rng(0)
    if arguments.copies > 1:
        vectors = np.repeat(vectors, arguments.copies, axis=0)
        vectors += np.float32(_NOISE) * rng.standard_normal(vectors.shape, dtype=np.float32)
        faiss.normalize_L2(vectors)
    questions = knowledge_base.embedder.embed_queries([one.question for one in load_items(STARTER_QUESTIONS)])
    exact = np.argsort(-(questions @ vectors.T), axis=1)[:, : max(_DEPTHS)]
    print(f"{describe_machine()}; {len(vectors)} vectors, {len(questions)} questions, one thread")
    print(f"| index | {' | '.join(f'recall@{depth}' for depth in _DEPTHS)} | MiB | built in s | median ms | best ms |")
    print("|---|---|---|---|---|---|---|---|")
    faiss.omp_set_num_threads(1)
    for name, max_exact, width in (("ours, kept as float32", len(vectors), 4), ("ours, kept in bytes", 0, 1)):
        start = time.perf_counter()
        ours = DenseIndex.build(np.arange(len(vectors)), vectors, max_exact=max_exact)
        ours.search(questions[0], 1)
        _print_row(
            name,
            exact,
            *in_turn(_searched_by_ours(ours), questions),
            vectors.size * width / 2**20,
            time.perf_counter() - start,
        )
    for kind, efforts in _KINDS:
        start = time.perf_counter()
        index = faiss.index_factory(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        index.train(vectors)
        index.add(vectors)
        built = time.perf_counter() - start
        size = len(faiss.serialize_index(index)) / 2**20
        for effort in efforts or (None,):
            name = kind if effort is None else f"{kind}, {_set_effort(index, effort)}"
            _print_row(name, exact, *in_turn(_searched_by_faiss(index), questions), size, built)


def _print_row(
    name: str, exact: NDArray[np.int64], found: Found, times: list[float], size: float, built: float
) -> None:
    recalls = " | ".join(f"{_recall(exact, found, depth):.3f}" for depth in _DEPTHS)
    print(f"| {name} | {recalls} | {size:.0f} | {built:.1f} | {np.median(times):.2f} | {min(times):.2f} |", flush=True)


def _searched_by_ours(index: DenseIndex) -> Search:
    return lambda question: index.search(question, max(_DEPTHS)).numbers


def _searched_by_faiss(index: Any) -> Search:  # noqa: ANN401 - faiss has no types
    return lambda question: index.search(question.reshape(1, -1), max(_DEPTHS))[1][0]


def _set_effort(index: Any, effort: int) -> str:  # noqa: ANN401 - faiss has no types
    name = "nprobe" if hasattr(index, "nprobe") else "efSearch"
    faiss.ParameterSpace().set_index_parameter(index, name, effort)
    return f"{name} {effort}"


def _recall(exact: NDArray[np.int64], found: Found, depth: int) -> float:
    hits = [len(set(one[:depth]) & set(other[:depth])) for one, other in zip(exact, found, strict=True)]
    return float(np.mean(hits)) / depth


if __name__ == "__main__":
    main()
