from __future__ import annotations

import pytest

from chatbot.guard.refusals import refusal_body


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (413, "invalid_request_error"),
        (429, "rate_limit_error"),
        (503, "server_error"),
    ],
)
def test_openais_clients_are_refused_in_their_own_shape(status: int, kind: str) -> None:
    body = refusal_body("/v1/chat/completions", status, "no")
    assert body == {"error": {"message": "no", "type": kind, "param": None, "code": None}}


@pytest.mark.parametrize("path", ["/ask", "/", "/v1", "/kb/v1/"])
def test_everybody_else_gets_one_line(path: str) -> None:
    assert refusal_body(path, 401, "no") == {"error": "no"}
