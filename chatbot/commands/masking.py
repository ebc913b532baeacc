"""`vademecum mask`: a text with its identifiers replaced, or where they stand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chatbot.commands.options import JsonOption, note, print_json, print_json_line
from chatbot.json_lines import numbered_lines
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    from chatbot.privacy.identifiers import FindsIdentifiers


def mask(
    text: Annotated[str | None, typer.Argument(help="The text; without it, standard input is read.")] = None,
    as_json: JsonOption = False,
    batch: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="One JSON object a line with `id` and `text`.")
    ] = None,
) -> None:
    """Replace what may identify a person by placeholders like [PERSON_1].

    JSON: {"id", "text", "spans": [{"start", "end", "type"}]}. `text` is the masked text; `start` and `end` are
    offsets in characters into the text as given. Each text is masked by itself, nothing is stored and no network
    is used.
    """
    from chatbot.settings import load_settings
    from chatbot.wiring import open_finder

    if text is not None and batch is not None:
        raise VademecumError("give one TEXT, or --batch FILE.jsonl")
    # Who asks for masking by name gets it, whatever the settings say of questions.
    finder = open_finder(load_settings().model_copy(update={"mask_identifiers": True}))
    if batch is not None:
        requests = [_parse_request(line, where) for where, line in numbered_lines(batch, f"--batch {batch}")]
        if not requests:
            note(f"--batch {batch}: no texts in it")
        for request in requests:
            print_json_line({"id": request.get("id"), **_masked(finder, request["text"])})
        return
    masked = _masked(finder, _plain(text if text is not None else sys.stdin.read()))
    if as_json:
        print_json({"id": None, **masked})
    else:
        typer.echo(masked["text"], nl=not masked["text"].endswith("\n"))


def _masked(finder: FindsIdentifiers, text: str) -> dict[str, Any]:
    from chatbot.privacy.placeholders import Placeholders

    masked = Placeholders(finder).mask(text)
    spans = [{"start": one.start, "end": one.end, "type": one.kind} for one in masked.spans]
    return {"text": masked.text, "spans": spans}


def _plain(text: str) -> str:
    # What is no Unicode on the command line cannot be printed; one character takes the place of one, so offsets hold.
    return text.encode("utf-8", "replace").decode()


def _parse_request(line: str, where: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except ValueError as error:
        raise VademecumError(f"{where}: not JSON") from error
    if not isinstance(request, dict) or not isinstance(request.get("text"), str):
        raise VademecumError(f"{where}: needs an object with a text `text`, and an `id`")
    return {**request, "text": _plain(request["text"])}
