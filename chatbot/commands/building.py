"""`vademecum ingest` and `vademecum kb`: put documents in, see what is there, check it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from chatbot.commands import comparing
from chatbot.commands.options import JsonOption, KbOption, note, print_json

_MB: Final = 1_000_000
kb = typer.Typer(help="What is in the knowledge base.", no_args_is_help=True)
kb.command("history")(comparing.history)
kb.command("diff")(comparing.diff)
kb.command("doses")(comparing.doses)


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, folders or archives.")],
    kb_path: KbOption = None,
    as_json: JsonOption = False,
    ray: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Read and embed on a Ray cluster, as host:port or auto.")
    ] = None,
) -> None:
    """Add labels and guidelines: files, folders, zip and tar archives."""
    from chatbot.progress import ProgressBar
    from chatbot.settings import load_settings
    from chatbot.wiring import load_embedder
    from ingest.pipeline import ingest_paths

    settings = load_settings()
    where, embedder = kb_path or settings.kb_path, load_embedder(settings)
    with ProgressBar() as progress:
        if ray is None:
            report = ingest_paths(paths, where, embedder, progress)
        else:
            from ingest.distributed import RayReading

            report = ingest_paths(paths, where, embedder, progress, reading=partial(RayReading, address=ray))
    if as_json:
        print_json(report.to_json())
    else:
        typer.echo(report.summary())
    if report.documents == 0 and report.unchanged == 0:
        raise typer.Exit(1)


@kb.command("info")
def info(kb_path: KbOption = None, as_json: JsonOption = False) -> None:
    """Counts, embedder and version of the knowledge base."""
    from chatbot.settings import load_settings
    from chatbot.wiring import locate_kb
    from knowledge_base.manifest import IndexManifest

    path = locate_kb(load_settings(), kb_path)
    manifest = IndexManifest.load(path)
    if as_json:
        print_json({"path": str(path), **manifest.to_json()})
        return
    for name, value in {"path": path, **manifest.to_json()}.items():
        typer.echo(f"{name:15} {value}")


@kb.command("list")
def list_documents(kb_path: KbOption = None, as_json: JsonOption = False) -> None:
    """Every document: id, kind, date and title."""
    from dataclasses import asdict

    from chatbot.settings import load_settings
    from chatbot.wiring import open_store

    documents = open_store(load_settings(), kb_path).documents()
    if as_json:
        print_json([asdict(document) for document in documents])
        return
    for document in documents:
        typer.echo(f"{document.id}\t{document.kind}\t{document.effective_date or '-'}\t{document.title}")


@kb.command("remove")
def remove(
    document_ids: Annotated[list[str], typer.Argument(metavar="DOCUMENT_ID...", help="Ids as `kb list` shows them.")],
    kb_path: KbOption = None,
) -> None:
    """Take documents out; with a label's newest version its older ones go too."""
    from chatbot.progress import ProgressBar
    from chatbot.settings import load_settings
    from chatbot.wiring import load_embedder, locate_kb
    from knowledge_base.builder import KnowledgeBaseBuilder

    settings = load_settings()
    path = locate_kb(settings, kb_path)
    with ProgressBar() as progress, KnowledgeBaseBuilder(path, load_embedder(settings)) as builder:
        n_older = builder.remove_documents(document_ids)
        builder.publish(progress)
    also = f" and {_counted(n_older, 'older version')}" if n_older else ""
    typer.echo(f"removed {_counted(len(document_ids), 'document')}{also}")


@kb.command("compact")
def compact(
    kb_path: KbOption = None,
    history: Annotated[bool, typer.Option("--history", help="Delete older versions of labels for good.")] = False,
) -> None:
    """Drop vectors that nothing needs, older versions if asked, and give the space back to the disk."""
    from chatbot.settings import load_settings
    from chatbot.wiring import load_embedder, locate_kb
    from knowledge_base.builder import KnowledgeBaseBuilder

    settings = load_settings()
    path = locate_kb(settings, kb_path)
    before = _folder_bytes(path)
    with KnowledgeBaseBuilder(path, load_embedder(settings)) as builder:
        done = builder.compact(history=history)
    dropped = f"{_counted(done.n_vectors, 'unused vector')}, {_counted(done.n_versions, 'older version')}"
    typer.echo(f"dropped {dropped}; gave back {(before - _folder_bytes(path)) / _MB:.1f} MB of {before / _MB:.1f} MB")


@kb.command("verify")
def verify(kb_path: KbOption = None, as_json: JsonOption = False) -> None:
    """Check that every passage stands in its source to the character and the index fits; exit 1 if not."""
    from chatbot.settings import load_settings
    from chatbot.wiring import load_embedder, locate_kb
    from knowledge_base.verify import verify as find_problems

    settings = load_settings()
    path = locate_kb(settings, kb_path)
    problems = find_problems(path, load_embedder(settings))
    if as_json:
        print_json({"path": str(path), "clean": not problems, "problems": problems})
    elif problems:
        for problem in problems:
            typer.echo(problem)
    else:
        typer.echo(f"{path}: clean")
    if problems:
        note(f"{len(problems)} problem{'s' if len(problems) != 1 else ''}; ingest the sources again to mend")
        raise typer.Exit(1)


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _folder_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir() if file.is_file())
