"""`vademecum doctor`: what works on this machine and what does not, in one line each."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import typer

from chatbot.commands.options import JsonOption, KbOption, print_json
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    from chatbot.settings import Settings
    from knowledge_base.embedder import Embedder


_PROBE = "Mrs. Okafor asks about ibuprofen."


class Finding(NamedTuple):
    """One checked part; `ok` None means the part is optional and absent."""

    part: str
    ok: bool | None
    detail: str


def doctor(kb_path: KbOption = None, as_json: JsonOption = False) -> None:
    """Say what works on this machine and what does not."""
    findings = list(_examine(kb_path))
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            mark = {True: "ok  ", False: "FAIL", None: "-   "}[finding.ok]
            typer.echo(f"{mark} {finding.part:16} {finding.detail}")
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)


def _examine(kb_path: KbOption) -> Iterator[Finding]:
    from chatbot.model_server.own_server import with_own_server
    from chatbot.outgoing import outgoing
    from chatbot.settings import load_settings
    from chatbot.wiring import load_embedder

    settings = with_own_server(load_settings())
    yield Finding("python", sys.version_info >= (3, 11), sys.version.split()[0])
    yield _try("settings", lambda: str(settings.home))
    yield _try("sqlite fts5", _fts5)
    yield _try("faiss", _faiss)
    yield _try("embedder", lambda: _embedder(load_embedder(settings)))
    path = kb_path or settings.kb_path
    from knowledge_base.knowledge_base import KnowledgeBase

    if KnowledgeBase.exists(path):
        yield _try("knowledge base", lambda: _knowledge_base(path))
    else:
        yield Finding("knowledge base", None, f"none in {path}; the starter one is built at first use")
    yield _language_model(settings)
    yield _masking(settings)
    yield _history(settings)
    yield _try_optional("gpu", _gpu)
    yield _try("accounts", lambda: _accounts(settings))
    for way in outgoing(settings, os.environ):
        yield Finding("goes out" if way.now else "stays here", None, f"{way.setting}: {way.detail}")


def _try(part: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(part, True, check())
    except Exception as error:  # noqa: BLE001, RUF100 - a check-up reports whatever is wrong
        return Finding(part, False, f"{type(error).__name__}: {error}".splitlines()[0])


def _try_optional(part: str, check: Callable[[], str | None]) -> Finding:
    detail = check()
    return Finding(part, True if detail else None, detail or "none found; the embedder runs on the CPU")


def _fts5() -> str:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
    return sqlite3.sqlite_version


def _faiss() -> str:
    import faiss

    return str(faiss.__version__)


def _embedder(embedder: Embedder) -> str:
    n, dimension = embedder.embed_queries(["headache"]).shape
    return f"{embedder.name}, {n} x {dimension}"


def _knowledge_base(path: KbOption) -> str:
    from knowledge_base.manifest import IndexManifest

    if path is None:
        return "none"
    manifest = IndexManifest.load(path)
    return f"{manifest.n_documents} documents, {manifest.n_passages} passages in {path}"


def _language_model(settings: Settings) -> Finding:
    from chatbot.commands.model import served_models

    address = settings.llm_base_url or settings.llm_local_model
    if address is None:
        return Finding("language model", None, "none: answers are quotes (`model start`, VADEMECUM_LLM_BASE_URL)")
    return _try("language model", lambda: f"{address} serves {', '.join(served_models(settings))}")


def _masking(settings: Settings) -> Finding:
    from chatbot.privacy import phones
    from chatbot.wiring import open_finder

    if not settings.mask_identifiers:
        return Finding("masking", None, "off: a language model sees names as typed (VADEMECUM_MASK_IDENTIFIERS)")
    more = "with the world's phone numbers" if phones.is_installed() else "rules alone; extra `privacy` not installed"

    def masks() -> str:
        if [one.kind for one in open_finder(settings).find(_PROBE)] != ["PERSON"]:
            raise VademecumError("a name in a test sentence was not found")
        return f"on before any language model and before the disk, {more}"

    return _try("masking", masks)


def _history(settings: Settings) -> Finding:
    from chatbot.history.store import is_available
    from chatbot.wiring import open_history

    if not is_available():
        return Finding("kept chats", None, "cannot be kept; extra `privacy` not installed")
    if not settings.history_path.exists():
        return Finding("kept chats", None, "none; a chat is kept once `Keep this chat` is switched on")
    return _try("kept chats", lambda: f"encrypted in {open_history(settings).path}")


def _accounts(settings: Settings) -> str:
    from chatbot.wiring import open_policy, open_users

    policy = open_policy(settings, settings.host)
    if not policy.accounts:
        return f"none: {settings.host} is for the person at this machine (vademecum users add)"
    proxy = f", named by a proxy in {policy.auth_header}" if policy.auth_header else ""
    return f"{len(open_users(settings).all())} users{proxy}; audit log {policy.audit_log}"


def _gpu() -> str | None:
    return shutil.which("nvidia-smi")
