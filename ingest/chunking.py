"""Cutting a document's sections into passages the embedder can see whole.

A passage lies inside one section, its text is the source text at its offsets, and its embedding text
(header included) never has more tokens than the limit. Cuts fall between paragraphs where they can, then
between sentences, lines, clauses, words; inside a table row only when the row alone is over the limit, and then
between cells. The parts of a long section come out about equally long, so that none is a lone last line.
Knows no file format.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, NamedTuple

from knowledge_base.embedder import Embedder
from knowledge_base.errors import IngestError
from knowledge_base.passage_text import embedding_header
from knowledge_base.types import Box, Line, Passage, Section, SourceDocument

UNNUMBERED: Final = -1
"""The number of a passage that no knowledge base has stored yet."""
DEFAULT_MAX_TOKENS: Final = 256
"""Longer passages blur: one vector would stand for several statements, whatever the model can read."""
_MIN_BODY_TOKENS: Final = 8

# Between paragraphs, rows and list items; not in a sentence that a PDF or a text file broke over two lines.
_PARAGRAPH_END: Final = re.compile(
    r"\n[ \t]*\n\s*|(?<=[.!?:;|\])\"”])[ \t]*\n\s*|\n\s*(?=[-*•·◦▪|#]|\d{1,3}[.)]\s)",
)
_SENTENCE_END: Final = re.compile(
    # A full stop after one letter is an abbreviation or an initial more often than an end.
    r"(?:(?<=[^\W\d][^\W\d][.!?])|(?<=[\])%\d][.!?])|(?<=[.!?][\])\"”]))\s+(?=[^\Wa-z]|[(\[•-])"
)
_LINE_END: Final = re.compile(r"\n\s*")
_CLAUSE_END: Final = re.compile(r"(?<=[;:,])\s+|\s+(?=[•(])")
_SPACE: Final = re.compile(r"\s+")
_CELL_BORDER: Final = re.compile(r"\s\|\s|\t")
_TEXT_LEVELS: Final = (_PARAGRAPH_END, _SENTENCE_END, _LINE_END, _CLAUSE_END, _SPACE)
_ROW_LEVELS: Final = (_CELL_BORDER, *_TEXT_LEVELS)
_HAS_WORD: Final = re.compile(r"\w")


class _Span(NamedTuple):
    start: int
    end: int


def chunk(document: SourceDocument, embedder: Embedder, max_tokens: int = DEFAULT_MAX_TOKENS) -> list[Passage]:
    """The passages of a document, unnumbered, in the order of its sections.

    Args:
        document: what a reader delivered.
        embedder: whose tokens are counted and whose own limit holds besides `max_tokens`.
        max_tokens: most tokens of an embedding text, header and special tokens included.

    Raises:
        IngestError: a section lies outside the text, or the limit leaves no room beside the header.
    """
    limit = min(max_tokens, embedder.max_tokens)
    lines = sorted(document.lines, key=lambda line: line.start)
    passages: dict[str, Passage] = {}
    for section in document.sections:
        if not 0 <= section.start <= section.end <= len(document.text):
            raise IngestError(f"{document.info.id}: section {section.title!r} lies outside the text")
        for span in _Cutter(document, section, embedder, limit).spans():
            passage = _passage(document, section, span, lines)
            passages.setdefault(passage.id, passage)
    return list(passages.values())


class _Cutter:
    """The cutting of one section."""

    def __init__(self, document: SourceDocument, section: Section, embedder: Embedder, limit: int) -> None:
        self._text = document.text
        self._section = section
        self._embedder = embedder
        self._limit = limit
        self._header = embedding_header(document.info, section.title) + "\n"
        self._budget = limit - embedder.count_tokens(self._header)
        if self._budget < _MIN_BODY_TOKENS:
            raise IngestError(
                f"{document.info.id}: {limit} tokens leave no room for text after the header {self._header.strip()!r}; "
                "use an embedder with a larger limit"
            )
        body = document.text[section.start : section.end]
        self._token_starts = [section.start + first for first, _ in embedder.token_offsets(body)]

    def spans(self) -> Iterator[_Span]:
        """The passages' spans, in order, white space at their ends left out."""
        units: list[_Span] = []
        for part, is_row in self._parts():
            units.extend(self._split(part, _ROW_LEVELS if is_row else _TEXT_LEVELS))
        for packed in self._pack(units):
            yield from self._fit(packed)

    def _parts(self) -> Iterator[tuple[_Span, bool]]:
        """The section as table rows and what is between them, and whether each is a row."""
        position = self._section.start
        for start, end in sorted(self._section.table_rows):
            first, last = max(start, position), min(end, self._section.end)
            if first >= last:
                continue
            if position < first:
                yield from ((line, False) for line in self._cut(_Span(position, first), _PARAGRAPH_END))
            yield _Span(first, last), True
            position = last
        if position < self._section.end:
            yield from ((line, False) for line in self._cut(_Span(position, self._section.end), _PARAGRAPH_END))

    def _split(self, span: _Span, levels: tuple[re.Pattern[str], ...]) -> Iterator[_Span]:
        """The span in pieces within the budget, cut at the first level that will do."""
        if self._n_tokens(span) <= self._budget:
            yield span
        elif levels:
            for piece in self._cut(span, levels[0]):
                yield from self._split(piece, levels[1:])
        else:
            first = bisect_left(self._token_starts, span.start)
            last = bisect_left(self._token_starts, span.end)
            position = span.start
            for index in range(first + self._budget, last, self._budget):
                if self._token_starts[index] > position:
                    yield _Span(position, self._token_starts[index])
                    position = self._token_starts[index]
            yield _Span(position, span.end)

    def _cut(self, span: _Span, border: re.Pattern[str]) -> Iterator[_Span]:
        position = span.start
        for match in border.finditer(self._text, span.start, span.end):
            if position < match.end() < span.end:
                yield _Span(position, match.end())
                position = match.end()
        yield _Span(position, span.end)

    def _pack(self, units: list[_Span]) -> Iterator[list[_Span]]:
        """Neighbouring units together, up to the budget and in about equal parts."""
        first = 0
        while first < len(units):
            remaining = self._n_tokens(_Span(units[first].start, units[-1].end))
            target = remaining / max(1, math.ceil(remaining / self._budget))
            last = first
            while last + 1 < len(units):
                if self._n_tokens(_Span(units[first].start, units[last + 1].end)) > self._budget:
                    break
                if remaining > self._budget and self._n_tokens(_Span(units[first].start, units[last].end)) >= target:
                    break
                last += 1
            # "The most common side effects are:" belongs to the list after it.
            if first < last < len(units) - 1 and self._text[units[last].start : units[last].end].rstrip().endswith(":"):
                last -= 1
            yield units[first : last + 1]
            first = last + 1

    def _fit(self, units: list[_Span]) -> Iterator[_Span]:
        """The units as one span, or as several where the exact count is over the limit after all.

        Token starts add up exactly for word pieces cut at white space; a cut inside a word, or another
        kind of tokenizer, can give a token more.
        """
        start, end = units[0].start, units[-1].end
        text = self._text[start:end]
        start, end = start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
        if start >= end or not _HAS_WORD.search(self._text, start, end):
            return
        if end - start == 1 or self._embedder.count_tokens(self._header + self._text[start:end]) <= self._limit:
            yield _Span(start, end)
        elif len(units) > 1:
            yield from self._fit(units[: len(units) // 2])
            yield from self._fit(units[len(units) // 2 :])
        else:
            middle = (start + end) // 2
            yield from self._fit([_Span(start, middle)])
            yield from self._fit([_Span(middle, end)])

    def _n_tokens(self, span: _Span) -> int:
        return bisect_left(self._token_starts, span.end) - bisect_left(self._token_starts, span.start)


def _passage(document: SourceDocument, section: Section, span: _Span, lines: list[Line]) -> Passage:
    page, boxes = _place(span, lines)
    return Passage(
        id=f"{document.info.id}#{section.code or '-'}:{span.start}-{span.end}",
        number=UNNUMBERED,
        document=document.info,
        kind=section.kind or document.info.kind,
        section_code=section.code,
        section_title=section.title,
        section_path=section.path,
        start=span.start,
        end=span.end,
        text=document.text[span.start : span.end],
        page=page,
        boxes=boxes,
    )


def _place(span: _Span, lines: list[Line]) -> tuple[int | None, tuple[Box, ...]]:
    """The page on which the span begins and the boxes of its lines there."""
    page: int | None = None
    boxes = []
    # Lines do not overlap, so the one before the first that starts inside may reach into the span.
    for line in lines[max(0, bisect_left(lines, span.start, key=lambda line: line.start) - 1) :]:
        if line.start >= span.end:
            break
        if line.end <= span.start:
            continue
        if page is None:
            page = line.page
        if line.page == page:
            boxes.append(line.box)
    return page, tuple(boxes)
