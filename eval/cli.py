"""`vademecum eval NAME`: run a benchmark and print its table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from knowledge_base.errors import VademecumError

STARTER_QUESTIONS = Path(__file__).parent / "data" / "starter_questions.jsonl"


class _Result(NamedTuple):
    table: str
    json: dict[str, Any]


def evaluate(
    name: Annotated[
        str, typer.Argument(help="`questions`, a file of your own; `retrieval`, all public benchmarks of search.")
    ],
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="PATH", help="Its data; default: the questions on the starter set."),
    ] = None,
    kb_path: Annotated[Path | None, typer.Option("--kb", metavar="DIR", help="Knowledge base folder.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the result as JSON.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions.")] = None,
) -> None:
    """Measure search and answers against questions with known outcome."""
    runs = {"questions": _questions, "retrieval": _retrieval}
    if name not in runs:
        raise VademecumError(f"eval {name}: not built yet; there is: {', '.join(runs)}")
    result = runs[name](data, kb_path, limit)
    typer.echo(result.table)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{name}.json").write_text(json.dumps(result.json, indent=2, ensure_ascii=False), encoding="utf-8")


def _questions(data: Path | None, kb_path: Path | None, limit: int | None) -> _Result:
    import anyio

    from chatbot.settings import load_settings
    from chatbot.wiring import open_answerer
    from eval.questions import load_questions, run_questions
    from eval.report import to_table

    questions = load_questions(data or STARTER_QUESTIONS)[:limit]
    answerer = open_answerer(load_settings(), kb_path)
    result = anyio.run(run_questions, answerer, questions)
    return _Result(to_table(result), result.to_json())


def _retrieval(data: Path | None, kb_path: Path | None, limit: int | None) -> _Result:
    from chatbot.settings import load_settings
    from chatbot.wiring import load_reranker, open_kb
    from eval.retrieval import Setting, measure_retrieval, retrieval_table

    if data is None or not data.is_dir():
        raise VademecumError(f"eval retrieval: {data or 'no --data'} is no folder; name the folder of benchmarks")
    settings = load_settings()
    kb = open_kb(settings, kb_path)
    setting = Setting(data=data, kb=kb, cache=settings.home / "eval", reranker=load_reranker(settings), limit=limit)
    measures = measure_retrieval(setting)
    manifest = kb.manifest
    return _Result(
        f"index {kb.index_version}, {manifest.n_documents} documents, {manifest.n_passages} passages, "
        f"embedder {manifest.embedder}\n\n{retrieval_table(measures)}",
        {"index": manifest.to_json(), "limit": limit, "measures": [one.to_json() for one in measures]},
    )
