"""`vademecum users`: who may use the chat and the API beyond this machine."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from chatbot.commands.options import JsonOption, note, print_json
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    from chatbot.accounts.users import Users

app = typer.Typer(help="Who may use the chat and the API beyond this machine.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Lower-case letters, digits and . _ @ -")]
StdinOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")]


@app.command("add")
def add(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="patient, clinician (both readers) or admin.")] = "patient",
    from_stdin: StdinOption = False,
) -> None:
    """Add a user; the password is asked for."""
    _users().add(name, role, _password(from_stdin))
    typer.echo(f"added {name} ({role})")


@app.command("list")
def list_users(as_json: JsonOption = False) -> None:
    """Every user with role, and whether they have an API token."""
    users = _users().all()
    if as_json:
        print_json([{key: value for key, value in asdict(user).items() if key != "stamp"} for user in users])
        return
    for user in users:
        typer.echo(f"{user.name}\t{user.role}\t{'token' if user.has_token else '-'}")
    if not users:
        note("no users yet; add one with: vademecum users add NAME --role clinician")


@app.command("remove")
def remove(name: NameArgument) -> None:
    """Take a user out; what they are signed in to ends at once."""
    _users().remove(name)
    typer.echo(f"removed {name}")


@app.command("passwd")
def passwd(name: NameArgument, from_stdin: StdinOption = False) -> None:
    """Change a user's password; sessions opened with the old one end."""
    _users().set_password(name, _password(from_stdin))
    typer.echo(f"changed the password of {name}")


@app.command("token")
def token(
    name: NameArgument,
    revoke: Annotated[bool, typer.Option("--revoke", help="Make the user's token useless instead.")] = False,
) -> None:
    """Print a new API token for `serve`, this once; the user's old one no longer counts."""
    if revoke:
        _users().revoke_token(name)
        typer.echo(f"revoked the token of {name}")
        return
    typer.echo(_users().new_token(name))
    note("send it as: Authorization: Bearer TOKEN. It is stored hashed and cannot be shown again.")


def _users() -> Users:
    from chatbot.settings import load_settings
    from chatbot.wiring import open_users

    return open_users(load_settings())


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise VademecumError("no terminal to ask for the password; give it on stdin with --password-stdin")
    return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))
