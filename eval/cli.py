"""`vademecum eval`: list the benchmarks, run some, compare two runs, report one.

`vademecum eval NAME --data PATH` is short for `vademecum eval run NAME --data PATH`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from typer.core import TyperGroup

_RUN: Final = "run"
_STOPPED: Final = 130
"""The exit status of a program that SIGINT ended, as shells count."""


class _Suite(TyperGroup):
    """A first word that is no command is the name of a benchmark."""

    # The base class names a context of a private module of typer's.
    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """The words of the command line, with `run` put in where it is left out."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = [_RUN, *args]
        return super().parse_args(ctx, args)


evaluate = typer.Typer(
    cls=_Suite, help="Measure search and answers against questions with known outcome.", no_args_is_help=True
)

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")]


@evaluate.command("list")
def list_benchmarks() -> None:
    """The benchmarks there are."""
    from eval.registry import REGISTRY, TOGETHER

    for one in (*REGISTRY, *TOGETHER):
        typer.echo(f"{one.name:24} {', '.join(one.layers):32} {one.title}")


@evaluate.command(_RUN)
def run(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Benchmarks (`vademecum eval list`), or `all`.")
    ],
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="PATH", help="Folder of the benchmarks; for `questions`, a file of your own."),
    ] = None,
    kb_path: Annotated[Path | None, typer.Option("--kb", metavar="DIR", help="Knowledge base folder.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder of the run; the same folder goes on with it.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions of each benchmark.")] = None,
    parallel: Annotated[
        int | None, typer.Option(min=1, help="Questions asked at once; the cores, or 8 with a model.")
    ] = None,
    price_read: Annotated[float | None, typer.Option(min=0, help="Price of a million tokens read.")] = None,
    price_written: Annotated[float | None, typer.Option(min=0, help="Price of a million tokens written.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask again what other runs have asked.")] = False,
) -> None:
    """Run benchmarks, print their tables and write JSON, CSV, Markdown and an HTML report."""
    from eval.estimate import Prices
    from eval.session import Order, carry_out

    prices = Prices(price_read, price_written) if price_read is not None and price_written is not None else None
    order = Order(
        names=tuple(names),
        data=data,
        kb_path=kb_path,
        out=out,
        limit=limit,
        parallel=parallel,
        prices=prices,
        use_cache=not no_cache,
    )
    try:
        for table in carry_out(order):
            typer.echo(table)
    except KeyboardInterrupt:
        # All outputs are on disk; what works through a whole set aside ends at no word, and not well with the program.
        sys.stderr.write("vademecum: stopped\n")
        sys.stderr.flush()
        os._exit(_STOPPED)


@evaluate.command("report")
def report(
    run_folder: RunFolder,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.md", help="Also write the tables here.")] = None,
) -> None:
    """Write the reports of a finished run again, and print its tables."""
    from eval.markdown import to_markdown
    from eval.reports import write_reports
    from eval.results import read_results

    results = read_results(run_folder)
    write_reports(results, run_folder)
    if out is not None:
        out.write_text(to_markdown(results), encoding="utf-8")
    typer.echo(to_markdown(results))


@evaluate.command("compare")
def compare(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="Folder of a finished run.")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="Folder of another.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.html", help="Write the diff side by side.")] = None,
) -> None:
    """How much better RUN_B is than RUN_A on the same items, with p-values."""
    from eval.compare import compare_runs, comparison_table
    from eval.html_diff import to_html
    from eval.results import read_results

    rows = compare_runs(read_results(run_a), read_results(run_b))
    typer.echo(comparison_table(rows))
    if out is not None:
        out.write_text(to_html(rows, str(run_a), str(run_b)), encoding="utf-8")


@evaluate.command("export")
def export_run(
    run_folder: RunFolder,
    form: Annotated[str, typer.Option("--to", metavar="FORM", help="`trec` (runs and qrels) or `lm-eval`.")],
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Folder of the benchmarks.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.")],
) -> None:
    """Write a finished run in the format of another tool."""
    from eval.export import export

    for path in export(run_folder, form, data, out):
        typer.echo(path)


@evaluate.command("judge")
def judge(
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Folder of the benchmarks.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N claims of each set.")] = None,
    parallel: Annotated[int, typer.Option(min=1, help="Claims at once.")] = 8,
) -> None:
    """Hold the model judge of the settings against people; without that it shows no score."""
    from eval.judging import measure_judge

    for line in measure_judge(data, limit, parallel):
        typer.echo(line)
