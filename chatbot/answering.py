"""From a question to a checked, cited answer; the file to read first.

The stages are triage, rewrite, retrieve, answer, verify, compose. Each takes values and returns new ones, and one
that can say no ends the answer early. Knows no screen, no format of files and no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from anyio.to_thread import run_sync
from numpy.typing import NDArray

from chatbot.candidates import Lead
from chatbot.compose import number_quotes
from chatbot.evidence import EvidenceRules, focus
from chatbot.extractive import Quote, QuoteGroup
from chatbot.facts import Facts
from chatbot.gathering import Gatherer
from chatbot.injections import speaks_to_machine
from chatbot.misuse import Misuse
from chatbot.models.types import ChatModel, ChatModelError, for_session
from chatbot.notices import (
    checked_notice,
    folded_notices,
    masked_notice,
    masking_failed_notice,
    model_notice,
    unsupported_notice,
)
from chatbot.outcomes import (
    Case,
    Writing,
    ask_back,
    decline,
    give_answer,
    raise_alarm,
    raise_alarm_alone,
    raise_alarm_unread,
    refuse,
    reply_to_small_talk,
    too_long,
)
from chatbot.personal import PersonalReader, PersonalRows
from chatbot.privacy.identifiers import FindsIdentifiers, MaskingError
from chatbot.privacy.masker import RuleFinder
from chatbot.privacy.placeholders import StreamRestorer, mask_turns
from chatbot.prompts import Mode, prompt_version
from chatbot.question_text import MAX_CHARS, MAX_TRIAGED_CHARS, clean_question
from chatbot.rephrasing import rephrase
from chatbot.rewriting import Rewritten, rewrite
from chatbot.small_talk import small_talk_reply
from chatbot.source_notes import with_source_notes
from chatbot.stages import OnProgress, Run
from chatbot.triage import Triage
from chatbot.types import Audience, BoxedWarning, Response, TriageVerdict, Turn
from chatbot.verifying.entailment import EntailmentError, Entails
from chatbot.writing import write_answer
from knowledge_base.drug_names import Resolution
from knowledge_base.embedder import Embedder
from knowledge_base.passage_store import PassageStore
from knowledge_base.types import Passage, Query, Retrieval

_N_PASSAGES: Final = 12
"""Passages asked of retrieval: the most direct sentence may stand in the tenth."""


class Knowledge(Protocol):
    """What the answerer needs of a knowledge base."""

    @property
    def store(self) -> PassageStore:
        """The stored documents."""
        ...

    @property
    def embedder(self) -> Embedder:
        """The embedder of its vectors."""
        ...

    @property
    def index_version(self) -> str:
        """Changes whenever the content does."""
        ...


class Searches(Protocol):
    """What the answerer needs of a retriever."""

    def search(self, query: Query) -> Retrieval:
        """Ranked passages for a query."""
        ...

    def resolve(self, text: str) -> Resolution:
        """The medicines a text names, held or not."""
        ...

    def boxed_warnings(self, ingredients: Sequence[str]) -> Sequence[tuple[str, Passage, int, int]]:
        """The boxed warning of each ingredient that has one: its passage and span in the document."""
        ...


class Answerer:
    """Answers questions from one knowledge base; safe to share between tasks."""

    def __init__(
        self,
        knowledge_base: Knowledge,
        retriever: Searches,
        chat_model: ChatModel | None = None,
        *,
        country: str = "US",
        finder: FindsIdentifiers | None = None,
        helplines: Path | None = None,
        mode: Mode = "write",
        entails: Entails | None = None,
    ) -> None:
        self._mode = mode
        self._entails = entails
        self._kb = knowledge_base
        self._retriever = retriever
        self._chat_model = chat_model
        self._triage = Triage(country, helplines=helplines, embedder=knowledge_base.embedder)
        self._misuse = Misuse()
        self._rules = EvidenceRules()
        self._finder = finder or RuleFinder()

    async def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        audience: Audience = "patient",
        facts: Facts | None = None,
        on_progress: OnProgress | None = None,
        session: str = "",
    ) -> Response:
        """Answer one question from the sources, decline it, or meet it with the emergency text.

        Args:
            question: what the person wrote.
            history: the conversation so far, oldest first; may hold the person's turns only.
            audience: who reads the answer.
            facts: what the person told of themselves; each fact adds a row on every medicine asked about.
            on_progress: told of each stage, and of checked text as it comes; may be called from any thread.
            session: whose conversation it is, in any words; never sent as it stands.

        Raises:
            KnowledgeBaseError: the knowledge base can not be read.
        """
        read = clean_question(question)
        question, history = read.text, [replace(turn, content=clean_question(turn.content).text) for turn in history]
        model = for_session(self._chat_model, session) if self._chat_model is not None else None
        run = Run(on_progress, notices=folded_notices(read.folded), model=model)
        with run.stage("triage"):
            verdict = await run_sync(self._triage.assess, question[:MAX_TRIAGED_CHARS], history)
            reason = self._misuse.find(question[:MAX_TRIAGED_CHARS])
        if verdict.level == "crisis" or (verdict.level != "none" and reason is not None):
            return run.finish(raise_alarm_alone(question[:MAX_CHARS], verdict, self._kb.index_version))
        if reason is not None:
            text = self._misuse.text(reason, self._triage.numbers)
            return run.finish(refuse(question[:MAX_CHARS], reason, text, self._kb.index_version))
        if verdict.level == "none" and len(question) > MAX_CHARS:
            return run.finish(too_long(question, self._kb.index_version))
        if verdict.level != "none":
            return run.finish(await self._raise_alarm(run, question[:MAX_CHARS], history, verdict, audience))
        if (reply := small_talk_reply(question)) is not None:
            return run.finish(reply_to_small_talk(question, reply, self._kb.index_version))
        case = await self._look_up(run, question, history, verdict, audience, model)
        if (declined := ask_back(case)) is not None:
            return run.finish(declined)
        with run.stage("answer"):
            groups = await run_sync(self._gather, case)
            case = replace(case, facts=facts or Facts())
            rows = await run_sync(self._read_facts, case)
        case = replace(case, fact_notices=rows.notices)
        with run.stage("verify"):
            groups = await run_sync(self._keep_exact, (*groups, *rows.groups))
        if not any(group.quotes for group in groups):
            return run.finish(decline(case, groups))
        writing = await self._write(run, case, groups, history, model)
        with run.stage("compose"):
            answer = give_answer(case, groups, writing)
            response = await run_sync(with_source_notes, answer, self._kb.store.comparison)
        return run.finish(response)

    async def _look_up(
        self,
        run: Run,
        question: str,
        history: Sequence[Turn],
        verdict: TriageVerdict,
        audience: Audience,
        model: ChatModel | None = None,
    ) -> Case:
        with run.stage("rewrite"):
            resolve = self._retriever.resolve
            asked = await run_sync(rewrite, question, history, resolve, self._rules.has_own_subject)
            # The fixed text of an emergency waits for no model.
            if model is not None and verdict.level == "none":
                asked = await rephrase(model, question, history, asked, resolve, self._finder)
        with run.stage("retrieve"):
            return await run_sync(self._retrieve, question, asked, verdict, audience)

    def _retrieve(self, question: str, asked: Rewritten, verdict: TriageVerdict, audience: Audience) -> Case:
        overdose = verdict.level != "none" and verdict.category == "overdose"
        query = Query(text=asked.question, aspects=("overdose",) if overdose else None, k=_N_PASSAGES)
        retrieval = self._retriever.search(query)
        ingredients = dict.fromkeys(one for drug in retrieval.drugs for one in drug.ingredients)
        return Case(
            question=question,
            asked=asked,
            audience=audience,
            verdict=verdict,
            retrieval=retrieval,
            aspects=self._rules.aspects(name for part in focus(question, retrieval.aspects) for name in part),
            boxed_warnings=self.boxed_warnings(list(ingredients)),
            index_version=self._kb.index_version,
            numbers=self._triage.numbers,
            today=datetime.now(UTC).date(),
        )

    def boxed_warnings(self, ingredients: Sequence[str]) -> tuple[BoxedWarning, ...]:
        """The boxed warning of each ingredient that has one, quoted whole."""
        return tuple(
            BoxedWarning(
                ingredient=ingredient,
                quote=self._kb.store.source_text(passage.document.id)[start:end],
                passage=passage,
                quote_start=start,
                quote_end=end,
            )
            for ingredient, passage, start, end in self._retriever.boxed_warnings(ingredients)
            if not speaks_to_machine(passage.text)
        )

    def _gather(self, case: Case) -> tuple[QuoteGroup, ...]:
        return self._gatherer().gather(case.asked.question, case.retrieval, case.audience)

    def _read_facts(self, case: Case) -> PersonalRows:
        reader = PersonalReader(
            gatherer=self._gatherer(), resolve=self._retriever.resolve, search=self._retriever.search
        )
        return reader.read(case.asked.question, case.retrieval, case.facts, case.audience)

    def _gatherer(self) -> Gatherer:
        return Gatherer(store=self._kb.store, rules=self._rules, embed=self._embed)

    def _keep_exact(self, groups: Sequence[QuoteGroup]) -> tuple[QuoteGroup, ...]:
        """The groups without quotes that differ from the stored source, or that are meant for a machine."""
        source_text = cache(self._kb.store.source_text)

        def is_exact(quote: Quote | Lead) -> bool:
            stored = source_text(quote.passage.document.id)[quote.start : quote.end]
            return stored == quote.text and not speaks_to_machine(_lines_to_end(quote))

        return tuple(
            replace(
                group, quotes=tuple(q for q in group.quotes if is_exact(q) and (q.lead is None or is_exact(q.lead)))
            )
            for group in groups
        )

    async def _raise_alarm(
        self, run: Run, question: str, history: Sequence[Turn], verdict: TriageVerdict, audience: Audience
    ) -> Response:
        try:
            case = await self._look_up(run, question, history, verdict, audience)
            with run.stage("answer"):
                asks_label = case.retrieval.drugs and verdict.category == "overdose"
                groups = await run_sync(self._gather, case) if asks_label else ()
            with run.stage("verify"):
                return raise_alarm(case, await run_sync(self._keep_exact, groups))
        except Exception:  # noqa: BLE001, RUF100 - whatever is wrong with the sources must not hold back the fixed text
            return raise_alarm_unread(question, verdict)

    async def _write(
        self, run: Run, case: Case, groups: Sequence[QuoteGroup], history: Sequence[Turn], model: ChatModel | None
    ) -> Writing:
        """What the language model makes of the evidence; nothing where there is no model or it fails.

        The model is shown the question with placeholders for whatever may identify a person, or nothing at all.
        """
        if model is None:
            return Writing()
        evidence = [one for bullet in number_quotes(q for group in groups for q in group.quotes) for one in bullet]
        names = await run_sync(lambda: self._kb.store.known_drug_names)
        typed = [turn.content for turn in history if turn.role == "user"]
        try:
            question, placeholders = await run_sync(mask_turns, self._finder, typed, case.asked.question)
        except MaskingError as error:
            return Writing(notices=(masking_failed_notice(str(error)),))
        masked = masked_notice(question.kinds)
        shown = StreamRestorer(placeholders, run.show)
        try:
            with run.stage("verify"):
                written = await write_answer(
                    model,
                    question.text,
                    evidence,
                    case.audience,
                    drug_names=names,
                    embed=self._kb.embedder.embed_passages,
                    show=shown.feed,
                    mode=self._mode,
                    entails=self._entails,
                )
                shown.finish()
        except (ChatModelError, EntailmentError) as error:
            return Writing(notices=(model_notice(str(error)), *masked))
        tally = written.tally
        if tally.n_held == 0:
            return Writing(notices=(unsupported_notice(tally.n_written, all_dropped=True), *masked))
        dropped = (unsupported_notice(tally.n_dropped, all_dropped=False),) if tally.n_dropped > 0 else ()
        checked = checked_notice(tally.n_written, tally.n_held, tally.n_partial, tally.n_replaced)
        return Writing(
            model=model.name,
            claims=tuple(replace(claim, text=placeholders.restore(claim.text)) for claim in written.claims),
            citations=written.citations,
            links=tuple(placeholders.restore(link) for link in written.links),
            prompt=prompt_version(self._mode, case.audience),
            notices=(checked, *dropped, *masked),
        )

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The question, often embedded by the gate already and remembered, then sentences."""
        embedder = self._kb.embedder
        return np.concatenate([embedder.embed_queries(texts[:1]), embedder.embed_passages(texts[1:])])


def _lines_to_end(quote: Quote | Lead) -> str:
    """The quote's line and what stands above it in its passage: it may be the second half of an instruction."""
    text = quote.passage.text
    end = text.find("\n", max(0, quote.end - quote.passage.start))
    return f"{quote.text}\n{text if end < 0 else text[:end]}"
