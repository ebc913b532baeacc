"""The browser chat: the layout of the page and what its events do. No answering here, and no HTML.

A conversation lives in the memory of its session and nowhere else, unless the person switches on that it is
kept. Nothing is written to the browser, no run is recorded, no request leaves the machine.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias, get_args

import gradio as gr
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request

from chatbot import messages, page, sources_panel, theme
from chatbot.about_me import build_about_me, to_facts
from chatbot.accounts.identity import LOCAL, Identity
from chatbot.facts import Facts
from chatbot.guard.asgi import identity_of
from chatbot.history.types import LOCAL_OWNER
from chatbot.messages import Exchange
from chatbot.notices import kept_notice
from chatbot.privacy.identifiers import Kind
from chatbot.question_text import MAX_CHARS
from chatbot.sources_panel import PagePicture, SourceStore
from chatbot.streaming import AnswersQuestions, Pending, stream_answer
from chatbot.types import Audience, Notice, Response, Turn
from knowledge_base.errors import VademecumError
from knowledge_base.types import Box

_LOG: Final = logging.getLogger(__name__)
_MAX_WAITING: Final = 64
_CONCURRENT_ANSWERS: Final = 4
_SESSION_SECONDS: Final = 3600 * 8
Conversation: TypeAlias = tuple[Exchange, ...]
ChecksLists: TypeAlias = Callable[[Sequence[str]], Response]
Shown: TypeAlias = tuple[Any, Any, Any, Any]
"""New values of the transcript, the sources panel, the conversation and the question box."""

_NOT_KEPT: Final = "Something went wrong on this computer and the chat was not kept."
_BROKEN: Final = "Something went wrong on this computer and the question was not answered. Please ask it again."


class Counted(Protocol):
    """The part of a manifest that the welcome screen tells."""

    @property
    def n_documents(self) -> int:
        """How many documents there are."""
        ...


class OpenKnowledgeBase(Protocol):
    """What the page needs of the knowledge base; read anew each time, as it may have been refreshed."""

    @property
    def store(self) -> SourceStore:
        """The stored documents."""
        ...

    @property
    def manifest(self) -> Counted:
        """How many documents there are."""
        ...


class OpenAnswerer(AnswersQuestions, Protocol):
    """An answerer over an open knowledge base."""

    @property
    def knowledge_base(self) -> OpenKnowledgeBase:
        """Where its sources are."""
        ...


class KeepsConversations(Protocol):
    """What keeps a conversation on the disk once the person asks for it."""

    def record(self, owner: str, exchanges: Sequence[Exchange]) -> tuple[Kind, ...]:
        """Keep what is not kept yet; the kinds of what was masked in it."""
        ...


class _Chat:
    """What happens on each event: values in, HTML out. Holds no conversation itself."""

    def __init__(
        self,
        answerer: OpenAnswerer,
        page_picture: PagePicture,
        audience: Audience,
        keeper: KeepsConversations | None,
        check_list: ChecksLists | None,
    ) -> None:
        self._answerer = answerer
        self._keeper = keeper
        self._check = check_list
        self._audience = audience
        self._page_picture = page_picture

    def welcome(self, audience: Audience) -> str:
        """The transcript before the first question."""
        return page.render_welcome(audience, self._answerer.knowledge_base.manifest.n_documents, theme.logo())

    async def ask(
        self,
        conversation: Conversation,
        typed: str,
        wanted: Audience,
        keep: bool,
        facts: Facts,
        event: gr.EventData,
        request: gr.Request,
    ) -> AsyncIterator[Shown]:
        """Answer what was typed, or the question that stands on the button that was pressed."""
        question = str(_data(event).get("question", typed)).strip()
        person = _person(request)
        audience = person.audience(wanted)
        if not question:
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        turn = len(conversation)
        before = messages.render_conversation(conversation)
        busy = gr.update(value="", submit_btn=False, stop_btn="Stop")
        ready = gr.update(submit_btn="Ask", stop_btn=False)
        again = gr.update(value=question, submit_btn="Ask", stop_btn=False)
        yield before + messages.render_pending(question, page.FIRST_STAGE, "", turn), gr.skip(), gr.skip(), busy
        try:
            session = f"{_owner(person)} {request.session_hash}"
            news = stream_answer(self._answerer, question, _history(conversation), audience, facts, session=session)
            async with contextlib.aclosing(news):
                async for item in news:
                    if isinstance(item, Pending):
                        pending = messages.render_pending(question, item.stage, item.draft, turn)
                        yield before + pending, gr.skip(), gr.skip(), gr.skip()
                        continue
                    exchange = Exchange(question=question, audience=audience, response=item)
                    if keep and (kept := await self._record(person, (*conversation, exchange))) is not None:
                        told = dataclasses.replace(item, notices=(*item.notices, kept))
                        exchange = dataclasses.replace(exchange, response=told)
                    shown = before + messages.render_exchange(exchange, turn)
                    yield shown, sources_panel.render_overview(item, turn), (*conversation, exchange), ready
        except VademecumError as error:
            yield before + messages.render_failure(question, str(error), turn), gr.skip(), gr.skip(), again
        except Exception as error:  # the edge of the interface: the page must say something and go on
            # The traceback may carry the person's words; its kind is enough here.
            _LOG.error("answering failed: %s", type(error).__name__)
            yield before + messages.render_failure(question, _BROKEN, turn), gr.skip(), gr.skip(), again

    def tell(self, known: Facts, *fields: Any) -> Facts:  # noqa: ANN401 - what the fields of the page hold
        """What the person told of themselves; a field that cannot be read changes nothing and is named."""
        try:
            return to_facts(*fields)
        except VademecumError as error:
            gr.Warning(str(error), title="About me")
            return known

    async def check_list(
        self, conversation: Conversation, wanted: Audience, facts: Facts, request: gr.Request
    ) -> Shown:
        """Check the medicines the person takes with each other."""
        if self._check is None:
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        turn, question = len(conversation), f"Check together: {', '.join(facts.medicines)}"
        before = messages.render_conversation(conversation)
        try:
            response = await run_sync(self._check, facts.medicines)
        except VademecumError as error:
            return before + messages.render_failure(question, str(error), turn), gr.skip(), gr.skip(), gr.skip()
        exchange = Exchange(question=question, audience=_person(request).audience(wanted), response=response)
        shown = before + messages.render_exchange(exchange, turn)
        return shown, sources_panel.render_overview(response, turn), (*conversation, exchange), gr.skip()

    async def keep(self, conversation: Conversation, keep: bool, request: gr.Request) -> None:
        """Keep the conversation so far when the switch is set; say what happens when it is taken back."""
        if not keep:
            gr.Info("What was kept so far stays, until `vademecum history delete` or `wipe`.", title="No longer kept")
        elif conversation and (kept := await self._record(_person(request), conversation)):
            gr.Info(kept.text, title="Kept")

    async def _record(self, person: Identity, conversation: Conversation) -> Notice | None:
        """Keep a conversation for its person; None where it could not be kept, which the corner of the page says."""
        if self._keeper is None:
            return None
        try:
            return kept_notice(await run_sync(self._keeper.record, _owner(person), conversation))
        except VademecumError as error:
            gr.Warning(str(error), title="Not kept")
        except Exception as error:  # the edge of the interface: a chat that cannot be kept is answered all the same
            _LOG.error("keeping failed: %s", type(error).__name__)
            gr.Warning(_NOT_KEPT, title="Not kept")
        return None

    def open_source(self, conversation: Conversation, event: gr.EventData) -> str:
        """Open what a citation points at."""
        turn, key = str(_data(event).get("turn", "")), str(_data(event).get("key", ""))
        if not turn.isdecimal() or int(turn) >= len(conversation):
            return sources_panel.render_empty()
        response = conversation[int(turn)].response
        store = self._answerer.knowledge_base.store
        return sources_panel.render_source(response, int(turn), key, store, self._page_picture)

    def stop(self, conversation: Conversation, audience: Audience) -> Shown:
        """Show the conversation as it was before the question that was stopped."""
        shown = messages.render_conversation(conversation) or self.welcome(audience)
        return shown, gr.skip(), gr.skip(), gr.update(submit_btn="Ask", stop_btn=False)

    def restart(self, audience: Audience) -> tuple[Any, ...]:
        """Forget the conversation; the next one is not kept unless the person says so again."""
        box = gr.update(value="", submit_btn="Ask", stop_btn=False)
        return self.welcome(audience), sources_panel.render_empty(), (), box, False

    def arrive(self, request: gr.Request) -> tuple[Any, Any, Any]:
        """Show a person who has signed in the readers their role may choose, and the way out."""
        person = _person(request)
        if person == LOCAL:
            return gr.skip(), gr.skip(), gr.skip()
        readers = [(page.AUDIENCES[reader], reader) for reader in person.audiences]
        chosen = person.audience(self._audience)
        switch = gr.update(choices=readers, value=chosen, visible=len(readers) > 1)
        welcome = gr.skip() if chosen == self._audience else self.welcome(chosen)
        return switch, page.render_sign_out(person.name), welcome

    def change_audience(self, conversation: Conversation, audience: Audience) -> str | dict[str, Any]:
        """Offer the other reader's example questions, if no question was asked yet."""
        return gr.skip() if conversation else self.welcome(audience)


