"""The command line: `vademecum COMMAND`. Each command lives in `chatbot/commands/`.

Nothing heavy is imported here, so `--help` answers at once. Human text goes to stdout, progress and
errors to stderr; `--json` prints JSON only.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import entry_points

import typer

from chatbot.commands import accounts, asking, building, checking, fetching, keeping, listing, masking, serving
from knowledge_base.errors import VademecumError

_PLUGIN_GROUP = "vademecum.commands"


def build_app() -> typer.Typer:
    """Put the commands together; evaluation joins by entry point, as it sits in a layer above."""
    app = typer.Typer(
        name="vademecum",
        help="Answers about medicines and clinical guidelines in the label's own words, each sentence cited.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.command("ingest")(building.ingest)
    app.command("search")(asking.search)
    app.command("ask")(asking.ask)
    app.command("chat")(serving.chat)
    app.command("serve")(serving.serve)
    app.command("check")(listing.check)
    app.command("mask")(masking.mask)
    app.command("doctor")(checking.doctor)
    app.add_typer(building.kb, name="kb")
    app.add_typer(accounts.app, name="users")
    app.add_typer(fetching.app, name="fetch")
    app.add_typer(keeping.history, name="history")
    app.add_typer(serving.model, name="model")
    for plugin in entry_points(group=_PLUGIN_GROUP):
        loaded = plugin.load()
        if isinstance(loaded, typer.Typer):
            app.add_typer(loaded, name=plugin.name)
        else:
            app.command(plugin.name)(loaded)
    return app


def main() -> None:
    """Run the command; every problem the user can mend is one line on stderr and exit status 1."""
    try:
        build_app()()
    except VademecumError as error:
        typer.echo(f"vademecum: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("vademecum: stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone (`vademecum ... | head`); there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("VADEMECUM_DEBUG"):
            raise
        typer.echo(
            f"vademecum: unexpected {type(error).__name__} in {_place(error)}; "
            "run again with VADEMECUM_DEBUG=1 for the trace and report it",
            err=True,
        )
        sys.exit(1)


def _place(error: BaseException) -> str:
    """File and line where it happened: the message itself may hold what the person typed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace is not None else "?"


if __name__ == "__main__":
    main()
