"""Options and small printing helpers that several commands share."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

KbOption = Annotated[
    Path | None,
    typer.Option("--kb", metavar="DIR", help="Knowledge base folder (default: $VADEMECUM_HOME/kb)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """One JSON value on stdout, characters as they are."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_json_line(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """One JSON value on one line of stdout, flushed so that a reader sees it at once."""
    typer.echo(json.dumps(value, ensure_ascii=False))
    sys.stdout.flush()


def note(text: str) -> None:
    """A line for the person at the keyboard, on stderr."""
    typer.echo(text, err=True)
