"""Two users and a thousand requests, many with stolen ids, paths and sessions: nobody sees what is another's.

Each question carries a word of its owner's; a leak is that word in any byte that the other one receives.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace

import httpx
import pytest

pytestmark = pytest.mark.slow
_N_REQUESTS = 1000
_SEED = 20261126
_HONEST = 0.04
_DATA = "gradio_api/queue/data"
_PASSWORD = "correct horse battery"  # noqa: S105
_FREE = {"VADEMECUM_QUESTIONS_PER_MINUTE": "100000"}
_PATHS = (
    "/gradio_api/file={home}/users.sqlite",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file={home}/audit.jsonl",
    "/file={home}/audit.jsonl",
    "/static/../../../../../../../..{home}/users.sqlite",
    "/assets/..%2f..%2f..%2f..%2f..{home}/users.sqlite",
    "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/gradio_api/upload",
    "/gradio_api/call/ask/{event}",
    "/gradio_api/stream/{session}/1/2/playlist.m3u8",
    "/gradio_api/heartbeat/{session}",
    "/gradio_api/queue/data?session_hash={session}",
    "/gradio_api/queue/data?session_hash=mine&session_hash={session}",
    "/config?session_hash={session}",
    "/?session_hash={session}&deep_link={event}",
    "/gradio_api/info?session_hash={session}",
    "/kb/documents",
    "/monitoring/summary",
)


class Person:
    """One user of the chat: signed in, with a conversation of their own."""

    def __init__(self, name: str, url: str, server: SimpleNamespace) -> None:
        self.name = name
        self.word = f"{name}word{secrets.token_hex(6)}"
        self.session = secrets.token_hex(6)
        self.events: list[str] = []
        self.http = httpx.Client(base_url=url, timeout=60)
        signed_in = self.http.post("/login", data={"name": name, "password": _PASSWORD})
        assert signed_in.status_code == 303
        self.cookie = self.http.cookies["vademecum_session"]
        self.server = server

    def post(self, path: str, **body: object) -> httpx.Response:
        return self.http.post(f"/gradio_api/{path}", json=body)

    def ask(self, session: str | None = None, **more: object) -> httpx.Response:
        data = [None, f"ibuprofen side effects {self.word}", "patient", False, None]
        return self.post(
            "queue/join", data=data, fn_index=self.server.ask, session_hash=session or self.session, **more
        )

    def open_source(self, session: str) -> httpx.Response:
        pressed = {"turn": "0", "key": "c1"}
        number = self.server.open_source
        return self.post("queue/join", data=[None], fn_index=number, session_hash=session, event_data=pressed)

    def listen(self, session: str | None = None) -> str:
        """Everything that comes of a conversation's questions until they are done."""
        with self.http.stream("GET", f"/{_DATA}", params={"session_hash": session or self.session}) as reply:
            heard = []
            for line in reply.iter_lines():
                heard.append(line)
                if "close_stream" in line or "unexpected_error" in line:
                    break
            return "\n".join(heard)


@pytest.fixture(scope="module")
def chat(server, home) -> SimpleNamespace:
    url = server("chat", **_FREE)
    with httpx.Client(base_url=url) as client:
        client.post("/login", data={"name": "root", "password": _PASSWORD})
        functions = client.get("/config").json()["dependencies"]
    shapes = {(len(one["inputs"]), len(one["outputs"])): one["id"] for one in functions}
    ask, open_source = shapes[5, 4], shapes[1, 1]
    return SimpleNamespace(url=url, ask=ask, open_source=open_source, home=home.path)


def test_a_thousand_requests_with_stolen_ids_and_nothing_leaks(chat) -> None:
    rng = random.Random(_SEED)  # noqa: S311 - repeatable, not secret
    anna, bob = Person("anna", chat.url, chat), Person("bob", chat.url, chat)
    statuses: Counter[int] = Counter()
    leaks: list[str] = []
    n_sent = 0
    while n_sent < _N_REQUESTS:
        thief, victim = rng.sample([anna, bob], 2)
        # Honest questions in between, so that there is always something to steal.
        if n_sent < 4 or rng.random() < _HONEST:
            thief.events.append(thief.ask().raise_for_status().json()["event_id"])
            text = thief.listen()
            assert thief.word in text
            n_sent += 2
        else:
            reply = _steal(rng, thief, victim) if victim.events else thief.open_source(victim.session)
            statuses[reply.status_code] += 1
            text = reply.text
            n_sent += 1
        if victim.word in text or "$argon2" in text or "root:x:" in text:
            leaks.append(text[:200])
    print(f"{n_sent} requests, {len(leaks)} leaks; what was tried, by status: {dict(statuses)}")  # noqa: T201
    assert leaks == []
    assert set(statuses) <= {200, 400, 401, 403, 404}
    # The page, its description and its style answer anybody who has signed in; nothing else does.
    assert statuses[404] > 0.75 * sum(statuses.values())
    # What was tried changed nothing for the owners.
    for person in (anna, bob):
        person.open_source(person.session).raise_for_status()
        assert "vm-source" in person.listen()


def _steal(rng: random.Random, thief: Person, victim: Person) -> httpx.Response:
    """One request of the thief's with something of the victim's in it."""
    event, either = rng.choice(victim.events), rng.choice([victim.session, thief.session])
    forged = {"vademecum_session": victim.cookie[:-2] + "AA"}
    named = {"X-Remote-User": victim.name, "X-Forwarded-For": "127.0.0.1", "Authorization": "Bearer x"}
    path = rng.choice(_PATHS).format(home=thief.server.home, event=event, session=victim.session)
    tries: tuple[Callable[[], httpx.Response], ...] = (
        lambda: thief.open_source(victim.session),
        lambda: thief.ask(victim.session),
        lambda: thief.ask(event_id=event),
        lambda: thief.post("cancel", session_hash=either, event_id=event, fn_index=1),
        lambda: thief.post("queue/join", session_hash=[victim.session], data=[], fn_index=1),
        lambda: httpx.get(f"{thief.server.url}/{_DATA}?session_hash={victim.session}", cookies=forged),
        lambda: thief.http.get(f"/gradio_api/heartbeat/{victim.session}", headers=named),
        lambda: thief.http.get(path),
        lambda: thief.http.get(path),
    )
    return rng.choice(tries)()


def test_a_patients_answers_are_for_patients_whatever_is_asked_for(server, home) -> None:
    url = server("serve", **_FREE)
    body = {"question": "side effects of ibuprofen", "audience": "clinician"}

    def ask(name: str, **changed: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {home.tokens[name]}"}
        return httpx.post(f"{url}/ask", json=body | changed, headers=headers, timeout=60)

    assert ask("bob").status_code == 403
    assert ask("bob", audience="patient").status_code == 200
    answer = ask("anna").json()
    assert answer["kind"] == "answer"
    assert {passage["source_path"] for passage in answer["passages"]} <= {"ibuprofen.md"}


def test_only_an_administrator_sees_what_is_in_the_knowledge_base(server, home) -> None:
    url = server("serve", **_FREE)
    for path in ("/kb", "/kb/documents"):
        statuses = {
            name: httpx.get(f"{url}{path}", headers={"Authorization": f"Bearer {token}"}).status_code
            for name, token in home.tokens.items()
        }
        assert statuses == {"anna": 403, "bob": 403, "root": 200}
        assert httpx.get(f"{url}{path}").status_code == 401
