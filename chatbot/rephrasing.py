"""A follow-up made to stand alone by the language model, where there is one; rules check what it wrote.

Asked only of a question that does not stand alone, and told nothing but the person's own turns. What it writes is
taken if it names no medicine, class or number that the conversation does not, and loses none that the rules found;
otherwise, or when it is slow, the rules' version is used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

import anyio
import anyio.to_thread

from chatbot.models.types import ChatModel, ChatModelError
from chatbot.privacy.identifiers import FindsIdentifiers, MaskingError
from chatbot.privacy.placeholders import Placeholders
from chatbot.prompts import rephrase_messages
from chatbot.rewriting import Resolve, Rewritten
from chatbot.types import Turn
from knowledge_base.drug_classes import drug_classes

_SECONDS: Final = 4.0
"""Longer than this nobody waits before the search begins."""
_MAX_TOKENS: Final = 80
_MAX_CHARS: Final = 300
_MAX_TURNS: Final = 6
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")


async def rephrase(
    model: ChatModel,
    question: str,
    history: Sequence[Turn],
    by_rules: Rewritten,
    resolve: Resolve,
    finder: FindsIdentifiers,
    *,
    timeout_seconds: float = _SECONDS,
) -> Rewritten:
    """The model's version of a follow-up if it holds, the rules' version if not.

    The model sees placeholders for whatever may identify a person; where they cannot be made it is not asked.
    """
    if not by_rules.leans:
        return by_rules
    earlier = [turn.content for turn in history if turn.role == "user" and turn.content.strip()][-_MAX_TURNS:]
    placeholders = Placeholders(finder)
    try:
        *masked, last = await anyio.to_thread.run_sync(_mask, placeholders, [*earlier, question])
    except MaskingError:
        return by_rules
    reply = await _ask(model, last, masked, timeout_seconds)
    if reply is None:
        return by_rules
    written = placeholders.restore(reply)
    return await anyio.to_thread.run_sync(_checked, written, question, earlier, by_rules, resolve)


def _mask(placeholders: Placeholders, texts: Sequence[str]) -> list[str]:
    return [placeholders.mask(text).text for text in texts]


async def _ask(model: ChatModel, question: str, earlier: Sequence[str], timeout_seconds: float) -> str | None:
    """What the model wrote; None if it failed or took too long."""
    reply = ""
    try:
        with anyio.fail_after(timeout_seconds):
            async with aclosing(model.stream(rephrase_messages(question, earlier), max_tokens=_MAX_TOKENS)) as pieces:
                async for piece in pieces:
                    reply += piece
    except (ChatModelError, TimeoutError):
        return None
    return reply.strip().strip("\"'\u201c\u201d").removeprefix("<last>").removesuffix("</last>").strip()


def _checked(written: str, question: str, earlier: Sequence[str], by_rules: Rewritten, resolve: Resolve) -> Rewritten:
    said = " \n".join([*earlier, question, by_rules.question])
    if not written or len(written) > _MAX_CHARS or "\n" in written:
        return by_rules
    if not set(_NUMBER.findall(written)) <= set(_NUMBER.findall(said)):
        return by_rules
    if not _classes(written) <= _classes(said):
        return by_rules
    mentions, unknown = resolve(written)
    known, unheld = resolve(said)
    named = {one.ingredients or (one.mention.lower(),) for one in mentions}
    if not named <= {one.ingredients or (one.mention.lower(),) for one in known}:
        return by_rules
    if not {word.lower() for word in unknown} <= {word.lower() for word in unheld}:
        return by_rules
    needed, needed_unheld = resolve(by_rules.question)
    if not {one.ingredients for one in needed if one.ingredients} <= named:
        return by_rules
    if not {word.lower() for word in needed_unheld} <= {word.lower() for word in unknown}:
        return by_rules
    return Rewritten(written, by_rules.carried, leans=True)


def _classes(text: str) -> set[str]:
    return {one.name for one in drug_classes().mentions(text)}
