"""The sources panel: from a citation to its document, section and sentence, as escaped HTML.

A label or text opens as the passage in its surroundings with the quote marked; a PDF also as the
picture of its page with the quote boxed. Knows where text is stored, not how it is shown on screen.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from markupsafe import Markup

from chatbot.excerpt import Excerpt, excerpt_around, render_excerpt
from chatbot.icons import icon
from chatbot.markup import element
from chatbot.printed_table import render_tables
from chatbot.types import Response
from knowledge_base.errors import VademecumError
from knowledge_base.grades import grade_of
from knowledge_base.types import Box, DocumentInfo, Line, Passage, Section, Sharing, Table

PagePicture = Callable[[Path, int, Sequence[Box], float], bytes]
"""A page of a PDF with boxes drawn on it, so many pixels a point, as PNG; raises VademecumError without one."""

_KINDS: Final = {"label": "Drug label", "guideline": "Guideline", "patient": "Patient information", "other": "Document"}
_SOLD: Final = {
    "prescription": "on prescription",
    "otc": "over the counter",
    "emergency use": "under an emergency use authorization",
}
_ALL: Final = "all"
_ROW_CHARS: Final = 110
_PIXELS_A_POINT: Final = 1.6
"""A Letter page is then about 980 pixels wide: twice the panel, so that it stays sharp when enlarged."""


class SourceStore(Protocol):
    """What the panel needs of the passage store."""

    def source_text(self, document_id: str) -> str:
        """The whole stored text of a document."""
        ...

    def sections(self, document_id: str) -> tuple[Section, ...]:
        """Its sections."""
        ...

    def lines(self, document_id: str, start: int, end: int) -> tuple[Line, ...]:
        """Its printed lines between two characters; none for what is no PDF."""
        ...

    def tables(self, document_id: str, start: int, end: int) -> tuple[Table, ...]:
        """Its tables that touch these characters."""
        ...

    def changes(self, document_id: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """The stretches touching these characters that the source marks as changed since its last version."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing the panel can open: `key` is `c3` (citation 3), `w0` (boxed warning) or `p0` (a passage)."""

    key: str
    mark: str
    name: str
    passage: Passage
    quote: str
    quote_start: int
    quote_end: int
    boxes: tuple[Box, ...] = ()
    labels: Sharing | None = None


def sources_of(response: Response) -> tuple[Source, ...]:
    """Everything of a response that can be opened: boxed warnings, citations, then ranked passages."""
    warnings = (
        Source(
            key=f"w{place}",
            mark="!",
            name=f"Boxed warning, {warning.ingredient}",
            passage=warning.passage,
            quote=warning.quote,
            quote_start=warning.quote_start,
            quote_end=warning.quote_end,
        )
        for place, warning in enumerate(response.boxed_warnings)
    )
    citations = (
        Source(
            key=f"c{citation.n}",
            mark=str(citation.n),
            name=f"Source {citation.n}",
            passage=citation.passage,
            quote=citation.quote,
            quote_start=citation.quote_start,
            quote_end=citation.quote_end,
            boxes=citation.quote_boxes,
            labels=citation.labels,
        )
        for citation in response.citations
    )
    passages = (
        Source(
            key=f"p{place}",
            mark="·",
            name="Nearest passage",
            passage=scored.passage,
            quote="",
            quote_start=scored.passage.start,
            quote_end=scored.passage.start,
            labels=scored.labels,
        )
        for place, scored in enumerate(response.passages)
    )
    return (*warnings, *citations, *passages)


def render_empty() -> Markup:
    """The panel before anything was cited."""
    words = (
        "Every sentence of an answer carries a number.",
        "Select a number to read the sentence here, in the place it was taken from.",
    )
    return _panel("", element("div", icon("book"), *(element("p", text) for text in words), class_="vm-none"))


def render_overview(response: Response, turn: int) -> Markup:
    """All cited sources of a response, grouped by document in the order of their numbers."""
    listed = _listed(response)
    if not listed:
        return render_empty()
    numbered_first = sorted(listed, key=lambda source: source.key.startswith("w"))
    by_document: dict[str, list[Source]] = {source.passage.document.id: [] for source in numbered_first}
    for source in listed:
        by_document[source.passage.document.id].append(source)
    cards = (_card(sources, turn) for sources in by_document.values())
    return _panel(response.question, element("div", *cards, class_="vm-cards"))


