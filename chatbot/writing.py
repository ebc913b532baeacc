"""The language model's part: numbered evidence goes in, checked sentences and quotes come out.

A sentence is checked as soon as it is complete and is shown only then. What the evidence does not bear out is replaced
by the sentence it cites, or dropped. In the mode "select" the model chooses sentences and everything shown is quoted.
Knows no retrieval and no screen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import anyio.to_thread

from chatbot.budget import fit_evidence
from chatbot.models.types import ChatModel
from chatbot.prompts import CANNOT_ANSWER, Mode, answer_messages
from chatbot.types import Audience, Citation, Claim, Support
from chatbot.verifying.entailment import Entails
from chatbot.verifying.reply import WrittenSentence, parse_choices, parse_sentences
from chatbot.verifying.verifier import Embed, Verifier

_MAX_TOKENS: Final = 700
_MAX_QUOTES: Final = 8
"""A model that cites everything for everything still makes an answer of readable length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many sentences a model wrote, and what became of them; the rest were dropped."""

    n_written: int = 0
    n_held: int = 0
    n_partial: int = 0
    n_replaced: int = 0

    @property
    def n_dropped(self) -> int:
        """Sentences of which nothing is shown."""
        return self.n_written - self.n_held - self.n_replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What holds, with the evidence it cites counted from 1; `links` are the words before each claim, mostly none."""

    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    links: tuple[str, ...]
    tally: Tally


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence that held, or a quote."""

    text: str
    cited: tuple[int, ...]
    support: Support
    link: str = ""


@dataclass(slots=True)
class _Draft:
    """The answer so far."""

    offered: dict[int, Citation]
    show: Callable[[str], None]
    pieces: list[_Piece] = field(default_factory=list)
    n_written: int = 0
    n_replaced: int = 0

    def keep(self, piece: _Piece) -> None:
        self.pieces.append(piece)
        quoted = piece.support == "quoted"
        self.show(f"{piece.link} \u201c{piece.text}\u201d ".lstrip() if quoted else f"{piece.text} ")

    def is_cited(self, n: int) -> bool:
        return any(n in piece.cited for piece in self.pieces)

    def quote(self, n: int, link: str = "") -> bool:
        """Put the evidence itself there, once; whether it was."""
        if n not in self.offered or self.is_cited(n) or len(self.pieces) >= _MAX_QUOTES:
            return False
        self.keep(_Piece(self.offered[n].quote, (n,), "quoted", link))
        return True

    def finish(self) -> Written:
        """The cited evidence numbered in the order in which it is first cited."""
        order = list(dict.fromkeys(n for piece in self.pieces for n in piece.cited))
        number = {old: new for new, old in enumerate(order, start=1)}
        citations = tuple(
            Citation(
                n=number[old],
                passage=self.offered[old].passage,
                quote=self.offered[old].quote,
                quote_start=self.offered[old].quote_start,
                quote_end=self.offered[old].quote_end,
            )
            for old in order
        )
        claims = tuple(
            Claim(text=piece.text, citations=tuple(number[n] for n in piece.cited), support=piece.support)
            for piece in self.pieces
        )
        tally = Tally(
            n_written=self.n_written,
            n_held=len(self.pieces) - self.n_replaced,
            n_partial=sum(piece.support == "partial" for piece in self.pieces),
            n_replaced=self.n_replaced,
        )
        return Written(
            claims=claims, citations=citations, links=tuple(piece.link for piece in self.pieces), tally=tally
        )


async def write_answer(
    model: ChatModel,
    question: str,
    evidence: Sequence[Citation],
    audience: Audience,
    *,
    drug_names: Collection[str],
    embed: Embed | None,
    show: Callable[[str], None],
    mode: Mode = "write",
    entails: Entails | None = None,
) -> Written:
    """Ask the model and keep what the evidence bears out.

    Args:
        model: who writes.
        question: what was asked, standing alone.
        evidence: the sentences offered, by number, the most direct first.
        audience: who reads.
        drug_names: every medicine name known, in lower case.
        embed: sentence embedder for nearness; None leaves it unjudged.
        show: called with each sentence that holds, as it comes.
        mode: whether the model chooses sentences or writes them.
        entails: a model of entailment; None leaves it unjudged.

    Raises:
        ChatModelError: the model could not be reached or said nothing, or its context is too short.
        ValueError: there is no evidence; a model is never asked without.
    """
    if not evidence:
        raise ValueError("a language model is never asked without evidence")
    messages = await fit_evidence(
        model, lambda some: answer_messages(question, some, audience, mode), evidence, _MAX_TOKENS
    )
    verifier = Verifier(evidence, drug_names, embed, entails)
    draft = _Draft({one.n: one for one in evidence}, show)
    parse = parse_sentences if mode == "write" else parse_choices
    async with aclosing(model.stream(messages, max_tokens=_MAX_TOKENS)) as pieces:
        async for sentence in _complete_sentences(pieces, parse):
            draft.n_written += 1
            if mode == "write":
                await anyio.to_thread.run_sync(_keep_written, draft, verifier, sentence)
            else:
                await anyio.to_thread.run_sync(_keep_chosen, draft, verifier, sentence, question)
    return draft.finish()


def _keep_written(draft: _Draft, verifier: Verifier, sentence: WrittenSentence) -> None:
    """The sentence if it holds; else the first sentence it cites that the answer does not have yet."""
    verdict = verifier.check(sentence)
    if verdict.support != "unsupported":
        draft.keep(_Piece(sentence.text, sentence.cited, verdict.support))
    elif not verdict.hostile and any(draft.quote(n) for n in sentence.cited):
        draft.n_replaced += 1


def _keep_chosen(draft: _Draft, verifier: Verifier, choice: WrittenSentence, question: str) -> None:
    """The chosen sentences, quoted; the linking words only if they say nothing of their own."""
    link = choice.text if verifier.is_link(choice, question) else ""
    for n in choice.cited:
        if draft.quote(n, f"{link}:" if link else ""):
            link = ""


async def _complete_sentences(
    pieces: AsyncIterator[str], parse: Callable[[str], list[WrittenSentence]]
) -> AsyncIterator[WrittenSentence]:
    """Each sentence once it is followed by the beginning of the next one, or the reply has ended."""
    reply, n_given = "", 0
    async for piece in pieces:
        reply += piece
        if "]" not in piece and "." not in piece:
            continue
        # The last one may still grow (another id, another word), so it waits.
        for sentence in parse(reply)[n_given:-1]:
            n_given += 1
            yield sentence
    if CANNOT_ANSWER not in reply:
        for sentence in parse(reply)[n_given:]:
            yield sentence
