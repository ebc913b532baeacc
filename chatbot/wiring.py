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
    from chatbot.accounts.users import Users
    from chatbot.guard.policy import Policy
    from chatbot.history.recorder import Recorder
    from chatbot.history.store import ConversationStore
    from chatbot.llm import OpenAIChatModel
    from chatbot.opened import OpenedAnswerer
    from chatbot.privacy.identifiers import FindsIdentifiers
    from knowledge_base.embedder import Embedder
    from knowledge_base.knowledge_base import KnowledgeBase
    from knowledge_base.passage_store import PassageStore
    from knowledge_base.reranker import Reranker
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


def load_reranker(settings: Settings) -> Reranker | None:
    """The reranker the settings name, if any; its weights load with the first question."""
    if settings.reranker is None:
        return None
    from knowledge_base.reranker import CrossEncoderReranker

    prepare_environment()
    return CrossEncoderReranker(settings.reranker)


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

    return HybridRetriever(open_kb(settings, named), load_reranker(settings))


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


def open_judge_model(settings: Settings) -> OpenAIChatModel | None:
    """The language model that judges answers of others, if the settings name one."""
    if settings.judge_base_url is None:
        return None
    named = {
        "llm_base_url": settings.judge_base_url,
        "llm_model": settings.judge_model,
        "llm_api_key": settings.judge_api_key,
    }
    return open_chat_model(settings.model_copy(update=named))


def open_answerer(settings: Settings, named: Path | None) -> OpenedAnswerer:
    """Everything between a question and its answer."""
    knowledge_base = open_kb(settings, named)
    from chatbot.opened import OpenedAnswerer

    return OpenedAnswerer(
        knowledge_base,
        open_chat_model(settings),
        country=settings.country,
        finder=open_finder(settings),
        reranker=load_reranker(settings),
        helplines=settings.helplines,
    )


def open_finder(settings: Settings) -> FindsIdentifiers:
    """What finds identifiers before a text goes to a model or the disk.

    Raises:
        MaskingError: the library of phone numbers is there and cannot start.
    """
    from chatbot.privacy import phones
    from chatbot.privacy.masker import JoinedFinder, NoFinder, RuleFinder

    if not settings.mask_identifiers:
        return NoFinder()
    return JoinedFinder([RuleFinder(), phones.PhoneFinder()]) if phones.is_installed() else RuleFinder()


def open_history(settings: Settings) -> ConversationStore:
    """The kept conversations; makes the file, and a key if there is none, the first time.

    Raises:
        HistoryError: the key is missing or wrong, or the file cannot be used.
    """
    from chatbot.history.errors import HistoryError
    from chatbot.history.store import ConversationStore, is_available
    from chatbot.history.store_key import find_key, make_key, system_keyring

    if not is_available():
        raise HistoryError("keeping conversations needs the extra `privacy`: pip install 'vademecum[privacy]'")
    keyring = system_keyring()
    key = find_key(settings.store_key, settings.key_path, keyring)
    if key is None:
        if settings.history_path.exists():
            raise HistoryError(
                f"{settings.history_path} needs its key: set VADEMECUM_STORE_KEY, "
                f"or put the key file back at {settings.key_path}"
            )
        key = make_key(settings.key_path, keyring)
    return ConversationStore(settings.history_path, key, retention_days=settings.store_retention_days or None)


def open_recorder(settings: Settings) -> Recorder | None:
    """What keeps conversations on request; None where the extra `privacy` is not installed."""
    from chatbot.history.recorder import Recorder
    from chatbot.history.store import is_available

    finder = open_finder(settings.model_copy(update={"mask_identifiers": settings.store_masked}))
    return Recorder(lambda: open_history(settings), finder) if is_available() else None


def open_users(settings: Settings) -> Users:
    """The users of this installation."""
    from chatbot.accounts.users import Users

    return Users(settings.users_path)


def open_policy(settings: Settings, host: str) -> Policy:
    """What is allowed at the door when listening on `host`.

    Raises:
        VademecumError: it would be open to others without accounts.
    """
    from chatbot.guard.policy import policy_for

    return policy_for(settings, host, has_users=bool(open_users(settings).all()))
