"""A conversation as HTML: questions, answers, abstentions, emergency screens.

Knows the values of `chatbot.types` and the words of the interface; knows no Gradio and no store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from markupsafe import Markup

from chatbot.answer_text import render_text
from chatbot.boxed_blocks import render_boxed_warnings
from chatbot.icons import icon
from chatbot.markup import element, join
from chatbot.plain_text import to_plain_text
from chatbot.types import Abstention, Audience, Emergency, Notice, Response, TriageLevel, TriageVerdict
from knowledge_base.types import DrugMention

_CAUTIONS: Final = frozenset(
    {"pregnancy", "child", "overdose", "look-alike", "conflict", "contraindication", "allergy"}
)
_LINE_END: Final = re.compile(r"\n+(?!\s*[-•*] )")
_N_NEAREST: Final = 3
_ALARMS: Final[Mapping[TriageLevel, tuple[str, str, str]]] = MappingProxyType(
    {
        "none": ("vm-urgent", "alert", "Please read this first"),
        "urgent": ("vm-urgent", "alert", "Get help with this now"),
        "emergency": ("vm-emergency", "alert", "This may be an emergency"),
        "crisis": ("vm-emergency vm-crisis", "phone", "Help is available right now"),
    }
)
"""For each level: the style, the drawing and the heading of its screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question and its outcome, with the reader it was written for."""

    question: str
    audience: Audience
    response: Response


def render_conversation(exchanges: Sequence[Exchange]) -> Markup:
    """All finished exchanges, oldest first."""
    return join(render_exchange(exchange, turn) for turn, exchange in enumerate(exchanges))


def render_exchange(exchange: Exchange, turn: int) -> Markup:
    """One question with its answer, abstention or emergency screen."""
    match exchange.response:
        case Emergency() as response:
            outcome = _emergency(response, turn)
        case Abstention() as response:
            outcome = _abstention(response, turn)
        case response:
            outcome = _answer(response, turn)
    return _turn(exchange.question, outcome, turn)


def render_pending(question: str, stage: str, draft: str, turn: int) -> Markup:
    """A question that is being answered: the stage, and the checked sentences so far if there are any."""
    dots = element("span", Markup("<i></i><i></i><i></i>"), class_="vm-dots", aria_hidden="true")
    outcome = join(
        [
            element("div", dots, element("span", stage, class_="vm-stage"), class_="vm-pending", aria_busy="true"),
            element("p", draft, class_="vm-draft", aria_hidden="true") if draft else None,
        ]
    )
    return _turn(question, outcome, turn)


def render_failure(question: str, message: str, turn: int) -> Markup:
    """A question that could not be answered because something broke."""
    title = element("h2", icon("info"), "No answer this time")
    text = element("div", element("p", message), class_="vm-text")
    return _turn(question, element("div", title, text, class_="vm-card vm-failure", role="alert"), turn)


def _turn(question: str, outcome: Markup, turn: int) -> Markup:
    asked = element("div", element("span", "You asked: ", class_="vm-sr"), question, class_="vm-question")
    return element(
        "article", asked, element("div", outcome, class_="vm-outcome"), class_="vm-turn", id=f"vm-turn-{turn}"
    )


def _answer(response: Response, turn: int) -> Markup:
    return element(
        "div",
        _alarm(response.triage, response.triage.text) if response.triage.text else None,
        render_boxed_warnings(response.boxed_warnings, turn),
        _notices(response.notices),
        element("div", _text(response, turn), class_="vm-text vm-reveal"),
        _foot(response, turn),
        class_="vm-answer",
    )


def _abstention(response: Abstention, turn: int) -> Markup:
    unclear = [drug for drug in response.drugs if drug.match == "ambiguous" and drug.candidates]
    declined = any(notice.kind == "declined" for notice in response.notices)
    title = "This is not something to help with" if declined else "No answer in the sources"
    title = "Which medicine do you mean?" if unclear else title
    card = element(
        "div",
        element("h2", icon("search"), title),
        element("div", _text(response, turn), class_="vm-text"),
        *(_choices(response.question, drug) for drug in unclear),
        None if unclear else _nearest(response, turn),
        class_="vm-card vm-abstention",
    )
    alarm = _alarm(response.triage, response.triage.text) if response.triage.text else None
    return join([alarm, render_boxed_warnings(response.boxed_warnings, turn), _notices(response.notices), card])


def _emergency(response: Emergency, turn: int) -> Markup:
    fixed = response.triage.text.strip() or response.text.strip()
    rest = response.text.strip().removeprefix(fixed).strip()
    body = element("div", render_text(rest, _labels(response), turn), class_="vm-text")
    return join(
        [
            _alarm(response.triage, fixed),
            render_boxed_warnings(response.boxed_warnings, turn),
            _notices(response.notices),
            element("div", body, _foot(response, turn), class_="vm-answer") if rest else None,
        ]
    )


def _alarm(verdict: TriageVerdict, text: str) -> Markup:
    """The fixed text of the red-flag gate, as loud as its level."""
    kind, drawing, title = _ALARMS[verdict.level]
    return element(
        "section",
        element("h2", icon(drawing), title),
        element("div", render_text(_LINE_END.sub("\n\n", text.strip()), {}, 0), class_="vm-text"),
        _call_buttons(verdict.calls),
        class_=kind,
        role="alert",
    )


def _call_buttons(numbers: Sequence[str]) -> Markup | None:
    """One button for each telephone number of an emergency text; a phone dials it."""
    links = (
        element(
            "a",
            icon("phone"),
            element("span", f"Call {number}"),
            class_="vm-call",
            href=f"tel:{re.sub(r'[ -]', '', number)}",
        )
        for number in numbers
    )
    return element("div", *links, class_="vm-calls") if numbers else None


def _notices(notices: Sequence[Notice]) -> Markup | None:
    return element("ul", *(_notice(notice) for notice in notices), class_="vm-notices") if notices else None


def _notice(notice: Notice) -> Markup:
    caution = notice.kind in _CAUTIONS
    return element(
        "li",
        icon("alert" if caution else "info"),
        element("span", notice.text),
        class_="vm-notice vm-caution" if caution else "vm-notice",
        data_kind=notice.kind,
    )


def _choices(question: str, drug: DrugMention) -> Markup:
    """The names an ambiguous one could be, each asking the question again with that name."""
    stands_there = question[drug.start : drug.end] == drug.mention
    before, after = (question[: drug.start], question[drug.end :]) if stands_there else (f"{question} ", "")
    buttons = (
        element(
            "button", name, type="button", class_="vm-choice", data_action="ask", data_question=f"{before}{name}{after}"
        )
        for name in drug.candidates
    )
    return element("div", *buttons, class_="vm-choices", role="group", aria_label="Choose a medicine")


def _nearest(response: Response, turn: int) -> Markup | None:
    """What came nearest without answering, for a reader who wants to look."""
    rows = (
        element(
            "li", source_button(turn, f"p{place}", f"{scored.passage.document.title}: {scored.passage.section_title}")
        )
        for place, scored in enumerate(response.passages[:_N_NEAREST])
    )
    summary = element("summary", "Nearest passages, which do not answer it")
    return element("details", summary, element("ul", *rows), class_="vm-nearest") if response.passages else None


def source_button(turn: int, key: str, words: str) -> Markup:
    """A text button that opens source `key` of an answer."""
    return element(
        "button",
        icon("book"),
        words,
        type="button",
        class_="vm-link",
        data_action="source",
        data_turn=turn,
        data_key=key,
    )


def _text(response: Response, turn: int) -> Markup:
    return render_text(response.text, _labels(response), turn)


def _labels(response: Response) -> dict[int, str]:
    """What each citation's button is called: the document and the section."""
    return {
        citation.n: f"{citation.passage.document.title}, {citation.passage.section_title}"
        for citation in response.citations
    }


