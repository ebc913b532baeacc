"""What a system says to an open question, as texts to judge."""

from __future__ import annotations

from typing import Any, Final

from eval.benchmark import Item, System

_NOT_FOUND: Final = ("i do not know", "information not found", "cannot answer")
"""How models say that they have no answer, as they are asked to."""


async def texts_of(item: Item, system: System) -> tuple[dict[str, Any], list[str]]:
    """The answer as `ask --json` prints it, and its texts: our claims, a model's reply, or a search's first passage.

    What was declined has no text, so that no fixed text of the program is judged as an answer.
    """
    answer = await system.answer(item)
    if answer["kind"] != "answer" or any(words in answer["text"].lower() for words in _NOT_FOUND):
        return answer, []
    return answer, [claim["text"] for claim in answer["claims"]] or [answer["text"]]
