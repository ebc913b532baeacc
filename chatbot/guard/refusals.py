"""How a refusal looks: one line of JSON, under `/v1/` in the shape that OpenAI's clients read."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

OPENAI_PATHS: Final = "/v1/"
_TYPES: Final = MappingProxyType(
    {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
)


def refusal_body(path: str, status: int, message: object) -> dict[str, Any]:
    """The body of a refusal on a path."""
    if not path.startswith(OPENAI_PATHS):
        return {"error": message}
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}
