"""From a question to an answer: the values that pass between the stages.

A `Response` is always one of `Answer | Abstention | Emergency`; an empty string is none of them.
The JSON of a response is written in one place, `chatbot/contract.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from chatbot.models.types import TokenUsage
from knowledge_base.absence import Presence, SectionRead
from knowledge_base.types import Box, DrugMention, Passage, ScoredPassage, Sharing

Role = Literal["user", "assistant"]
Audience = Literal["patient", "clinician"]
Support = Literal["quoted", "supported", "partial", "unsupported"]
TriageLevel = Literal["none", "urgent", "emergency", "crisis"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of the conversation so far."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A quote and the passage it stands in; `quote == source text[quote_start:quote_end]`.

    The quote's offsets are into the document's text, like the passage's. `n` is its number on the
    screen and nothing more: the stable identity is the passage's id with the quote's offsets.
    """

    n: int
    passage: Passage
    quote: str
    quote_start: int
    quote_end: int
    quote_boxes: tuple[Box, ...] = ()
    labels: Sharing | None = None
    """How many labels of the medicine have the passage word for word; None for what is no label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement of the answer, the citations it rests on, and the verdict of the check."""

    text: str
    citations: tuple[int, ...]
    support: Support


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedWarning:
    """The boxed warning of a drug in question, in the label's words."""

    ingredient: str
    quote: str
    passage: Passage
    quote_start: int
    quote_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the person must know beside the answer; `kind` is a short stable word."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Whether the documents on one medicine say what is asked, where that would stand, and of what it is asked.

    `subject` is the other medicine of an interaction, or the one thing asked for ("hiccups"); None asks of the aspect.
    """

    ingredient: str | None
    aspect: str | None
    subject: str | None
    state: Presence
    sections: tuple[SectionRead, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageVerdict:
    """How urgent the message is, of what kind, and the words that say so (a span of the message)."""

    level: TriageLevel = "none"
    category: str | None = None
    start: int = 0
    end: int = 0
    text: str = ""
    """The fixed text to show; written by the application, never by a model."""
    calls: tuple[str, ...] = ()
    """The telephone numbers in `text`, as they stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What every outcome carries."""

    id: str
    question: str
    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[ScoredPassage, ...] = ()
    boxed_warnings: tuple[BoxedWarning, ...] = ()
    notices: tuple[Notice, ...] = ()
    findings: tuple[Finding, ...] = ()
    drugs: tuple[DrugMention, ...] = ()
    triage: TriageVerdict = field(default_factory=TriageVerdict)
    model: str = "extractive"
    prompt: str | None = None
    """The version of the prompt a language model was given; None where none wrote."""
    usage: TokenUsage | None = field(default_factory=TokenUsage)
    """What language models read and wrote for it, nothing where none was asked; None where one did not tell."""
    reading_grade: float | None = None
    """Years of school the text asks of its reader; None where it is too short to tell."""
    index_version: str = ""
    timings_seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Response):
    """Statements, each with its citation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention(Response):
    """No support was found, or the question must be made clearer first; `text` says what was searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency(Response):
    """The red-flag gate fired; the fixed text comes first, label sections may follow, cited."""
