"""`vademecum kb history`, `kb diff` and `kb doses`: versions of labels, and doses that sources print far apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chatbot.commands.options import JsonOption, KbOption, note, print_json
from knowledge_base.errors import KnowledgeBaseError

if TYPE_CHECKING:
    from knowledge_base.passage_store import PassageStore
    from knowledge_base.section_changes import Run, SectionChange
    from knowledge_base.types import DocumentInfo, Place

_CONTEXT_WORDS: Final = 8
"""Unchanged words shown on each side of a change."""
_MARKS: Final = {"added": ("{+", "+}", "green"), "removed": ("[-", "-]", "red")}
_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~"}
SetId = Annotated[str, typer.Argument(metavar="SETID", help="Set id of a label, as `kb list --json` shows it.")]
VersionOption = Annotated[str | None, typer.Option(metavar="VERSION", help="Its version or document id.")]


def history(
    set_id: Annotated[str | None, typer.Argument(metavar="[SETID]", help="Default: every label with history.")] = None,
    kb_path: KbOption = None,
    as_json: JsonOption = False,
) -> None:
    """The versions of a label that are kept, the searched one first."""
    store = _store(kb_path)
    set_ids = [set_id] if set_id else sorted({info.set_id for info in store.past() if info.set_id})
    versions = [info for one in set_ids for info in _versions(store, one)]
    if as_json:
        print_json([{**_version(info), "current": store.is_current(info.id)} for info in versions])
        return
    if not versions:
        note("no label has older versions here")
    for info in versions:
        state = "current" if store.is_current(info.id) else "history"
        typer.echo(f"{info.id}\t{state}\t{info.effective_date or '-'}\t{info.title}")


def diff(
    set_id: SetId,
    older: VersionOption = None,
    newer: VersionOption = None,
    kb_path: KbOption = None,
    as_json: JsonOption = False,
) -> None:
    """The sections that changed between two versions of a label; without names, the two newest."""
    from knowledge_base.section_changes import section_changes

    store = _store(kb_path)
    versions = _versions(store, set_id)
    if len(versions) < 2 and (older is None or newer is None):
        raise KnowledgeBaseError(
            f"only one version of {set_id} is kept ({versions[0].id}); there is nothing to compare"
        )
    after = _chosen(versions, newer) if newer else versions[0]
    before = _chosen(versions, older) if older else next(info for info in versions if info.id != after.id)
    changes = section_changes(store, before.id, after.id)
    if as_json:
        print_json(
            {
                "set_id": set_id,
                "older": _version(before),
                "newer": _version(after),
                "sections": [_change_json(change) for change in changes],
            }
        )
        return
    typer.echo(
        f"{before.id} ({before.effective_date or 'no date'}) -> {after.id} ({after.effective_date or 'no date'})"
    )
    for change in changes:
        typer.echo(f"\n{_SIGNS[change.state]} {' > '.join(change.section.path) or change.section.title}")
        typer.echo(_words(change.runs))
    counts = {state: sum(change.state == state for change in changes) for state in _SIGNS}
    typer.echo("\n" + ", ".join(f"{n} {state}" for state, n in counts.items()))


def doses(kb_path: KbOption = None, as_json: JsonOption = False) -> None:
    """Doses of one medicine that two sources print fifty-fold or further apart: one of them may be a misprint."""
    found = [one for some in _store(kb_path).comparison.dose_disagreements.values() for one in some]
    if as_json:
        print_json(
            [
                {
                    "drug": one.drug,
                    "population": one.population,
                    "here": _place_json(one.here),
                    "there": _place_json(one.there),
                    "fold": round(one.fold, 1),
                }
                for one in found
            ]
        )
        return
    pairs: dict[frozenset[str], str] = {}
    for one in found:
        here, there = _place(one.here), _place(one.there)
        line = f"{one.drug}, {one.population}: {here} against {there}, {one.fold:.0f}-fold"
        pairs.setdefault(frozenset((here, there)), line)
    typer.echo("\n".join(pairs.values()) or "no doses that are far apart")


def _store(kb_path: Path | None) -> PassageStore:
    from chatbot.settings import load_settings
    from chatbot.wiring import open_store

    return open_store(load_settings(), kb_path)


def _versions(store: PassageStore, set_id: str) -> list[DocumentInfo]:
    versions = store.versions(set_id)
    if not versions:
        raise KnowledgeBaseError(f"no label with set id {set_id} in {store.path}; see: vademecum kb list --json")
    return versions


def _chosen(versions: list[DocumentInfo], name: str) -> DocumentInfo:
    for info in versions:
        if name in {info.id, info.version}:
            return info
    raise KnowledgeBaseError(f"no version {name} here; kept are {', '.join(info.id for info in versions)}")


def _version(info: DocumentInfo) -> dict[str, Any]:
    return {
        "document_id": info.id,
        "set_id": info.set_id,
        "version": info.version,
        "effective_date": info.effective_date,
        "title": info.title,
    }


def _change_json(change: SectionChange) -> dict[str, Any]:
    section = change.section
    return {
        "state": change.state,
        "section_code": section.code,
        "section_title": section.title,
        "section_path": list(section.path),
        "words": [run._asdict() for run in change.runs],
    }


def _place_json(place: Place) -> dict[str, Any]:
    document = place.document
    return {
        "amount": place.written,
        "document_id": document.id,
        "source_path": document.source_path,
        "title": document.title,
        "page": place.page,
        "section_title": place.section_title,
        "passage_id": place.passage_id,
    }


def _place(place: Place) -> str:
    page = f", page {place.page}" if place.page is not None else ""
    return f"{place.written} in {place.document.title} ({Path(place.document.source_path).name}{page})"


def _words(runs: tuple[Run, ...]) -> str:
    """The changed words with some of those around them."""
    parts = []
    for place, run in enumerate(runs):
        if run.state == "same":
            parts.append(_shortened(run.text.split(), first=place == 0, last=place == len(runs) - 1))
        else:
            before, after, colour = _MARKS[run.state]
            parts.append(typer.style(f"{before}{run.text}{after}", fg=colour))
    return " ".join(part for part in parts if part)


def _shortened(words: list[str], *, first: bool, last: bool) -> str:
    head = [] if first else words[:_CONTEXT_WORDS]
    tail = [] if last else words[max(len(head), len(words) - _CONTEXT_WORDS) :]
    gap = ["…"] if len(head) + len(tail) < len(words) else []
    return " ".join([*head, *gap, *tail])
