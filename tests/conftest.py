"""What every test may ask for: the shared public data, embedders, documents made by hand, bad model servers."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from knowledge_base.types import DocumentInfo, DrugName, Kind, Passage, Section, SourceDocument

if TYPE_CHECKING:
    from knowledge_base.embedder import Progress, SentenceTransformerEmbedder

_SHARED_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public labels and guidelines beside the checkout; without it the test is skipped."""
    if not _SHARED_DATA.is_dir():
        pytest.skip(f"no public data in {_SHARED_DATA}: this test reads real labels from there")
    return _SHARED_DATA


@pytest.fixture(scope="session")
def embedder() -> SentenceTransformerEmbedder:
    """The packaged MiniLM, loaded once for the whole run."""
    from knowledge_base.embedder import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder()


class WordEmbedder:
    """A real, if simple, embedder: words are tokens, and a vector counts hashed words."""

    name = "words"
    revision = "1"
    dimension = 32

    def __init__(self, max_tokens: int = 64) -> None:
        self.max_tokens = max_tokens
        self.n_embedded = 0

    def embed_queries(self, texts: Sequence[str]):
        import numpy as np

        vectors = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for start, end in self.token_offsets(text.lower()):
                row[hashlib.sha256(text[start:end].lower().encode()).digest()[0] % self.dimension] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embed_question(self, text: str):
        return self.embed_queries([text])[0]

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None):
        self.n_embedded += len(texts)
        return self.embed_queries(texts)

    def count_tokens(self, text: str) -> int:
        return 2 + len(self.token_offsets(text))

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]


@pytest.fixture
def word_embedder() -> WordEmbedder:
    """An embedder without a model, quick enough for hundreds of examples."""
    return WordEmbedder()


DocumentMaker = Callable[..., tuple[SourceDocument, list[Passage]]]


@pytest.fixture(scope="session")
def make_document() -> DocumentMaker:
    """A function `(document_id, {title: text, ...}, **header) -> (document, its passages)`, a passage a section."""

    def make(
        document_id: str,
        sections: dict[str, str],
        *,
        codes: dict[str, str] | None = None,
        kind: Kind = "label",
        ingredients: tuple[str, ...] = ("ibuprofen",),
        names: tuple[DrugName, ...] | None = None,
        title: str = "Ibuprofen tablets",
        source_path: str = "/labels/ibuprofen.md",
        effective_date: str | None = None,
        set_id: str | None = None,
        version: str | None = None,
    ) -> tuple[SourceDocument, list[Passage]]:
        info = DocumentInfo(
            id=document_id,
            source_path=source_path,
            format="markdown",
            kind=kind,
            title=title,
            sha256="0" * 64,
            ingredients=ingredients,
            effective_date=effective_date,
            set_id=set_id,
            version=version,
        )
        text, made, passages = "", [], []
        for heading, body in sections.items():
            text += f"{heading}\n"
            section = Section(
                code=(codes or {}).get(heading),
                title=heading,
                path=(heading,),
                start=len(text),
                end=len(text) + len(body),
            )
            text += f"{body}\n\n"
            made.append(section)
            passages.append(
                Passage(
                    id=f"{document_id}#{section.code or '-'}:{section.start}-{section.end}",
                    number=-1,
                    document=info,
                    kind=kind,
                    section_code=section.code,
                    section_title=heading,
                    section_path=(heading,),
                    start=section.start,
                    end=section.end,
                    text=body,
                )
            )
        if names is None:
            names = tuple(DrugName(name=name, relation="ingredient", ingredients=(name,)) for name in ingredients)
        return SourceDocument(info=info, text=text, sections=tuple(made), names=names), passages

    return make


@pytest.fixture(scope="session")
def fakes() -> ModuleType:
    """The module `browser/fake_answers.py`: made-up documents, and an answerer with every kind of outcome."""
    spec = importlib.util.spec_from_file_location("fake_answers", Path(__file__).parent / "browser" / "fake_answers.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def model_process() -> Iterator[Callable[..., str]]:
    """A function that starts `model_process.py` and gives its address; its arguments are described there."""
    program = Path(__file__).with_name("model_process.py")
    with ExitStack() as running:

        def start(*arguments: str) -> str:
            process = subprocess.Popen([sys.executable, program, *arguments], stdout=subprocess.PIPE, text=True)
            running.callback(process.wait)
            running.callback(process.kill)
            assert process.stdout is not None
            return f"http://127.0.0.1:{int(process.stdout.readline())}/v1"

        yield start
