"""`vademecum fetch`: download labels from the public services into a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from chatbot.commands.options import note
from ingest.downloads.types import Download
from knowledge_base.errors import IngestError, VademecumError

if TYPE_CHECKING:
    from ingest.downloads.client import Client

Plan = Callable[[], Sequence[Download]]

app = typer.Typer(
    help="Download labels; ingest the folder afterwards. Only the names given here are sent.", no_args_is_help=True
)
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the downloaded files.")]
NamesOption = Annotated[
    Path | None, typer.Option("--names", metavar="FILE", help="A text file of names or set ids, one a line.")
]
LimitOption = Annotated[int, typer.Option(min=1, help="Labels for each name.")]
UpdateOption = Annotated[bool, typer.Option("--update", help="Ask for newer versions of what is there.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be downloaded, and download nothing.")]


@app.command("openfda")
def openfda(
    drugs: Annotated[list[str] | None, typer.Argument(metavar="DRUG...", help="Generic names.")] = None,
    names: NamesOption = None,
    classes: Annotated[
        list[str] | None,
        typer.Option("--class", metavar="NAME", help="Pharmacologic class, such as 'Beta-Adrenergic Blocker'."),
    ] = None,
    bulk: Annotated[bool, typer.Option("--bulk", help="Every label, as the zip files of the newest export.")] = False,
    out: OutOption = Path("labels"),
    limit: LimitOption = 5,
    update: UpdateOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Labels by generic name, by class, or all of them, from the openFDA service."""
    from chatbot.settings import load_settings
    from ingest.downloads import openfda as service
    from ingest.downloads.client import Client
    from ingest.downloads.pace import Pace

    settings = load_settings()
    key = settings.openfda_api_key.get_secret_value() if settings.openfda_api_key else None
    asked = [*(drugs or ()), *_listed_in(names)]
    _refuse_nothing(bool(asked or classes or bulk), "a drug, --names, --class or --bulk")
    pace = Pace(service.REQUESTS_PER_MINUTE)
    with Client(settings.openfda_url, site=service.SITE, pace=pace, key=key) as client:
        plans: list[Plan] = [partial(service.labels_by_name, client, drug, limit) for drug in asked]
        plans += [partial(service.labels_by_class, client, name, limit) for name in classes or ()]
        plans += [partial(service.all_labels, client)] if bulk else []
        _fetch(client, plans, out, update=update, dry_run=dry_run)


@app.command("dailymed")
def dailymed(
    labels: Annotated[list[str] | None, typer.Argument(metavar="SET_ID|NAME...", help="Set ids, or names.")] = None,
    names: NamesOption = None,
    release: Annotated[
        list[str] | None,
        typer.Option("--release", metavar="KIND", help="A full release: rx, otc, homeopathic, animal or remainder."),
    ] = None,
    out: OutOption = Path("labels"),
    limit: LimitOption = 5,
    update: UpdateOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Labels by set id or name, or whole releases, from DailyMed, as zip files."""
    from chatbot.settings import load_settings
    from ingest.downloads import dailymed as service
    from ingest.downloads.client import Client
    from ingest.downloads.pace import Pace

    asked = [*(labels or ()), *_listed_in(names)]
    _refuse_nothing(bool(asked or release), "a set id, a name, --names or --release")
    kinds = [kind for kind in get_args(service.Release) if kind in (release or ())]
    for kind in release or ():
        if kind not in kinds:
            raise VademecumError(f"--release {kind}: there is {', '.join(get_args(service.Release))}")

    def plan(text: str) -> list[Download]:
        if service.is_set_id(text):
            return [service.label_by_set_id(client, text, ask_version=update)]
        return service.labels_by_name(client, text, limit)

    with Client(load_settings().dailymed_url, site=service.SITE, pace=Pace(service.REQUESTS_PER_MINUTE)) as client:
        plans: list[Plan] = [partial(plan, text) for text in asked]
        plans += [partial(service.full_release, client, kinds)] if kinds else []
        _fetch(client, plans, out, update=update, dry_run=dry_run)


def _fetch(client: Client, plans: Sequence[Plan], out: Path, *, update: bool, dry_run: bool) -> None:
    """Carry out the plans; a name that nothing is found for does not stop the others."""
    from chatbot.progress import ProgressBar
    from ingest.downloads.fetching import fetch_all

    try:
        downloads, n_failed = _planned(plans)
        if dry_run:
            for one in downloads:
                size = f"{one.size / 2**20:,.0f} MiB" if one.size else "size not known"
                typer.echo(f"{one.name}\t{size}\t{one.url}")
        else:
            with ProgressBar() as progress:
                report = fetch_all(client, downloads, out, update=update, progress=progress)
            for name in report.fetched:
                typer.echo(out / name)
            for name in report.kept:
                note(f"{out / name} is there already{'' if update else ' (--update asks for a newer one)'}")
            for name, reason in report.failed:
                note(f"{name}: {reason}")
            n_failed += len(report.failed)
            if report.fetched or report.kept:
                note(f"next: vademecum ingest {out}")
    except KeyboardInterrupt as error:
        raise IngestError(f"stopped; what came is kept in {out}, and the same command continues") from error
    if n_failed:
        raise IngestError(f"{n_failed} could not be had; the same command tries again")


def _planned(plans: Sequence[Plan]) -> tuple[list[Download], int]:
    found: dict[str, Download] = {}
    n_failed = 0
    for plan in plans:
        try:
            found |= {one.name: one for one in plan()}
        except IngestError as error:
            n_failed += 1
            note(str(error))
    return list(found.values()), n_failed


def _listed_in(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise IngestError(f"--names {path} cannot be read as text ({error})") from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _refuse_nothing(is_something: bool, wanted: str) -> None:
    if not is_something:
        raise VademecumError(f"nothing to fetch: name {wanted}")