def build_app(
    answerer: OpenAnswerer,
    *,
    audience: Audience = "patient",
    page_picture: PagePicture | None = None,
    keeper: KeepsConversations | None = None,
    check_list: ChecksLists | None = None,
) -> gr.Blocks:
    """The page over one answerer.

    Args:
        answerer: answers questions from an open knowledge base.
        audience: the reader the switch is set to at first.
        page_picture: draws a page of a PDF; the one of `ingest` if None.
        keeper: keeps conversations for whom the switch is set; without one there is no switch.
        check_list: checks the medicines a person takes with each other; without it there is no button.
    """
    chat = _Chat(answerer, page_picture or _draw_page, audience, keeper, check_list)
    with gr.Blocks(title="vademecum", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as app:
        conversation = gr.State((), time_to_live=_SESSION_SECONDS)
        facts = gr.State(Facts(), time_to_live=_SESSION_SECONDS)
        with gr.Row(elem_id="vm-top"):
            gr.HTML(page.render_brand(theme.logo()), apply_default_css=False)
            switch = gr.Radio(
                [(page.AUDIENCES[reader], reader) for reader in get_args(Audience)],
                value=audience,
                label="Write for",
                container=False,
                elem_id="vm-audience",
            )
            keep = gr.Checkbox(
                value=False, label="Keep this chat", container=False, visible=keeper is not None, elem_id="vm-keep"
            )
            leave = gr.HTML("", apply_default_css=False)
            controls = gr.HTML(page.render_controls(), js_on_load=page.FORWARD_CLICKS, apply_default_css=False)
        with gr.Row(elem_id="vm-panes", equal_height=False):
            with gr.Column(elem_id="vm-chat"):
                transcript = gr.HTML(
                    chat.welcome(audience),
                    js_on_load=page.FORWARD_CLICKS,
                    apply_default_css=False,
                    elem_id="vm-transcript",
                )
                with gr.Column(elem_id="vm-composer"):
                    box = gr.Textbox(
                        placeholder="Ask about a medicine",
                        label="Your question",
                        show_label=False,
                        container=False,
                        autofocus=True,
                        lines=1,
                        max_lines=6,
                        max_length=MAX_CHARS,
                        submit_btn="Ask",
                        elem_id="vm-question",
                    )
                    about = build_about_me(with_check=check_list is not None)
                    gr.HTML(page.render_disclaimer(), apply_default_css=False)
            with gr.Column(elem_id="vm-sources"):
                sources = gr.HTML(
                    str(sources_panel.render_empty()), js_on_load=page.FORWARD_CLICKS, apply_default_css=False
                )
        quiet = {"show_progress": "hidden", "api_visibility": "private"}
        shown = [transcript, sources, conversation, box]
        # One event for both ways to ask: while a question is being answered no other is taken.
        asking = gr.on(
            [box.submit, transcript.submit], chat.ask, [conversation, box, switch, keep, facts], shown, **quiet
        )
        gr.on([one.change for one in about.fields], chat.tell, [facts, *about.fields], [facts], **quiet)
        about.check.click(chat.check_list, [conversation, switch, facts], shown, **quiet)
        # Closed, so that the answer has the room.
        gr.on([box.submit, about.check.click], lambda: gr.update(open=False), None, [about.panel], **quiet)
        box.stop(chat.stop, [conversation, switch], shown, cancels=asking, **quiet)
        controls.click(chat.restart, [switch], [*shown, keep], cancels=asking, **quiet)
        keep.input(chat.keep, [conversation, keep], None, **quiet)
        transcript.click(chat.open_source, [conversation], [sources], **quiet)
        sources.click(chat.open_source, [conversation], [sources], **quiet)
        app.load(chat.arrive, None, [switch, leave, transcript], **quiet)
        switch.change(chat.change_audience, [conversation, switch], [transcript], **quiet)
    return app.queue(max_size=_MAX_WAITING, default_concurrency_limit=_CONCURRENT_ANSWERS)


def build_server(app: gr.Blocks) -> FastAPI:
    """The page as an application to serve, without what Gradio adds: run history, monitoring, sharing."""
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gr.mount_gradio_app(
        server,
        app,
        path="/",
        auth_dependency=lambda request: _identity(request).name,
        show_error=False,
        run_history=False,
        enable_monitoring=False,
        footer_links=[],
        ssr_mode=False,
        mcp_server=False,
        max_file_size="1mb",
        **theme.appearance(),
    )
    return server


def _person(request: gr.Request) -> Identity:
    """Who is behind an event of the page."""
    return _identity(request.request)


def _owner(person: Identity) -> str:
    """Whose a kept conversation is."""
    return LOCAL_OWNER if person == LOCAL else f"user:{person.name}"


def _identity(request: Request) -> Identity:
    return identity_of(request.scope) or LOCAL


def _data(event: gr.EventData) -> Mapping[str, object]:
    """What the browser sent along with an event; the question box sends nothing."""
    data = event._data
    return data if isinstance(data, dict) else {}


def _history(conversation: Conversation) -> list[Turn]:
    """The conversation as the answerer takes it."""
    turns: list[Turn] = []
    for exchange in conversation:
        turns.append(Turn(role="user", content=exchange.question))
        turns.append(Turn(role="assistant", content=exchange.response.text))
    return turns


def _draw_page(path: Path, number: int, boxes: Sequence[Box], zoom: float) -> bytes:
    """The picture of a page as `ingest` draws it; loaded with the first page that is asked for."""
    from ingest.page_picture import render

    return render(path, number, boxes, zoom)
