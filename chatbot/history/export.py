"""Kept conversations as JSON values and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from chatbot.history.types import KeptConversation


def to_json(conversation: KeptConversation) -> dict[str, Any]:
    """One conversation as JSON values: its summary with `messages`."""
    messages = [{**asdict(one), "sources": list(one.sources)} for one in conversation.messages]
    return {**asdict(conversation.summary), "messages": messages}


def to_markdown(conversations: Sequence[KeptConversation]) -> str:
    """Conversations to read: a heading each, then who said what, with the sources under each answer."""
    parts = []
    for conversation in conversations:
        parts.append(
            f"# {conversation.summary.title}\n\n{conversation.summary.created_at}, id {conversation.summary.id}"
        )
        for one in conversation.messages:
            sources = "".join(f"\n{n}. {source}" for n, source in enumerate(one.sources, start=1))
            asked = "Question" if one.role == "user" else "Answer"
            parts.append(f"## {asked}\n\n{one.text}" + (f"\n\nSources:\n{sources}" if sources else ""))
    return "\n\n".join(parts) + "\n"
