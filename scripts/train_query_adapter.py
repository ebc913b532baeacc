"""Train the query adapter: question vector and cues to aspect, and say what it gains on wordings it has not seen.

    python scripts/train_query_adapter.py --out knowledge_base/data/query_adapter.safetensors

The table is of wordings held back (every fifth of an aspect); the weights written are then fitted to all of them.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from knowledge_base.aspects import AspectTable, aspect_table
from knowledge_base.embedder import Embedder, SentenceTransformerEmbedder
from knowledge_base.query_adapter import CUE_SCALE, MASK, QueryAdapter

_DRUG: Final = "{drug}"
_HELD_BACK_EVERY: Final = 5
_STEPS: Final = 400
_LEARNING_RATE: Final = 0.05
_DECAY: Final = 1e-5
"""Chosen among 1e-5, 3e-5 and 1e-4 on the wordings held back, by log loss, as was no label smoothing."""
_SEED: Final = 0


class Examples(NamedTuple):
    """Wordings as vectors (n, dimension), cues (n, aspects) and places of their aspects (n,)."""

    vectors: NDArray[np.float32]
    cues: NDArray[np.float32]
    aspects: NDArray[np.int64]

    def at(self, rows: NDArray[np.bool_]) -> Examples:
        """The examples of some rows."""
        return Examples(self.vectors[rows], self.cues[rows], self.aspects[rows])


def read_examples(table: AspectTable, embedder: Embedder) -> tuple[Examples, NDArray[np.bool_]]:
    """All wordings with a medicine masked, and which of them are held back."""
    wordings = tomllib.loads((files("eval") / "data" / "aspect_wordings.toml").read_text(encoding="utf-8"))
    rows = [
        (table.learned.index(name), wording, place % _HELD_BACK_EVERY == _HELD_BACK_EVERY - 1)
        for name, all_of_it in wordings.items()
        for place, wording in enumerate(all_of_it)
    ]
    texts = [wording.replace(_DRUG, MASK) for _, wording, _ in rows]
    fits = []
    for _, wording, _ in rows:
        start = wording.find(_DRUG)
        fits.append(table.fits(wording, [(start, start + len(_DRUG))] if start >= 0 else []))
    cues = np.array([[fit[name] for name in table.learned] for fit in fits], dtype=np.float32)
    aspects = np.array([aspect for aspect, _, _ in rows], dtype=np.int64)
    vectors = np.concatenate([embedder.embed_queries(texts[at : at + 64]) for at in range(0, len(texts), 64)])
    return Examples(vectors, cues, aspects), np.array([held for _, _, held in rows])


def fit(examples: Examples, names: tuple[str, ...]) -> QueryAdapter:
    """A softmax head by full-batch Adam on cross-entropy with weight decay."""
    torch.manual_seed(_SEED)
    inputs = torch.from_numpy(np.hstack([examples.vectors, CUE_SCALE * examples.cues]))
    wanted = torch.from_numpy(examples.aspects)
    weights = torch.zeros(inputs.shape[1], len(names), requires_grad=True)
    bias = torch.zeros(len(names), requires_grad=True)
    optimizer = torch.optim.Adam([weights, bias], lr=_LEARNING_RATE)
    for _ in range(_STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(inputs @ weights + bias, wanted)
        (loss + _DECAY * weights.square().sum()).backward()
        optimizer.step()
    return QueryAdapter(weights.detach().numpy(), bias.detach().numpy(), names)


def main() -> None:
    """Measure on wordings held back, then fit to all and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, required=True, help="file for the weights")
    out = parser.parse_args().out
    torch.set_num_threads(1)
    table, embedder = aspect_table(), SentenceTransformerEmbedder()
    examples, held = read_examples(table, embedder)
    tested = examples.at(held)
    no_cues = examples._replace(cues=np.zeros_like(examples.cues))
    lines = [f"{len(held)} wordings, {int(held.sum())} held back", "", "| what reads the aspect | first | in two |"]
    lines.append("|---|---|---|")
    lines.append(_row("cues alone", tested.cues - 1e-3 * np.arange(len(table.learned)), tested))
    for name, known in (("question vector", no_cues), ("question vector and cues", examples)):
        adapter = fit(known.at(~held), table.learned)
        lines.append(_row(name, _scores(adapter, known.at(held)), tested))
    fit(examples, table.learned).write(out, embedder)
    sys.stdout.write("\n".join(lines) + "\n")


def _scores(adapter: QueryAdapter, examples: Examples) -> NDArray[np.float32]:
    fits = [dict(zip(adapter.aspects, row.tolist(), strict=True)) for row in examples.cues]
    shares = [adapter.shares(vector, fit) for vector, fit in zip(examples.vectors, fits, strict=True)]
    return np.array([[one[name] for name in adapter.aspects] for one in shares], dtype=np.float32)


def _row(name: str, scores: NDArray[np.float32], examples: Examples) -> str:
    order = np.argsort(-scores, axis=1, kind="stable")
    hits = [float(np.mean((order[:, :depth] == examples.aspects[:, None]).any(axis=1))) for depth in (1, 2)]
    return f"| {name} | {hits[0]:.3f} | {hits[1]:.3f} |"


if __name__ == "__main__":
    main()
