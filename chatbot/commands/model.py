"""`vademecum model`: start, check and stop a vLLM server of our own."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chatbot.commands.options import JsonOption, note, print_json
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    from chatbot.model_server.launch import Launch
    from chatbot.model_server.record import Record
    from chatbot.settings import Settings

app = typer.Typer(help="Start, check or stop a vLLM model server.", no_args_is_help=True)

_PORT: Final = 8000
_CHECK_SECONDS: Final = 5.0
_KEY_BYTES: Final = 32
_OFF: Final = ("0", "false", "no", "off", "")
_SIGNALLED: Final = 128
"""What a shell adds to the number of the signal that ended a program."""


@app.command("start")
def start(
    name: Annotated[str, typer.Option("--model", help="Folder of a model, or its name on the model hub.")],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on, on this machine only.")] = _PORT,
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay, until Ctrl-C stops it.")] = False,
    options: Annotated[list[str] | None, typer.Argument(help="Options of vLLM itself, after --.")] = None,
) -> None:
    """Run a vLLM server, from the environment that `make vllm` builds, and wait until it is ready."""
    from chatbot.settings import load_settings

    settings = load_settings()
    if foreground:
        _watch_over(settings, name, port, options or [])
    else:
        record = _start_beside(settings, name, port, options or [])
        typer.echo(f"{record.model} is ready on {record.base_url}; `ask` and `chat` find it; `model stop` ends it")


@app.command("status")
def status(as_json: JsonOption = False) -> None:
    """Say what the model server does, and whether the language model of the settings answers."""
    from chatbot.model_server.record import ServerFolder
    from chatbot.settings import load_settings

    settings = load_settings()
    folder = ServerFolder(settings.model_server_path)
    record, running = folder.read(), folder.running()
    if as_json:
        known = {"model": record.model, "base_url": record.base_url, "n_crashes": record.n_crashes} if record else {}
        state = running.state if running else "failed" if record and record.state == "failed" else "not running"
        print_json({"state": state, "problem": record.problem if record else "", **known})
        return
    typer.echo(_told(record, running))
    if (address := settings.llm_base_url or settings.llm_local_model) is not None:
        typer.echo(f"{address} (in the settings) serves {', '.join(served_models(settings))}")


@app.command("stop")
def stop() -> None:
    """Stop the model server."""
    from chatbot.model_server.record import ServerFolder
    from chatbot.model_server.running import stop_running
    from chatbot.settings import load_settings

    record = stop_running(ServerFolder(load_settings().model_server_path))
    typer.echo("no model server runs" if record is None else f"stopped {record.model} on {record.base_url}")


def served_models(settings: Settings) -> tuple[str, ...]:
    """Names of the models that the address in the settings serves.

    Raises:
        ChatModelError: the address does not answer or refuses the key.
    """
    import anyio

    from chatbot.wiring import open_chat_model

    model = open_chat_model(settings.model_copy(update={"llm_timeout_seconds": _CHECK_SECONDS}))
    return anyio.run(model.check) if model is not None else ()


def find_python(settings: Settings) -> Path:
    """The interpreter of vLLM's environment.

    Raises:
        ModelServerError: there is none; says how to get one.
    """
    from chatbot.model_server.errors import ModelServerError

    if settings.vllm_python is not None:
        if not settings.vllm_python.is_file():
            raise ModelServerError(f"{settings.vllm_python} is missing: VADEMECUM_VLLM_PYTHON names an interpreter")
        return settings.vllm_python
    # Not resolved: the link is what makes it the interpreter of that environment.
    python = Path(__file__).resolve().parents[2] / ".venv-vllm" / "bin" / "python"
    if not python.is_file():
        raise ModelServerError(
            f"{python} is missing: run `make vllm` in the project folder, "
            "or set VADEMECUM_VLLM_PYTHON to the interpreter of an environment with vLLM"
        )
    return python


@contextmanager
def model_server(settings: Settings, name: str | None, port: int = _PORT) -> Iterator[None]:
    """A model server for as long as something else runs; nothing where no model is named.

    Raises:
        VademecumError: the server cannot be started, or the settings name another one.
    """
    from chatbot.model_server.record import ServerFolder
    from chatbot.model_server.running import stop_running

    if name is None:
        yield
        return
    if settings.llm_base_url is not None:
        raise VademecumError("VADEMECUM_LLM_BASE_URL names a language model already; leave out that or --model")
    # Ended by SIGTERM at once, a program would leave the model server behind.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(_SIGNALLED + number))
    _start_beside(settings, name, port, [])
    try:
        yield
    finally:
        note("stopping the model server")
        stop_running(ServerFolder(settings.model_server_path))


def _start_beside(settings: Settings, name: str, port: int, options: list[str]) -> Record:
    from chatbot.model_server.record import ServerFolder
    from chatbot.model_server.running import start_in_background

    folder = ServerFolder(settings.model_server_path)
    with folder.locked():
        # What can be known to go wrong is said at once, and not by a process in the background.
        launch, record = _plan(settings, name, port, options)
    note(f"starting {record.model} on {record.base_url}: {launch.plan}; log: {folder.log_path}")
    arguments = ["model", "start", "--model", name, "--port", str(port), "--foreground", "--", *options]
    return start_in_background(arguments, folder, note)


def _watch_over(settings: Settings, name: str, port: int, options: list[str]) -> None:
    from chatbot.model_server.record import ServerFolder
    from chatbot.model_server.supervisor import Supervisor

    folder = ServerFolder(settings.model_server_path)
    with folder.locked():
        launch, record = _plan(settings, name, port, options)
        folder.begin_log()
        supervisor = Supervisor(launch, record, folder, say=note)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: supervisor.stop())
        note(f"starting {record.model} on {record.base_url}: {launch.plan}; log: {folder.log_path}; Ctrl-C stops it")
        supervisor.run()
    note(f"stopped {record.model}")


def _plan(settings: Settings, name: str, port: int, options: list[str]) -> tuple[Launch, Record]:
    from chatbot.model_server.launch import HOST, plan_launch
    from chatbot.model_server.machine import find_machine
    from chatbot.model_server.model_files import find_model
    from chatbot.model_server.record import Record
    from chatbot.ports import refuse_taken
    from chatbot.wiring import prepare_environment

    prepare_environment()
    python = find_python(settings)
    refuse_taken(HOST, port)
    model = find_model(name, offline=os.environ["HF_HUB_OFFLINE"] not in _OFF)
    key = secrets.token_urlsafe(_KEY_BYTES)
    launch = plan_launch(
        model, find_machine(), python=python, port=port, key=key, environment=os.environ, extra=options
    )
    record = Record(
        model=model.served_name,
        base_url=f"http://{HOST}:{port}/v1",
        api_key=key,
        state="starting",
        supervisor_pid=os.getpid(),
        server_pid=None,
        n_crashes=0,
        problem="",
        since=time.time(),
    )
    return launch, record


def _told(record: Record | None, running: Record | None) -> str:
    if running is None:
        ended = f"; the last one failed: {record.problem}" if record and record.state == "failed" else ""
        return f"no model server runs{ended}"
    times = "once" if running.n_crashes == 1 else f"{running.n_crashes} times"
    crashes = f", crashed {times}" if running.n_crashes else ""
    why = f": {running.problem}" if running.problem else ""
    where = f"{running.model} on {running.base_url}"
    return f"{running.state}{why}: {where} ({time.time() - running.since:.0f} s){crashes}"
