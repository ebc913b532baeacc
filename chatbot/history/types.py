"""Kept conversations as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chatbot.types import Role

LOCAL_OWNER: Final = "local"
"""Whose conversations these are where there are no accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """One message; `sources` names the documents and sections an answer cited, in the order of its numbers."""

    role: Role
    text: str
    sources: tuple[str, ...] = ()
    created_at: str = ""
    """ISO 8601 in UTC; set when it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSummary:
    """A conversation without its messages; times are ISO 8601 in UTC."""

    id: str
    title: str
    created_at: str
    updated_at: str
    n_messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptConversation:
    """A conversation with its messages, oldest first."""

    summary: ConversationSummary
    messages: tuple[KeptMessage, ...]
