"""The chat's page behind its guard: signing in and out, and whose conversation is whose."""

from __future__ import annotations

import re
import time

import pytest

PASSWORD = "correct horse battery"  # noqa: S105
JOIN, DATA, CANCEL = "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/cancel"


def sign_in(client, name: str, password: str = PASSWORD):
    return client.post("/login", data={"name": name, "password": password})


def test_whoever_is_unknown_meets_the_form(door) -> None:
    client = door("page")
    assert client.get("/").headers["location"] == "/login"
    assert client.get("/config").status_code == 401
    assert client.post(JOIN, json={"session_hash": "s"}).status_code == 401
    form = client.get("/login")
    assert form.text.startswith("<!doctype html><html")
    assert 'type="password"' in form.text
    assert "<script" not in form.text


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(door) -> None:
    client = door("page")
    response = sign_in(client, "anna")
    assert response.status_code == 303
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie
    assert client.get("/config").json()["name"] == "anna"


def test_behind_tls_the_cookie_is_for_tls_alone(door) -> None:
    client = door("page", peer="10.0.0.1", trusted_proxies="10.0.0.1")
    form = {"name": "anna", "password": PASSWORD}
    response = client.post("/login", data=form, headers={"X-Forwarded-Proto": "https"})
    assert "secure" in response.headers["set-cookie"].lower()
    assert "strict-transport-security" in response.headers


def test_a_wrong_password_and_a_wrong_name_look_the_same(door) -> None:
    client = door("page")
    wrong = [sign_in(client, "anna", "wrong password!"), sign_in(client, "nobody", "wrong password!")]
    assert [response.status_code for response in wrong] == [401, 401]
    assert wrong[0].text == wrong[1].text
    assert "set-cookie" not in wrong[0].headers


def test_guessing_is_slowed_by_name_and_by_address(door) -> None:
    client, begun = door("page"), time.monotonic()
    statuses = [sign_in(client, "anna", f"guess number {n}").status_code for n in range(40)]
    # Ten, and one more each six seconds.
    n_allowed = 10 + (time.monotonic() - begun) / 6 + 1
    assert set(statuses) == {401, 429}
    assert statuses[:10] == [401] * 10
    assert statuses.count(401) <= n_allowed
    assert 429 in [sign_in(client, "bob").status_code for _ in range(3)]


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(door) -> None:
    client = door("page")
    sign_in(client, "anna")
    kept = client.cookies["vademecum_session"]
    assert client.post("/logout").headers["location"] == "/login"
    client.cookies.set("vademecum_session", kept)
    assert client.get("/config").status_code == 401


@pytest.mark.parametrize("change", ["remove", "set_password"])
def test_a_session_ends_with_its_user_and_its_password(door, users, change: str) -> None:
    client = door("page")
    sign_in(client, "anna")
    getattr(users, change)("anna", *(["another long password"] if change == "set_password" else []))
    assert client.get("/config").status_code == 401


def test_a_sign_in_by_another_sites_page_is_refused(door) -> None:
    form = {"name": "anna", "password": PASSWORD}
    assert door("page").post("/login", data=form, headers={"Origin": "http://evil.example"}).status_code == 403


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"name=anna", b"&" * 50, b"name=a&name=b&password=x&x=1&y=2"])
def test_a_form_that_is_none_is_a_wrong_password(door, body: bytes) -> None:
    assert door("page").post("/login", content=body).status_code == 401


def test_only_scripts_with_this_responses_nonce_run(door) -> None:
    client = door("page", has_users=False)
    first, second = client.get("/"), client.get("/")
    nonces = set(re.findall(r'nonce="([^"]+)"', first.text))
    assert first.text.count("nonce=") == 2
    assert len(nonces) == 1
    policy = first.headers["content-security-policy"]
    assert f"'nonce-{nonces.pop()}'" in policy
    assert "'unsafe-inline'" not in re.search(r"script-src [^;]*", policy)[0]
    assert policy != second.headers["content-security-policy"]
    assert int(first.headers["content-length"]) == len(first.content)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/upload",
        "/gradio_api/proxy=http://127.0.0.1/",
        "/gradio_api/call/ask",
        "/gradio_api/run/ask",
        "/gradio_api/component_server",
        "/gradio_api/deep_link",
        "/gradio_api/runs",
        "/gradio_api/stream/a/b/1/playlist.m3u8",
        "/gradio_api/queue/status",
        "/gradio_api/heartbeat/a/b",
        "/gradio_api/token",
        "/monitoring",
        "/monitoring/summary",
        "/docs",
        "/openapi.json",
    ],
)
def test_what_the_page_does_not_use_is_not_there(door, path: str) -> None:
    client = door("page", has_users=False)
    assert client.get(path).status_code == 404
    assert client.post(path, json={}).status_code == 404


def test_a_saved_page_named_by_the_query_is_not_loaded(door) -> None:
    assert door("page", has_users=False).get("/config?deep_link=x").json()["query"] == ""


def test_a_conversation_belongs_to_whoever_began_it(door) -> None:
    # One guard for both, as one server has.
    anna = bob = door("page")
    sign_in(anna, "anna")
    event = anna.post(JOIN, json={"session_hash": "hers", "fn_index": 0}).json()["event_id"]
    hers = anna.cookies["vademecum_session"]
    bob.cookies.clear()
    sign_in(bob, "bob")
    tries = [
        bob.post(JOIN, json={"session_hash": "hers", "fn_index": 0}),
        bob.post(JOIN, json={"session_hash": "his", "event_id": event}),
        bob.get(DATA, params={"session_hash": "hers"}),
        bob.get(f"{DATA}?session_hash=his&session_hash=hers"),
        bob.get("/gradio_api/heartbeat/hers"),
        bob.post(CANCEL, json={"session_hash": "hers", "event_id": event, "fn_index": 0}),
        bob.post(CANCEL, json={"session_hash": "his", "event_id": event, "fn_index": 0}),
        bob.post("/gradio_api/reset", json={"event_id": event}),
        bob.get(DATA, params={"session_hash": "never-seen"}),
    ]
    assert [response.status_code for response in tries] == [404] * len(tries)
    assert bob.post(JOIN, json={"session_hash": "his"}).status_code == 200
    bob.cookies.clear()
    bob.cookies.set("vademecum_session", hers)
    assert bob.get(DATA, params={"session_hash": "hers"}).status_code == 200
    assert bob.post(CANCEL, json={"session_hash": "hers", "event_id": event}).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"session_hash": 3}', b'{"session_hash": ["a"]}', b"[" * 100_000])
def test_a_body_without_a_conversation_is_refused(door, body: bytes) -> None:
    assert door("page", has_users=False).post(JOIN, content=body).status_code == 404


def test_a_conversation_named_twice_is_the_one_that_was_checked(door) -> None:
    client = door("page", has_users=False)
    twice = b'{"session_hash": "a", "session_hash": "b"}'
    assert client.post(JOIN, content=twice).json()["event_id"] == "event-of-b"
    assert client.get(DATA, params={"session_hash": "a"}).status_code == 404
