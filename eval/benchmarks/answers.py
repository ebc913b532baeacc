"""What a system says to an open question, as texts to judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from eval.benchmark import Item, System

_NOT_FOUND: Final = ("i do not know", "information not found", "cannot answer")
"""How models say that they have no answer, as they are asked to."""


async def texts_of(item: Item, system: System) -> list[str]:
    """The texts of a system's answer: our claims, a model's reply, or a search's first passage; none if it declines."""
    return claimed(await system.answer(item))


def claimed(answer: Mapping[str, Any]) -> list[str]:
    """The texts of an answer as `ask --json` prints it.

    What was declined has none, so that no fixed text of the program is judged as an answer.
    """
    if answer["kind"] != "answer" or any(words in answer["text"].lower() for words in _NOT_FOUND):
        return []
    return [claim["text"] for claim in answer["claims"]] or [answer["text"]]
