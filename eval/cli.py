"""`vademecum eval NAME`: run a benchmark and print its table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from knowledge_base.errors import VademecumError

_BENCHMARKS = ("questions",)
STARTER_QUESTIONS = Path(__file__).parent / "data" / "starter_questions.jsonl"


def evaluate(
    name: Annotated[str, typer.Argument(help="Benchmark; `questions` is a file of your own.")],
    data: Annotated[
        Path | None, typer.Option("--data", metavar="PATH", help="Its data; default: the questions on the starter set.")
    ] = None,
    kb_path: Annotated[Path | None, typer.Option("--kb", metavar="DIR", help="Knowledge base folder.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for the result as JSON.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions.")] = None,
) -> None:
    """Measure answers against questions with known outcome; the public benchmarks are not built yet."""
    import anyio

    from chatbot.settings import load_settings
    from chatbot.wiring import open_answerer
    from eval.questions import load_questions, run_questions
    from eval.report import to_table

    if name not in _BENCHMARKS:
        raise VademecumError(f"eval {name}: not built yet; there is: {', '.join(_BENCHMARKS)}")
    questions = load_questions(data or STARTER_QUESTIONS)[:limit]
    answerer = open_answerer(load_settings(), kb_path)
    result = anyio.run(run_questions, answerer, questions)
    typer.echo(to_table(result))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{name}.json").write_text(json.dumps(result.to_json(), indent=2, ensure_ascii=False), encoding="utf-8")
