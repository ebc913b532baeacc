"""What of a conversation goes to the disk: the one way there, which masks identifiers first.

A question is masked; of an answer only what the person's own words put into it, since the rest is the sources' text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from chatbot.history.store import ConversationStore
from chatbot.history.types import KeptMessage
from chatbot.privacy.identifiers import FindsIdentifiers, Kind
from chatbot.privacy.placeholders import Placeholders
from chatbot.types import Response


class Exchanged(Protocol):
    """A question and its outcome."""

    @property
    def question(self) -> str:
        """What was typed."""
        ...

    @property
    def response(self) -> Response:
        """What came of it."""
        ...


class Recorder:
    """Keeps conversations in the file that `open_store` opens, which is not touched before the first is kept."""

    def __init__(self, open_store: Callable[[], ConversationStore], finder: FindsIdentifiers) -> None:
        self._open_store = open_store
        self._finder = finder

    def record(self, owner: str, exchanges: Sequence[Exchanged]) -> tuple[Kind, ...]:
        """Keep what of a conversation is not kept yet; gives back the kinds of what it masked in the new part.

        Raises:
            MaskingError: identifiers could not be looked for; nothing was written.
            HistoryError: the file cannot be written.
        """
        if not exchanges:
            return ()
        placeholders = Placeholders(self._finder)
        asked = [placeholders.mask(one.question) for one in exchanges]
        messages = [
            message
            for one, question in zip(exchanges, asked, strict=True)
            for message in _messages(one, question.text, placeholders)
        ]
        store, conversation_id = self._open_store(), exchanges[0].response.id
        n_kept = store.n_messages(owner, conversation_id)
        store.add(owner, conversation_id, messages[n_kept:])
        return tuple(kind for question in asked[n_kept // 2 :] for kind in question.kinds)


def _messages(exchange: Exchanged, asked: str, placeholders: Placeholders) -> tuple[KeptMessage, KeptMessage]:
    sources = tuple(
        f"{one.passage.document.title} > {one.passage.section_title}: {one.quote}"
        for one in exchange.response.citations
    )
    return (
        KeptMessage(role="user", text=asked),
        KeptMessage(role="assistant", text=placeholders.hide(exchange.response.text), sources=sources),
    )
