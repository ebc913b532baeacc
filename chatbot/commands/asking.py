"""`vademecum search` and `vademecum ask`: passages and answers on the command line."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chatbot.commands.options import JsonOption, KbOption, note, print_json, print_json_line
from chatbot.json_lines import numbered_lines
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    from chatbot.answering import Answerer
    from chatbot.facts import Facts
    from chatbot.types import Response, Turn


class AudienceChoice(enum.StrEnum):
    """Who reads the answer."""

    patient = "patient"
    clinician = "clinician"


def search(
    query: Annotated[str, typer.Argument(help="A question or key words.")],
    kb_path: KbOption = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 8,
    as_json: JsonOption = False,
) -> None:
    """Ranked passages for a question."""
    from chatbot.contract import passage_to_json
    from chatbot.settings import load_settings
    from chatbot.wiring import open_retriever
    from knowledge_base.types import Query

    retrieval = open_retriever(load_settings(), kb_path).search(Query(text=_question(query), k=k))
    if as_json:
        print_json([passage_to_json(scored) for scored in retrieval.passages])
        return
    for scored in retrieval.passages:
        passage = scored.passage
        typer.echo(f"{scored.rank}. {passage.document.title} > {' > '.join(passage.section_path)}")
        typer.echo(f"   {' '.join(passage.text.split())[:300]}")
        typer.echo(f"   {passage.id}\n")
    if not retrieval.passages:
        typer.echo(f"nothing found in {retrieval.n_documents_searched} documents")


def ask(
    question: Annotated[str | None, typer.Argument(help="A question in plain words.")] = None,
    kb_path: KbOption = None,
    as_json: JsonOption = False,
    audience: Annotated[AudienceChoice | None, typer.Option(help="Who reads the answer.")] = None,
    about_me: Annotated[
        str | None,
        typer.Option("--about-me", help='Facts that add rows: "pregnant; age 7; kidney; allergies: penicillin".'),
    ] = None,
    batch: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="One JSON object a line with `question`.")
    ] = None,
) -> None:
    """One answer; with --batch, one JSON result a line."""
    import anyio

    from chatbot.settings import load_settings
    from chatbot.wiring import open_answerer

    if (question is None) == (batch is None):
        raise VademecumError("give one QUESTION, or --batch FILE.jsonl")
    requests = _read_batch(batch) if batch is not None else [_request(question or "", about_me)]
    settings = load_settings()
    answerer = open_answerer(settings, kb_path)
    reader = audience.value if audience is not None else settings.audience

    async def run() -> None:
        for request in requests:
            response = await _answer(answerer, request, reader)
            _print(response, request, as_json=as_json, batch=batch is not None)

    anyio.run(run)


async def _answer(answerer: Answerer, request: dict[str, Any], audience: str) -> Response:
    return await answerer.answer(
        request["question"],
        history=_history(request),
        facts=request.get("facts"),
        audience="clinician" if audience == "clinician" else "patient",
    )


def _print(response: Response, request: dict[str, Any], *, as_json: bool, batch: bool) -> None:
    from chatbot.contract import to_json
    from chatbot.plain_text import to_plain_text

    if not (as_json or batch):
        typer.echo(to_plain_text(response))
        return
    value = to_json(response)
    if "id" in request:
        value["id"] = request["id"]
    (print_json_line if batch else print_json)(value)


def _request(question: str, about_me: str | None) -> dict[str, Any]:
    from chatbot.facts import read_facts

    return {"question": _question(question), "facts": read_facts(about_me) if about_me else None}


def _question(text: str) -> str:
    # What is no Unicode on the command line or in a file has no meaning to search for, and cannot be printed.
    stripped = text.encode("utf-8", "replace").decode().strip()
    if not stripped:
        raise VademecumError("the question is empty; write what you want to know")
    return stripped


def _history(request: dict[str, Any]) -> list[Turn]:
    from chatbot.types import Turn

    return [
        Turn(role=turn["role"], content=turn["content"].encode("utf-8", "replace").decode())
        for turn in request.get("history") or []
    ]


def _read_batch(path: Path) -> list[dict[str, Any]]:
    """Read and check the whole file before the first answer, so that a bad line costs nothing.

    Raises:
        VademecumError: the file or a line of it is not usable; names the line.
    """
    requests = [_parse_request(line, where) for where, line in numbered_lines(path, f"--batch {path}")]
    if not requests:
        note(f"--batch {path}: no questions in it")
    return requests


def _parse_request(line: str, where: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except ValueError as error:
        raise VademecumError(f"{where}: not JSON ({error})") from error
    if not isinstance(request, dict) or not isinstance(request.get("question"), str) or not request["question"].strip():
        raise VademecumError(f"{where}: needs an object with a non-empty text `question`")
    request["question"] = _question(request["question"])
    history = request.get("history") or []
    if not isinstance(history, list) or not all(_is_turn(turn) for turn in history):
        raise VademecumError(f'{where}: `history` must be a list of {{"role": "user"|"assistant", "content": text}}')
    if request.get("facts") is not None:
        request["facts"] = _facts(request["facts"], where)
    return request


def _facts(values: object, where: str) -> Facts:
    from chatbot.facts import facts_of

    if not isinstance(values, dict):
        raise VademecumError(f"{where}: `facts` must be an object")
    try:
        return facts_of(values)
    except VademecumError as error:
        raise VademecumError(f"{where}: {error}") from error


def _is_turn(turn: object) -> bool:
    return isinstance(turn, dict) and turn.get("role") in ("user", "assistant") and isinstance(turn.get("content"), str)
