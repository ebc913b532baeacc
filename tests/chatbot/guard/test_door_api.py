"""The API behind its guard: who gets in, from where, how much, how often, and what is written down."""

from __future__ import annotations

import json
import stat

import pytest

PROXY = {"auth_header": "X-Remote-User", "trusted_proxies": "10.0.0.1"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_its_users_name_and_anything_else_is_nobody(door, users) -> None:
    client, token = door("api"), users.new_token("anna")
    assert client.post("/ask", headers=bearer(token)).json()["name"] == "anna"
    for headers in ({}, bearer(token[:-1]), bearer(""), {"Authorization": f"Basic {token}"}, {"Cookie": f"t={token}"}):
        refused = client.post("/ask", headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
    users.remove("anna")
    assert client.post("/ask", headers=bearer(token)).status_code == 401


def test_health_needs_no_account(door) -> None:
    assert door("api").get("/health").status_code == 200


def test_without_accounts_the_person_at_the_machine_is_local(door) -> None:
    assert door("api", has_users=False, peer="127.0.0.1").get("/x").json()["name"] == "local"


def test_a_proxys_word_counts_from_the_proxy_alone(door) -> None:
    named = {"X-Remote-User": "anna"}
    assert door("api", peer="10.0.0.1", **PROXY).get("/x", headers=named).json()["name"] == "anna"
    assert door("api", peer="10.0.0.2", **PROXY).get("/x", headers=named).status_code == 401
    forged = named | {"X-Forwarded-For": "10.0.0.1"}
    assert door("api", peer="10.0.0.2", **PROXY).get("/x", headers=forged).status_code == 401


def test_forwarded_headers_of_a_stranger_do_not_reach_the_program(door) -> None:
    sent = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4"}
    seen = door("api", has_users=False).get("/x", headers=sent).json()["headers"]
    assert not {"x-forwarded-host", "x-forwarded-for", "forwarded"} & set(seen)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "8.8.8.8"])
def test_a_foreign_host_is_refused_on_loopback_too(door, host: str) -> None:
    refused = door("api", has_users=False).get("/x", headers={"Host": host})
    assert refused.status_code == 400
    assert "VADEMECUM_HOSTS" in refused.json()["error"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:7860", "[::1]:80", "LOCALHOST", "med.example:443"])
def test_our_own_names_are_served(door, host: str) -> None:
    client = door("api", has_users=False, hosts="med.example")
    assert client.get("/x", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://127.0.0.1"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 403),
    ],
)
def test_another_sites_page_cannot_post(door, headers: dict[str, str], status: int) -> None:
    assert door("api", has_users=False).post("/ask", headers=headers, content=b"{}").status_code == status


def test_another_sites_page_can_link_here_but_not_load_from_here(door) -> None:
    client = door("api", has_users=False)
    visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("/x", headers=visit).status_code == 200
    for dest in ("iframe", "script", "image", "empty"):
        assert client.get("/x", headers=visit | {"Sec-Fetch-Dest": dest}).status_code == 403


def test_a_long_request_is_refused_by_its_word_and_by_its_bytes(door) -> None:
    client = door("api", has_users=False, max_request_bytes=1000)
    assert client.post("/ask", content=b"x" * 1000).status_code == 200
    refused = client.post("/ask", content=b"x" * 1001)
    assert refused.status_code == 413
    assert "1000 bytes" in refused.json()["error"]
    assert client.post("/ask", content=(b"x" * 600 for _ in range(2))).status_code == 413
    assert client.get("/x?" + "a" * 5000).status_code == 414


def test_too_many_questions_are_refused_with_the_time_to_wait(door, users) -> None:
    client = door("api", questions_per_minute=3)
    anna, bob = bearer(users.new_token("anna")), bearer(users.new_token("bob"))
    assert [client.post("/ask", headers=anna).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.post("/search", headers=anna)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert client.post("/ask", headers=bob).status_code == 200
    assert client.get("/health").status_code == 200


def test_every_response_has_the_headers(door) -> None:
    client = door("api")
    for response in (client.get("/health"), client.post("/ask"), client.get("/x", headers={"Host": "evil.example"})):
        assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "same-origin"
        assert response.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in response.headers


def test_the_audit_log_says_who_and_how_it_ended_and_no_word_of_it(door, users, tmp_path) -> None:
    client, token = door("api"), users.new_token("anna")
    client.post("/my-secret-illness?about=gout", headers=bearer(token), json={"question": "do I have gout"})
    client.post("/ask", headers=bearer("vdm_wrong-gout"))
    path = tmp_path / "audit.jsonl"
    text = path.read_text()
    assert "gout" not in text and "illness" not in text and token not in text
    first, second = map(json.loads, text.splitlines())
    assert (first["user"], first["role"], first["status"], first["route"]) == ("anna", "clinician", 200, "other")
    assert (second["user"], second["status"], second["address"]) == (None, 401, "203.0.113.9")
    assert set(first) == {
        *("time", "request_id", "user", "role", "address", "method", "route", "status", "seconds"),
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_accounts_no_log_is_written(door, tmp_path) -> None:
    door("api", has_users=False).get("/x")
    assert not (tmp_path / "audit.jsonl").exists()


def test_a_socket_is_not_opened(door) -> None:
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), door("api", has_users=False).websocket_connect("/x"):
        pass