def render_source(
    response: Response, turn: int, key: str, store: SourceStore, page_picture: PagePicture | None = None
) -> Markup:
    """The source `key` of a response, opened; the overview when there is no such source."""
    chosen = next((source for source in sources_of(response) if source.key == key), None)
    if chosen is None:
        return render_overview(response, turn)
    article = element(
        "article",
        _tabs(_listed(response), chosen, turn),
        *_heading(chosen.passage),
        _facts(chosen, store),
        _page(chosen, store, page_picture),
        _excerpt(chosen, store),
        _tables(chosen, store),
        class_="vm-source",
        data_turn=turn,
        data_key=key,
    )
    return _panel(response.question, article)


def _listed(response: Response) -> list[Source]:
    """What the overview and the tabs show: boxed warnings and citations, not every ranked passage."""
    return [source for source in sources_of(response) if not source.key.startswith("p")]


def _panel(question: str, *body: Markup) -> Markup:
    title = element("h2", "Sources", tabindex="-1", id="vm-panel-title")
    about = element("p", question, class_="vm-about") if question else None
    close = element(
        "button",
        icon("back"),
        element("span", "Back to the answer"),
        type="button",
        class_="vm-link vm-close",
        data_close=True,
    )
    head = element("header", element("div", title, about), close, class_="vm-panel-head")
    return element("div", head, *body, class_="vm-panel")


def _card(sources: Sequence[Source], turn: int) -> Markup:
    """One document with the sentences taken from it."""
    document = sources[0].passage.document
    rows = (
        element(
            "button",
            element("span", source.mark, class_=f"vm-mark{_warning_class(source)}"),
            element("span", element("b", source.passage.section_title), element("q", _shortened(source.quote))),
            type="button",
            class_="vm-row",
            data_action="source",
            data_turn=turn,
            data_key=source.key,
        )
        for source in sources
    )
    return element(
        "section",
        element("h3", document.title),
        element("p", _subtitle(document), class_="vm-sub"),
        element("ol", *(element("li", row) for row in rows)),
        class_="vm-doc",
    )


def _tabs(listed: Sequence[Source], chosen: Source, turn: int) -> Markup:
    """A button for each source of the answer, and one back to the overview."""
    everything = element(
        "button", "All", type="button", class_="vm-tab vm-tab-all", data_action="source", data_turn=turn, data_key=_ALL
    )
    tabs = (
        element(
            "button",
            source.mark,
            type="button",
            class_=f"vm-tab{_warning_class(source)}",
            data_action="source",
            data_turn=turn,
            data_key=source.key,
            aria_label=source.name,
            aria_current="true" if source is chosen or source.key == chosen.key else None,
        )
        for source in listed
    )
    return element("nav", everything, *tabs, class_="vm-tabs", aria_label="Sources of this answer")


def _warning_class(source: Source) -> str:
    return " vm-mark-warning" if source.key.startswith("w") else ""


def _heading(passage: Passage) -> tuple[Markup, Markup, Markup]:
    path = passage.section_path or (passage.section_title,)
    title = _plain_words(passage.document.title)
    # A guideline's headings often begin with its own title, which stands right above them.
    steps = [element("li", step) for step in path[:-1] if _plain_words(step) not in title]
    steps.append(element("li", path[-1]))
    badge = element("span", _KINDS[passage.kind], class_="vm-badge", data_kind=passage.kind)
    return (
        element("p", badge, class_="vm-eyebrow"),
        element("h3", passage.document.title),
        element("ol", *steps, class_="vm-path", aria_label="Section"),
    )


def _plain_words(heading: str) -> str:
    return " ".join(re.findall(r"\w+", heading.casefold()))


def _facts(source: Source, store: SourceStore) -> Markup:
    """Where the text comes from, so that it can be found again, and what is to be known of it."""
    passage = source.passage
    document = passage.document
    grade = None
    if passage.kind == "guideline":
        grade = grade_of(passage.text, source.quote_start - passage.start, source.quote_end - passage.start)
    facts = (
        ("Graded", grade.text if grade is not None else None, None),
        ("Effective", document.effective_date or "not stated", None),
        ("Version", document.version, None),
        ("Changed", "in this version, as its maker marks" if _is_changed(source, store) else None, None),
        ("Page", None if passage.page is None else str(passage.page), None),
        (_maker(document), document.manufacturer, None),
        ("Word for word in", _labels(source.labels), None),
        ("Sold", _SOLD.get(document.label_type or ""), None),
        ("Remark", " ".join(document.remarks), None),
        ("Set id", document.set_id, "vm-code"),
        ("File", None if document.set_id else Path(document.source_path).name, "vm-code"),
    )
    rows = (
        element("div", element("dt", name), element("dd", value, class_=kind)) for name, value, kind in facts if value
    )
    return element("dl", *rows, class_="vm-facts")


