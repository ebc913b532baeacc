"""Two users, a policy to vary, and a program behind the guard that says what reached it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.testclient import TestClient

from chatbot.accounts.users import Users
from chatbot.guard.asgi import identity_of
from chatbot.guard.door import guard_api, guard_page
from chatbot.guard.policy import policy_for
from chatbot.settings import Settings

PASSWORD = "correct horse battery"  # noqa: S105


async def program(scope, receive, send):
    """Answers everything with what it was asked by whom; the page `/` is HTML, a join gives an event's id."""
    if scope["type"] != "http":
        return
    request = Request(scope, receive)
    body = (await request.body()).decode()
    if scope["path"] == "/":
        response = HTMLResponse("<html><script>let a = 1;</script><script src=x></script></html>")
    elif scope["path"].endswith("/join"):
        response = JSONResponse({"event_id": f"event-of-{json.loads(body)['session_hash']}"})
    else:
        identity = identity_of(scope)
        response = JSONResponse(
            {
                "name": identity.name if identity else None,
                "body": body,
                "query": scope["query_string"].decode(),
                "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
            }
        )
    await response(scope, receive, send)


@pytest.fixture(scope="session")
def file_of_users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: hashing a password is slow on purpose."""
    path = tmp_path_factory.mktemp("users") / "users.sqlite"
    made = Users(path)
    made.add("anna", "clinician", PASSWORD)
    made.add("bob", "patient", PASSWORD)
    return path


@pytest.fixture
def users(file_of_users: Path, tmp_path: Path) -> Users:
    return Users(Path(shutil.copy(file_of_users, tmp_path / "users.sqlite")))


@pytest.fixture
def door(users: Users, tmp_path: Path) -> Callable[..., TestClient]:
    """A function `(kind, peer=..., host=..., has_users=..., **settings)` that gives a client before the guard."""

    def make(kind: str, *, peer: str = "203.0.113.9", host: str = "127.0.0.1", has_users: bool = True, **settings):
        policy = policy_for(Settings(home=tmp_path, **settings), host, has_users=has_users)
        guard = {"api": guard_api, "page": guard_page}[kind]
        client = TestClient(guard(program, policy, users), f"http://{host}", client=(peer, 50000))
        client.follow_redirects = False
        return client

    return make
