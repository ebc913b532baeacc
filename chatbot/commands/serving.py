"""`vademecum chat`, `serve` and `model`: the browser chat, the HTTP API, the model server."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chatbot.commands.options import KbOption, note
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    from chatbot.settings import Settings

model = typer.Typer(help="Start or check a vLLM model server.", no_args_is_help=True)
HostOption = Annotated[str | None, typer.Option(help="Address to listen on (default 127.0.0.1).")]
PortOption = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")]

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_API_PORT = 7861
_MODEL_PORT = 8000
_CHECK_SECONDS = 5.0


def chat(kb_path: KbOption = None, host: HostOption = None, port: PortOption = None) -> None:
    """Open the chat in the browser."""
    from chatbot.settings import load_settings
    from chatbot.wiring import open_answerer, open_recorder

    settings = load_settings()
    address, number = _loopback(host or settings.host), port or settings.port
    _refuse_taken(address, number)
    answerer = open_answerer(settings, kb_path)
    answerer.warm_up()
    from chatbot.app import build_app, launch

    app = build_app(answerer, audience=settings.audience, keeper=open_recorder(settings))
    launch(app, host=address, port=number)


def serve(kb_path: KbOption = None, host: HostOption = None, port: PortOption = None) -> None:
    """Serve the HTTP API on this machine: POST /ask, POST /search, GET /health. No accounts yet."""
    import uvicorn

    from chatbot.server import build_api
    from chatbot.settings import load_settings
    from chatbot.wiring import open_answerer

    settings = load_settings()
    address, number = _loopback(host or settings.host), port or _API_PORT
    _refuse_taken(address, number)
    answerer = open_answerer(settings, kb_path)
    note(f"API on http://{address}:{number} (its description: http://{address}:{number}/openapi.json)")
    # The access log is off: a path or query of a health question has no place in a log file.
    uvicorn.run(build_api(answerer), host=address, port=number, log_level="warning", access_log=False)


@model.command("start")
def start(
    name: Annotated[str, typer.Option("--model", help="Model name or folder, as vLLM takes it.")],
    port: Annotated[int, typer.Option(min=1, max=65535)] = _MODEL_PORT,
) -> None:
    """Run a vLLM server in the foreground, from the environment that `make vllm` builds."""
    python = Path(".venv-vllm/bin/python")
    if not python.exists():
        raise VademecumError(f"{python} is missing: run `make vllm` in the project folder first")
    note(f"model server on http://127.0.0.1:{port}/v1; set VADEMECUM_LLM_BASE_URL to it. Supervision is not built yet.")
    command = [str(python), "-m", "vllm.entrypoints.openai.api_server", "--model", name]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    if shutil.which("nvidia-smi") is None:
        # Compiling for a CPU takes minutes. AMX, where a virtual machine shows it and forbids it, ends the server.
        command += ["--enforce-eager", "--dtype", "float32"]
        os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_FP16")
    sys.stdout.flush()
    os.execv(python, command)  # noqa: S606 - no shell; the server takes our place so that Ctrl-C reaches it


@model.command("status")
def status() -> None:
    """Say whether the language model of the settings answers."""
    from chatbot.settings import load_settings

    settings = load_settings()
    if settings.llm_base_url is None:
        typer.echo("no language model is set (VADEMECUM_LLM_BASE_URL); answers are quotes")
        return
    typer.echo(f"{settings.llm_base_url} serves {', '.join(served_models(settings))}")


@model.command("stop")
def stop() -> None:
    """Not built yet: a server started with `model start` ends with Ctrl-C."""
    raise VademecumError("`model stop` is not built yet; press Ctrl-C where `model start` runs")


def served_models(settings: Settings) -> tuple[str, ...]:
    """Names of the models that the address in the settings serves.

    Raises:
        ChatModelError: the address does not answer or refuses the key.
    """
    import anyio

    from chatbot.wiring import open_chat_model

    model = open_chat_model(settings.model_copy(update={"llm_timeout_seconds": _CHECK_SECONDS}))
    return anyio.run(model.check) if model is not None else ()


def _loopback(host: str) -> str:
    """Refuse to open unprotected health questions to a network."""
    if host not in _LOOPBACK:
        raise VademecumError(f"--host {host}: only 127.0.0.1 is allowed, as there are no accounts yet")
    return host


def _refuse_taken(host: str, port: int) -> None:
    import socket
    from contextlib import closing

    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise VademecumError(f"port {port} on {host} is taken; choose another with --port") from error