def _labels(labels: Sharing | None) -> str | None:
    return f"{labels.same} of {labels.of} labels held here" if labels is not None and labels.same > 1 else None


def _maker(document: DocumentInfo) -> str:
    if document.kind != "label":
        return "Issued by"
    return "Repackaged by" if document.is_repackaged else "Manufacturer"


def _is_changed(source: Source, store: SourceStore) -> bool:
    try:
        return bool(store.changes(source.passage.document.id, source.quote_start, source.quote_end))
    except (VademecumError, KeyError):
        return False


def _tables(source: Source, store: SourceStore) -> Markup | None:
    """The tables that the quote was taken from."""
    try:
        return render_tables(store.tables(source.passage.document.id, source.quote_start, source.quote_end))
    except (VademecumError, KeyError):
        return None


def _page(source: Source, store: SourceStore, page_picture: PagePicture | None) -> Markup | None:
    """The page of a PDF as a picture, where the file can still be read."""
    document = source.passage.document
    page, boxes = _place_on_paper(source, store)
    if page is None or page_picture is None:
        return None
    try:
        picture = page_picture(Path(document.source_path), page, boxes, _PIXELS_A_POINT)
    except (VademecumError, OSError) as error:
        missing = element("span", f"The page cannot be shown: {error}")
        return element("p", icon("page"), missing, class_="vm-missing")
    image = Markup('<img alt="{}" src="data:image/png;base64,{}">').format(
        f"Page {page} of {document.title}, with the quote in a box", base64.b64encode(picture).decode("ascii")
    )
    return element(
        "figure",
        element("button", image, type="button", data_zoom=True, aria_label="Enlarge the page"),
        element("figcaption", icon("enlarge"), f"Page {page} as printed. Select it to enlarge."),
        class_="vm-page",
        data_top=round(100 * min((box.y0 for box in boxes), default=0) * _PIXELS_A_POINT / _height(picture)),
    )


def _place_on_paper(source: Source, store: SourceStore) -> tuple[int | None, tuple[Box, ...]]:
    """The page on which the quote begins, and the boxes to draw there: the quote's, or else the passage's."""
    passage = source.passage
    try:
        lines = store.lines(passage.document.id, source.quote_start, source.quote_end)
    except (VademecumError, KeyError):
        lines = ()
    if lines and not source.boxes:
        return lines[0].page, tuple(line.box for line in lines if line.page == lines[0].page)
    return passage.page, source.boxes or passage.boxes


def _height(png: bytes) -> int:
    """Pixels from top to bottom, as the picture's own header says."""
    return max(1, int.from_bytes(png[20:24], "big"))


def _excerpt(source: Source, store: SourceStore) -> Markup:
    """The passage with its surroundings; alone, if the document has left the knowledge base meanwhile."""
    passage = source.passage
    quote = (source.quote_start, source.quote_end)
    try:
        text = store.source_text(passage.document.id)
        bounds = _section_bounds(store.sections(passage.document.id), passage)
    except (VademecumError, KeyError):
        excerpt = Excerpt(text=passage.text, start=passage.start, quote_start=quote[0], quote_end=quote[1])
    else:
        excerpt = excerpt_around(text, passage.start, passage.end, quote, bounds)
    return element(
        "div", render_excerpt(excerpt), class_="vm-excerpt", tabindex="0", role="region", aria_label="Source text"
    )


def _section_bounds(sections: Sequence[Section], passage: Passage) -> tuple[int, int]:
    """The section around a passage: its surroundings end where the section does."""
    holding = [section for section in sections if section.start <= passage.start and passage.end <= section.end]
    nearest = min(holding, key=lambda section: section.end - section.start, default=None)
    return (nearest.start, nearest.end) if nearest else (passage.start, passage.end)


def _subtitle(document: DocumentInfo) -> str:
    facts = (
        _KINDS[document.kind],
        document.manufacturer,
        f"version {document.version}" if document.version else None,
        document.effective_date,
    )
    return " · ".join(fact for fact in facts if fact)


def _shortened(quote: str) -> str:
    """The beginning of a quote, cut between words."""
    flat = " ".join(quote.split())
    return flat if len(flat) <= _ROW_CHARS else flat[: flat.rfind(" ", 0, _ROW_CHARS)] + " …"
