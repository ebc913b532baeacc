"""`vademecum chat` and `serve`: the browser chat and the HTTP API."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from chatbot.commands.options import KbOption, note
from chatbot.ports import refuse_taken

if TYPE_CHECKING:
    from chatbot.guard.asgi import App
    from chatbot.guard.policy import Policy
    from chatbot.settings import Settings

HostOption = Annotated[str | None, typer.Option(help="Address to listen on (default 127.0.0.1).")]
PortOption = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")]
ModelOption = Annotated[
    str | None, typer.Option("--model", help="Run a vLLM server with this model meanwhile (see `model start`).")
]

_API_PORT = 7861


def chat(
    kb_path: KbOption = None, host: HostOption = None, port: PortOption = None, model_name: ModelOption = None
) -> None:
    """Open the chat in the browser."""
    from chatbot.commands.model import model_server
    from chatbot.settings import load_settings
    from chatbot.wiring import open_answerer, open_policy, open_recorder, open_users

    settings = load_settings()
    address, number = host or settings.host, port or settings.port
    policy = open_policy(settings, address)
    refuse_taken(address, number)
    with model_server(settings, model_name):
        answerer = open_answerer(settings, kb_path)
        answerer.warm_up()
        from chatbot.app import build_app, build_server
        from chatbot.guard.door import guard_page

        app = build_app(
            answerer, audience=settings.audience, keeper=open_recorder(settings), check_list=answerer.check_list
        )
        page = guard_page(build_server(app), policy, open_users(settings))
        url = _url(address, number, policy.tls)
        said = f"vademecum answers on {url} (Ctrl-C stops it)"
        _serve(page, settings, policy, address, number, lambda: typer.echo(said))


def serve(kb_path: KbOption = None, host: HostOption = None, port: PortOption = None) -> None:
    """Serve the HTTP API: POST /ask, POST /search, GET /kb, GET /health, and OpenAI's under /v1."""
    from chatbot.guard.door import guard_api
    from chatbot.server import build_api
    from chatbot.settings import load_settings
    from chatbot.wiring import open_answerer, open_policy, open_users

    settings = load_settings()
    address, number = host or settings.host, port or _API_PORT
    policy = open_policy(settings, address)
    refuse_taken(address, number)
    answerer = open_answerer(settings, kb_path)
    answerer.warm_up()
    api = build_api(answerer, accounts=policy.accounts)
    guarded = guard_api(api, policy, open_users(settings))
    url = _url(address, number, policy.tls)
    _serve(
        guarded, settings, policy, address, number, lambda: note(f"API on {url} (its description: {url}openapi.json)")
    )


def _serve(app: App, settings: Settings, policy: Policy, host: str, port: int, announce: Callable[[], None]) -> None:
    from chatbot.guard.policy import is_loopback
    from chatbot.running import serve_until_stopped

    if not (is_loopback(host) or policy.tls or policy.trusted_proxies):
        note("passwords and answers travel unencrypted; set VADEMECUM_TLS_CERT and _KEY, or put a TLS proxy in front")
    serve_until_stopped(app, host, port, announce, tls_cert=settings.tls_cert, tls_key=settings.tls_key)


def _url(host: str, port: int, tls: bool) -> str:
    return f"http{'s' if tls else ''}://{f'[{host}]' if ':' in host else host}:{port}/"
