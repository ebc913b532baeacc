"""A conversation as other programs send it: turns, the last question among them."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.types import Turn


def last_question(turns: Sequence[Turn]) -> tuple[str, list[Turn]] | None:
    """The person's last turn and those before it; None if the person says nothing."""
    last = max((place for place, turn in enumerate(turns) if turn.role == "user"), default=None)
    return (turns[last].content, list(turns[:last])) if last is not None else None
