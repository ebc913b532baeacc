"""The layers in their order, around the chat's page and around the HTTP API."""

from __future__ import annotations

from typing import Final

from chatbot.accounts.sessions import Sessions
from chatbot.accounts.users import Users
from chatbot.guard.asgi import App, Receive, Scope, Send
from chatbot.guard.audit import Audit
from chatbot.guard.chat_paths import ChatPaths, asks, is_static
from chatbot.guard.headers import API_POLICY, PAGE_POLICY, SecurityHeaders
from chatbot.guard.hosts import Hosts
from chatbot.guard.identification import Identification, by_proxy, by_session, by_token
from chatbot.guard.origins import Origins
from chatbot.guard.policy import Policy
from chatbot.guard.proxies import Proxies
from chatbot.guard.rates import AddressRates, QuestionRates
from chatbot.guard.sign_in import SignIn, ask_to_sign_in
from chatbot.guard.sizes import Sizes

_QUESTIONS: Final = frozenset({"/ask", "/ask/stream", "/search", "/v1/chat/completions", "/v1/responses"})
_OPEN: Final = frozenset({"/health"})


def guard_page(app: App, policy: Policy, users: Users) -> App:
    """The chat's page behind all layers; people sign in with a form, or a proxy names them."""
    sessions = Sessions(policy.session_seconds)
    ways = (by_proxy(policy, users), by_session(users, sessions))
    inner: App = ChatPaths(app)
    inner = QuestionRates(inner, policy.questions_per_minute, asks)
    inner = Identification(inner, policy, ways, is_open=is_static, unknown=ask_to_sign_in)
    if policy.accounts:
        inner = SignIn(inner, users, sessions, longest_seconds=policy.session_seconds)
    return _outer(inner, app, policy, PAGE_POLICY)


def guard_api(app: App, policy: Policy, users: Users) -> App:
    """The HTTP API behind all layers; programs send a token, or a proxy names them."""
    ways = (by_proxy(policy, users), by_token(users))
    inner: App = QuestionRates(app, policy.questions_per_minute, lambda scope: scope["path"] in _QUESTIONS)
    inner = Identification(inner, policy, ways, is_open=lambda scope: scope["path"] in _OPEN)
    return _outer(inner, app, policy, API_POLICY)


def _outer(layered: App, program: App, policy: Policy, content_policy: str) -> App:
    inner: App = Sizes(layered, policy.max_request_bytes)
    inner = AddressRates(inner)
    inner = Origins(inner)
    inner = Hosts(inner, policy)
    inner = SecurityHeaders(inner, content_policy)
    inner = Audit(inner, policy.audit_log)
    return _OnlyHttp(Proxies(inner, policy), program)


class _OnlyHttp:
    """Requests go through the layers, the start and end of the program past them; sockets are not opened."""

    def __init__(self, guarded: App, program: App) -> None:
        self._guarded = guarded
        self._program = program

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a scope its way."""
        match scope["type"]:
            case "http":
                await self._guarded(scope, receive, send)
            case "lifespan":
                await self._program(scope, receive, send)
            case _:
                await send({"type": "websocket.close", "code": 1008})
