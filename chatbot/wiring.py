"""From settings to ready objects: the one place that picks implementations.

Knows where the knowledge base is, builds the starter one when there is none at the default place,
and keeps every library from calling home.
"""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from chatbot.settings import Settings
from knowledge_base.errors import KnowledgeBaseError

if TYPE_CHECKING:
    from chatbot.llm import OpenAIChatModel
    from chatbot.opened import OpenedAnswerer
    from knowledge_base.embedder import Embedder
    from knowledge_base.knowledge_base import KnowledgeBase
    from knowledge_base.passage_store import PassageStore
    from knowledge_base.retriever import HybridRetriever

_QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "TOKENIZERS_PARALLELISM": "false",
}


def prepare_environment() -> None:
    """Switch off what libraries send out of the machine; `load_embedder` does it before any of them is imported.

    The model hub stays offline unless the user says `HF_HUB_OFFLINE=0` for a model of their own.
    """
    os.environ.update(_QUIET)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


def load_embedder(settings: Settings) -> Embedder:
    """The embedder the settings name; its weights load with the first text."""
    from knowledge_base.embedder import SentenceTransformerEmbedder

    prepare_environment()
    return SentenceTransformerEmbedder(settings.embedder)


def locate_kb(settings: Settings, named: Path | None) -> Path:
    """The knowledge base to use, building the starter one if none is at the default place.

    Raises:
        KnowledgeBaseError: `--kb` names a folder that holds none.
    """
    from knowledge_base.knowledge_base import KnowledgeBase

    path = named or settings.kb_path
    if KnowledgeBase.exists(path):
        return path
    if named is not None:
        raise KnowledgeBaseError(f"no knowledge base in {named}; make one with: vademecum ingest PATH --kb {named}")
    build_starter(settings, path)
    return path


def build_starter(settings: Settings, path: Path) -> None:
    """Ingest the monographs and guideline digests that come with the package into `path`."""
    from chatbot.progress import ProgressBar
    from ingest.pipeline import ingest_paths

    typer.echo(f"no knowledge base yet: building the starter one in {path}", err=True)
    starter = Path(str(files("knowledge_base") / "data" / "starter"))
    with ProgressBar() as progress:
        report = ingest_paths([starter], path, load_embedder(settings), progress)
    typer.echo(f"starter knowledge base: {report.documents} documents, {report.passages} passages", err=True)


def open_store(settings: Settings, named: Path | None) -> PassageStore:
    """The stored documents alone, without the embedder."""
    from knowledge_base.manifest import IndexManifest
    from knowledge_base.passage_store import PassageStore

    path = locate_kb(settings, named)
    return PassageStore(path, generation=IndexManifest.load(path).generation)


def open_kb(settings: Settings, named: Path | None) -> KnowledgeBase:
    """The knowledge base, opened with the embedder of the settings."""
    from knowledge_base.knowledge_base import KnowledgeBase

    return KnowledgeBase.open(locate_kb(settings, named), load_embedder(settings))


def open_retriever(settings: Settings, named: Path | None) -> HybridRetriever:
    """Search over the knowledge base."""
    from knowledge_base.retriever import HybridRetriever

    return HybridRetriever(open_kb(settings, named))


def open_chat_model(settings: Settings) -> OpenAIChatModel | None:
    """The language model at the address of the settings; None means answers are quotes."""
    if settings.llm_base_url is None:
        return None
    from chatbot.llm import OpenAIChatModel

    return OpenAIChatModel(
        base_url=settings.llm_base_url,
        model=settings.llm_model,
        api_key=settings.llm_api_key.get_secret_value() if settings.llm_api_key else None,
        timeout_seconds=settings.llm_timeout_seconds,
    )


def open_answerer(settings: Settings, named: Path | None) -> OpenedAnswerer:
    """Everything between a question and its answer."""
    knowledge_base = open_kb(settings, named)
    from chatbot.opened import OpenedAnswerer

    return OpenedAnswerer(
        knowledge_base, open_chat_model(settings), country=settings.country, helplines=settings.helplines
    )
