"""The language model's part: numbered evidence goes in, checked sentences come out.

A sentence is checked as soon as it is complete and is shown only then; what the evidence does not bear out is
dropped. Knows no retrieval and no screen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

import anyio.to_thread

from chatbot.llm import ChatModel
from chatbot.prompts import CANNOT_ANSWER, answer_messages
from chatbot.types import Audience, Citation, Claim
from chatbot.verification import Embed, Verdict, WrittenSentence, parse_sentences, verify

_MAX_TOKENS: Final = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The sentences that hold, the evidence they cite counted from 1, and how many sentences were dropped."""

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    n_dropped: int


async def write_answer(
    model: ChatModel,
    question: str,
    evidence: Sequence[Citation],
    audience: Audience,
    *,
    drug_names: Collection[str],
    embed: Embed | None,
    show: Callable[[str], None],
) -> Written:
    """Ask the model and keep what the evidence bears out.

    Args:
        model: who writes.
        question: what was asked, standing alone.
        evidence: the sentences offered, by number.
        audience: who reads.
        drug_names: every medicine name known, in lower case.
        embed: sentence embedder for nearness; None leaves it unjudged.
        show: called with each sentence that holds, as it comes.

    Raises:
        ChatModelError: the model could not be reached or said nothing.
        ValueError: there is no evidence; a model is never asked without.
    """
    if not evidence:
        raise ValueError("a language model is never asked without evidence")
    kept: list[tuple[WrittenSentence, Verdict]] = []
    n_dropped = 0
    pieces = model.stream(answer_messages(question, evidence, audience), max_tokens=_MAX_TOKENS)
    async for sentence in _complete_sentences(pieces):
        verdict = await anyio.to_thread.run_sync(verify, sentence, evidence, drug_names, embed)
        if verdict.support == "unsupported":
            n_dropped += 1
        else:
            kept.append((sentence, verdict))
            show(sentence.text + " ")
    return _renumbered(kept, evidence, n_dropped)


async def _complete_sentences(pieces: AsyncIterator[str]) -> AsyncIterator[WrittenSentence]:
    """Each sentence once it is followed by the beginning of the next one, or the reply has ended."""
    reply, n_given = "", 0
    async for piece in pieces:
        reply += piece
        if "]" not in piece and "." not in piece:
            continue
        # The last one may still grow (another id, another word), so it waits.
        for sentence in parse_sentences(reply)[n_given:-1]:
            n_given += 1
            yield sentence
    if CANNOT_ANSWER not in reply:
        for sentence in parse_sentences(reply)[n_given:]:
            yield sentence


def _renumbered(
    kept: Sequence[tuple[WrittenSentence, Verdict]], evidence: Sequence[Citation], n_dropped: int
) -> Written:
    """The cited evidence numbered in the order in which it is first cited."""
    offered = {one.n: one for one in evidence}
    order = list(dict.fromkeys(n for sentence, _ in kept for n in sentence.cited))
    number = {old: new for new, old in enumerate(order, start=1)}
    citations = tuple(
        Citation(
            n=number[old],
            passage=offered[old].passage,
            quote=offered[old].quote,
            quote_start=offered[old].quote_start,
            quote_end=offered[old].quote_end,
        )
        for old in order
    )
    claims = tuple(
        Claim(text=sentence.text, citations=tuple(number[n] for n in sentence.cited), support=verdict.support)
        for sentence, verdict in kept
    )
    return Written(claims=claims, citations=citations, n_dropped=n_dropped)
