"""`vademecum fetch`: download labels from the public services into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chatbot.commands.options import note

app = typer.Typer(help="Download labels; ingest the folder afterwards.", no_args_is_help=True)
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the downloaded files.")]


@app.command("openfda")
def openfda(
    drugs: Annotated[list[str], typer.Argument(metavar="DRUG...", help="Generic names.")],
    out: OutOption = Path("labels"),
    limit: Annotated[int, typer.Option(min=1, max=100, help="Labels for each drug.")] = 5,
) -> None:
    """Labels by generic name from the openFDA service. Only the names given here are sent."""
    from chatbot.settings import load_settings
    from ingest.fetch import fetch_openfda

    base_url = load_settings().openfda_url
    for drug in drugs:
        path = fetch_openfda(drug, limit=limit, out=out, base_url=base_url)
        typer.echo(path)
    note(f"next: vademecum ingest {out}")


@app.command("dailymed")
def dailymed(
    set_ids: Annotated[list[str], typer.Argument(metavar="SET_ID...", help="DailyMed set ids.")],
    out: OutOption = Path("labels"),
) -> None:
    """Labels by set id from DailyMed, as zip files."""
    from chatbot.settings import load_settings
    from ingest.fetch import fetch_dailymed

    base_url = load_settings().dailymed_url
    for set_id in set_ids:
        typer.echo(fetch_dailymed(set_id, out=out, base_url=base_url))
    note(f"next: vademecum ingest {out}")