def _foot(response: Response, turn: int) -> Markup:
    """The line under an answer: how it was made, and the buttons to copy it and to see its sources."""
    n_sources = len({citation.passage.document.id for citation in response.citations})
    if not n_sources:
        made = "No source cited"
    elif response.model == "extractive":
        made = f"Quoted word for word from {n_sources} source{'s' if n_sources > 1 else ''}"
    else:
        made = _made_by(response, f"{n_sources} source{'s' if n_sources > 1 else ''}")
    seconds = sum(response.timings_seconds.values())
    return element(
        "footer",
        element("span", made),
        element("span", f"reading grade {response.reading_grade:.0f}") if response.reading_grade is not None else None,
        element("span", f"{seconds:.2f} s", class_="vm-time") if seconds > 0 else None,
        element("span", class_="vm-grow"),
        source_button(turn, "all", "Sources") if response.citations else None,
        element(
            "button",
            icon("copy"),
            element("span", "Copy"),
            type="button",
            class_="vm-link",
            data_copy=to_plain_text(response),
        ),
        class_="vm-foot",
    )


def _made_by(response: Response, sources: str) -> str:
    if all(claim.support == "quoted" for claim in response.claims):
        return f"Chosen by {response.model}, quoted word for word from {sources}"
    return f"Written by {response.model}, checked against {sources}"
