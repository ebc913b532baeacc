"""`vademecum history`: the conversations that were kept, encrypted, on this computer."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chatbot.commands.options import JsonOption, note, print_json
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    from chatbot.history.store import ConversationStore
    from chatbot.history.types import ConversationSummary

history = typer.Typer(help="Conversations kept on this computer, encrypted.", no_args_is_help=True)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="An id as `history list` shows it.")]


class ExportFormat(enum.StrEnum):
    """How conversations are written out."""

    json = "json"
    md = "md"


@history.command("list")
def list_conversations(as_json: JsonOption = False) -> None:
    """Every kept conversation, the latest first."""
    from chatbot.history.types import LOCAL_OWNER

    store = _open()
    _print(store.conversations(LOCAL_OWNER) if store else (), as_json=as_json)


@history.command("search")
def search(
    words: Annotated[str, typer.Argument(help="Words that all stand in it.")], as_json: JsonOption = False
) -> None:
    """The conversations in which all of the words stand."""
    from chatbot.history.types import LOCAL_OWNER

    store = _open()
    _print(store.search(LOCAL_OWNER, words) if store else (), as_json=as_json)


@history.command("show")
def show(conversation_id: IdArgument, as_json: JsonOption = False) -> None:
    """One conversation with its answers and their sources."""
    from chatbot.history.export import to_json, to_markdown
    from chatbot.history.types import LOCAL_OWNER

    conversation = _required().conversation(LOCAL_OWNER, conversation_id)
    if as_json:
        print_json(to_json(conversation))
    else:
        typer.echo(to_markdown([conversation]), nl=False)


@history.command("export")
def export(
    conversation_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Default: all of them.")
    ] = None,
    form: Annotated[ExportFormat, typer.Option("--format", help="JSON or Markdown.")] = ExportFormat.json,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Default: standard output.")] = None,
) -> None:
    """Write conversations out as they are kept. What is written out is not encrypted."""
    import json

    from chatbot.history.export import to_json, to_markdown
    from chatbot.history.types import LOCAL_OWNER

    store = _required()
    ids = conversation_ids or [one.id for one in store.conversations(LOCAL_OWNER)]
    conversations = [store.conversation(LOCAL_OWNER, one) for one in ids]
    if form is ExportFormat.md:
        text = to_markdown(conversations)
    else:
        text = json.dumps([to_json(one) for one in conversations], ensure_ascii=False, indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.touch(mode=0o600)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise VademecumError(f"--out {out}: cannot be written ({type(error).__name__})") from error
    note(f"{_counted(len(conversations))} written to {out}, not encrypted")


@history.command("delete")
def delete(conversation_ids: Annotated[list[str], typer.Argument(metavar="ID...")]) -> None:
    """Delete conversations for good."""
    from chatbot.history.types import LOCAL_OWNER

    store = _required()
    for one in conversation_ids:
        store.delete(LOCAL_OWNER, one)
    typer.echo(f"deleted {_counted(len(conversation_ids))}")


@history.command("wipe")
def wipe(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete every kept conversation for good."""
    from chatbot.history.types import LOCAL_OWNER

    store = _open()
    if store is None:
        typer.echo(f"deleted {_counted(0)}")
        return
    if not yes:
        typer.confirm(f"Delete {_counted(len(store.conversations(LOCAL_OWNER)))} for good?", abort=True, err=True)
    typer.echo(f"deleted {_counted(store.wipe(LOCAL_OWNER))}")


def _open() -> ConversationStore | None:
    """The store, or None where nothing was ever kept: looking makes no file and no key."""
    from chatbot.settings import load_settings
    from chatbot.wiring import open_history

    settings = load_settings()
    if not settings.history_path.exists():
        return None
    return open_history(settings)


def _required() -> ConversationStore:
    from chatbot.history.errors import HistoryError

    store = _open()
    if store is None:
        raise HistoryError("no conversation was kept yet; switch on `Keep this chat` in the browser chat")
    return store


def _print(summaries: tuple[ConversationSummary, ...], *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json([asdict(one) for one in summaries])
        return
    for one in summaries:
        typer.echo(f"{one.id}\t{one.updated_at}\t{one.n_messages // 2}\t{one.title}")


def _counted(n: int) -> str:
    return f"{n} conversation{'' if n == 1 else 's'}"
