"""`vademecum chat`, `serve` and `model`: the browser chat, the HTTP API, the model server."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chatbot.commands.options import KbOption, note
from knowledge_base.errors import VademecumError

if TYPE_CHECKING:
    from chatbot.guard.asgi import App
    from chatbot.guard.policy import Policy
    from chatbot.settings import Settings

model = typer.Typer(help="Start or check a vLLM model server.", no_args_is_help=True)
HostOption = Annotated[str | None, typer.Option(help="Address to listen on (default 127.0.0.1).")]
PortOption = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")]

_API_PORT = 7861
_MODEL_PORT = 8000
_CHECK_SECONDS = 5.0


def chat(kb_path: KbOption = None, host: HostOption = None, port: PortOption = None) -> None:
    """Open the chat in the browser."""
    from chatbot.settings import load_settings
    from chatbot.wiring import open_answerer, open_policy, open_recorder, open_users

    settings = load_settings()
    address, number = host or settings.host, port or settings.port
    policy = open_policy(settings, address)
    _refuse_taken(address, number)
    answerer = open_answerer(settings, kb_path)
    answerer.warm_up()
    from chatbot.app import build_app, build_server
    from chatbot.guard.door import guard_page

    app = build_app(
        answerer, audience=settings.audience, keeper=open_recorder(settings), check_list=answerer.check_list
    )
    page = guard_page(build_server(app), policy, open_users(settings))
    url = _url(address, number, policy.tls)
    _serve(page, settings, policy, address, number, lambda: typer.echo(f"vademecum answers on {url} (Ctrl-C stops it)"))


def serve(kb_path: KbOption = None, host: HostOption = None, port: PortOption = None) -> None:
    """Serve the HTTP API: POST /ask, POST /search, GET /kb, GET /health, and OpenAI's under /v1."""
    from chatbot.guard.door import guard_api
    from chatbot.server import build_api
    from chatbot.settings import load_settings
    from chatbot.wiring import open_answerer, open_policy, open_users

    settings = load_settings()
    address, number = host or settings.host, port or _API_PORT
    policy = open_policy(settings, address)
    _refuse_taken(address, number)
    answerer = open_answerer(settings, kb_path)
    answerer.warm_up()
    api = build_api(answerer, accounts=policy.accounts)
    guarded = guard_api(api, policy, open_users(settings))
    url = _url(address, number, policy.tls)
    _serve(
        guarded, settings, policy, address, number, lambda: note(f"API on {url} (its description: {url}openapi.json)")
    )


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
    address = settings.llm_base_url or settings.llm_local_model
    if address is None:
        typer.echo("no language model is set (VADEMECUM_LLM_BASE_URL); answers are quotes")
        return
    typer.echo(f"{address} serves {', '.join(served_models(settings))}")


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


def _serve(app: App, settings: Settings, policy: Policy, host: str, port: int, announce: Callable[[], None]) -> None:
    from chatbot.guard.policy import is_loopback
    from chatbot.running import serve_until_stopped

    if not (is_loopback(host) or policy.tls or policy.trusted_proxies):
        note("passwords and answers travel unencrypted; set VADEMECUM_TLS_CERT and _KEY, or put a TLS proxy in front")
    serve_until_stopped(app, host, port, announce, tls_cert=settings.tls_cert, tls_key=settings.tls_key)


def _url(host: str, port: int, tls: bool) -> str:
    return f"http{'s' if tls else ''}://{f'[{host}]' if ':' in host else host}:{port}/"


def _refuse_taken(host: str, port: int) -> None:
    import socket
    from contextlib import closing

    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise VademecumError(f"port {port} on {host} is taken; choose another with --port") from error
