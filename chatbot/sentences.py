"""Where the sentences of a label stand: spans of a text, never copies of it.

Knows how labels are written: lists under a lead-in that ends with a colon, table rows on one line, "e.g." and
"0.5 mg", lines wrapped by a PDF, "[see Warnings (5.1)]". Knows no question. Every span is trimmed: it begins and
ends with a character of the sentence, and `text[start:end]` is the quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final, Literal, NamedTuple

Form = Literal["sentence", "list", "row", "heading", "fragment"]


class Sentence(NamedTuple):
    """A span of a text: a sentence, a list with its lead-in, a table row, a heading, or a piece of one of these."""

    start: int
    end: int
    form: Form


class _Span(NamedTuple):
    start: int
    end: int


_ABBREVIATIONS: Final = frozenset(
    {
        *("e.g", "i.e", "vs", "dr", "mr", "mrs", "ms", "no", "nos", "fig", "figs", "approx", "al", "etc", "st", "inc"),
        *("ltd", "co", "cf", "ca", "spp", "sp", "subsp", "var", "ref", "refs", "sec", "vol", "pp", "eq", "resp", "max"),
        *("min", "avg", "u.s", "u.k", "a.m", "p.m", "b.i.d", "t.i.d", "q.i.d", "q.d", "p.o", "i.v", "i.m", "s.c"),
        *("ph.d", "m.d", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
    }
)
_END: Final = re.compile(r"[.!?][)\]\"\u201d\u2019']*(?=\s+[\"\u201c\u2018(\[]?[A-Z0-9•■●▪])")
_REFERENCE_END: Final = re.compile(
    r"(?:[.!?]\s*)?\(\s*\d{1,2}(?:\.\d{1,2})*(?:\s*,\s*\d{1,2}(?:\.\d{1,2})*)*\s*\)(?=\s+[A-Z•■●▪][A-Za-z\s])"
)
"""The "( 5.1 )" that ends each sentence of a label's Highlights, where openFDA runs them into one line."""
_LAST_WORD: Final = re.compile(r"([A-Za-z][A-Za-z.]*|\d+(?:\.\d+)*)\.$")
_BULLET: Final = re.compile(r"^[ \t]*(?:[•■●▪◦○‣∙❑\u203a·*\u2013\u2014-]|\d{1,2}[.)]|\(?[a-z\d][.)])[ \t]+")
_INLINE_BULLET: Final = re.compile(r"(?<=\s)[•■●▪◦○‣∙❑\u203a]\s+")
_NAMED_BY_LETTER: Final = re.compile(r"\b[a-z]{3,} [A-Z]\.$")
"""The end of "vitamin K." or "hepatitis B.": a sentence's end, unlike the initial of a name."""
_TERMINAL: Final = re.compile(r"[.!?:;][)\]\"\u201d\u2019']*$")
_WHOLE: Final = re.compile(r"[.!?:][)\]\"\u201d\u2019']*$|\(\s*\d{1,2}(?:\.\d{1,2})*(?:\s*,\s*\d[\d.]*)*\s*\)$")
"""How a whole sentence ends; a semicolon ends an item of a list."""
_BEGINNING: Final = re.compile(r"[A-Z0-9\"\u201c\u2018'(\[\u00bf\u2265\u2264<>*\u2020\u2021]|[^\W\d_]")
_MARKDOWN_HEADING: Final = re.compile(r"^#{1,6}\s")
_NUMBERED_HEADING: Final = re.compile(r"^\d{1,2}(?:\.\d{1,2})*\.?\s+[A-Z]")
_RUN_IN: Final = re.compile(
    r"^(?:(?:\d{1,2}(?:\.\d{1,2})*|\[?\s*see)?\s*)(?:[A-Z][A-Z,/&()-]*[A-Z),](?:\s+(?:AND|OR|OF|IN|TO|THE|FOR|WITH|A|[&])\b)*\s+)+"
    r"(?:\d{1,2}\.\d{1,2}\s+)?(?=[A-Z][a-z]|\d|[A-Z]\s[a-z])"
)
_NUMBERING: Final = re.compile(r"^\d{1,2}\.\d{1,2}(?:\.\d{1,2})*\s+(?=[A-Z])|^\d{1,2}(?:\.\d{1,2})+\)?\s*")
_REFERENCE: Final = re.compile(r"^\(\s*\d{1,2}(?:\.\d{1,2})?(?:\s*,\s*\d{1,2}(?:\.\d{1,2})?)*\s*\)\s+(?=[A-Z])")
_SUBSECTION: Final = re.compile(r"(?<=[.)\]:])\s+(?=\d{1,2}\.\d{1,2}\s+[A-Z][A-Za-z])")
_CROSS_REFERENCE: Final = re.compile(
    r"\(?\[?\s*(?:please\s+)?(?:\(?\s*\d{1,2}(?:\.\d{1,2})*\s*\)?[.,;\s]*)*"
    r"(?:(?:see also|see|refer to|for .{0,80} see)\b(?!\s+(?:your|an?|his|her)\b)(?:[^.]|\.(?=\s?[\d)\]]))*)?"
    r"[\s\])]*\.?",
    re.IGNORECASE,
)
"""Sent elsewhere, and nothing else said: "(See WARNINGS.)", but not "See a doctor"."""
_WORD: Final = re.compile(r"[^\W\d_][\w'\u2019-]*|\d[\w.,%/-]*")
_TABLE_NUMBER: Final = re.compile(r"(?<!\S)[<>=\u2264\u2265~(+\u00b1-]*\d[\d.,/%:)*\u2013-]*(?!\S)")
_TABLE_CAPTION: Final = re.compile(r"Table \d+\b[^.]")
_MIN_TABLE_WORDS: Final = 16
_TABLE_SHARE: Final = 0.3
"""A run of words of which so many are numbers is a table whose cells were run together."""
_CLOSING: Final = {"(": ")", "[": "]"}
_MAX_BRACKET_CHARS: Final = 200
"""A bracket that does not close within so many characters is taken for a slip of the source."""
_WRAP_CHARS: Final = 55
"""A line at least this long that ends without a full stop may go on in the next line."""
_MAX_LIST_ITEMS: Final = 14
_MAX_LIST_CHARS: Final = 900
_MIN_WORDS: Final = 4


def split_sentences(text: str, *, wrapped: bool = False) -> list[Sentence]:
    """The sentences of `text` in order; no two overlap.

    Args:
        text: a passage, or any stretch of a document.
        wrapped: lines were broken at a page's or editor's width (PDF, plain text, Markdown), so that a line break
            inside a sentence means nothing. Elsewhere a line is a paragraph or a list item.
    """
    lines = _join_wrapped(text, list(_lines(text)), wrapped=wrapped)
    sentences: list[Sentence] = []
    at = 0
    while at < len(lines):
        n_items = _items_after(text, lines, at)
        if n_items:
            *before, lead = _sentences_of_line(text, lines[at])
            sentences.extend(before)
            sentences.append(_sentence(text, _Span(lead.start, lines[at + n_items].end), "list"))
        else:
            sentences.extend(_sentences_of_line(text, lines[at]))
        at += 1 + n_items
    return sentences


def is_cross_reference(sentence: str) -> bool:
    """Whether the sentence only sends the reader elsewhere ("see Warnings (5.1)")."""
    return _CROSS_REFERENCE.fullmatch(sentence.strip()) is not None


def list_items(quote: str) -> tuple[str, list[str]]:
    """A list's lead-in and its items, for display; no items if the quote is not a list."""
    if "\n" in quote:
        head, *rest = [line.strip() for line in quote.split("\n") if line.strip()]
        if head.rstrip().endswith(":"):
            return head, [_BULLET.sub("", line) for line in rest]
    marks = list(_INLINE_BULLET.finditer(quote))
    if len(marks) < 2 or not quote[: marks[0].start()].strip():
        return quote, []
    ends = [mark.start() for mark in marks[1:]] + [len(quote)]
    items = [quote[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)]
    return quote[: marks[0].start()].strip(), items


def _lines(text: str) -> Iterator[_Span]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield _trim(text, start, start + len(line))
        start += len(line) + 1


def _join_wrapped(text: str, lines: list[_Span], *, wrapped: bool) -> list[_Span]:
    joined: list[_Span] = []
    longest = 0
    for line in lines:
        words = text[line.start : line.end]
        if joined and _continues(text, joined[-1], longest, words, line.start, wrapped=wrapped):
            joined[-1] = _Span(joined[-1].start, line.end)
        else:
            joined.append(line)
        longest = line.end - line.start
    return joined


def _continues(text: str, before: _Span, last_line_chars: int, line: str, line_start: int, *, wrapped: bool) -> bool:
    """Whether a line goes on with the sentence of the line before it."""
    if text.count("\n", before.end, line_start) > 1 or _BULLET.match(line) or _MARKDOWN_HEADING.match(line):
        return False
    previous = text[before.start : before.end]
    if _MARKDOWN_HEADING.match(previous) or " | " in line or " | " in previous:
        return False
    if wrapped and last_line_chars >= _WRAP_CHARS:
        return not _TERMINAL.search(previous) or (not _NUMBERED_HEADING.match(line) and not previous.endswith(":"))
    return line[0].islower() and last_line_chars >= _WRAP_CHARS and not _TERMINAL.search(previous)


def _items_after(text: str, lines: list[_Span], at: int) -> int:
    """How many of the lines after `at` are items of the list it leads in; 0 if it leads in none."""
    lead = text[lines[at].start : lines[at].end]
    if not lead.endswith(":") or _MARKDOWN_HEADING.match(lead) or " | " in lead:
        return 0
    items = lines[at + 1 : at + 1 + _MAX_LIST_ITEMS]
    n_items = 0
    for item in items:
        words = text[item.start : item.end]
        first = text[items[0].start : items[0].end]
        broken = text.count("\n", lines[at + n_items].end, item.start) > (1 if _BULLET.match(words) is None else 2)
        if broken or not _alike(first, words) or item.end - lines[at].start > _MAX_LIST_CHARS:
            break
        n_items += 1
    return n_items


def _alike(first: str, line: str) -> bool:
    """Whether a line looks like the items of the same list as `first`."""
    if line.endswith(":") or _MARKDOWN_HEADING.match(line) or " | " in line or _is_heading(line):
        return False
    if _BULLET.match(first) is not None or _BULLET.match(line) is not None:
        return (_BULLET.match(first) is None) == (_BULLET.match(line) is None)
    if first[0].islower() != line[0].islower():
        return False
    # A paragraph after the list: much longer than the items, and several sentences.
    return not (len(line) > 160 and len(line) > 2 * len(first) and _END.search(line) is not None)


def _sentences_of_line(text: str, line: _Span) -> list[Sentence]:
    words = text[line.start : line.end]
    if _MARKDOWN_HEADING.match(words):
        return [Sentence(line.start, line.end, "heading")]
    if " | " in words:
        return [Sentence(line.start, line.end, "row")]
    cuts = sorted(
        {line.start + end for end in _ends(words)} | {line.start + m.end() for m in _SUBSECTION.finditer(words)}
    )
    bounds = [line.start, *cuts, line.end]
    spans = [_trim(text, start, end) for start, end in pairwise(bounds) if text[start:end].strip()]
    found: list[Sentence] = []
    for span in _with_inline_lists(text, spans):
        form: Form = "list" if len(_INLINE_BULLET.findall(text[span.start : span.end])) >= 2 else "sentence"
        found.append(_sentence(text, span, form))
    return found or [Sentence(line.start, line.end, "fragment")]


def _with_inline_lists(text: str, spans: list[_Span]) -> list[_Span]:
    """Sentences with the bulleted ones that follow their lead-in on the same line put back together."""
    joined: list[_Span] = []
    for span in spans:
        before = text[joined[-1].start : joined[-1].end] if joined else ""
        bulleted = _BULLET.match(text[span.start : span.end]) is not None
        fits = joined and span.end - joined[-1].start <= _MAX_LIST_CHARS
        if bulleted and fits and (before.endswith(":") or _INLINE_BULLET.search(before)):
            joined[-1] = _Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def _ends(words: str) -> Iterator[int]:
    for match in _END.finditer(words):
        if _in_brackets(words, match.start()):
            continue
        before = words[: match.start() + 1]
        # No word goes over a space; to search a long line from its beginning for each full stop took most of the time.
        last = _LAST_WORD.search(before.rsplit(None, 1)[-1]) if before.endswith(".") else None
        if last is not None and _abbreviated(last.group(1)) and not _NAMED_BY_LETTER.search(before):
            continue
        yield match.end()
    yield from (match.end() for match in _REFERENCE_END.finditer(words) if not _in_brackets(words, match.start()))


def _in_brackets(words: str, place: int) -> bool:
    """Whether a bracket that opens before `place` closes after it: "[see Warnings. Table 2]" is one thing."""
    nearby = words[max(0, place - _MAX_BRACKET_CHARS) : place]
    for opening, closing in _CLOSING.items():
        if nearby.rfind(opening) > nearby.rfind(closing):
            opened_at = place - len(nearby) + nearby.rfind(opening)
            closed_at = words.find(closing, place, opened_at + _MAX_BRACKET_CHARS)
            if closed_at >= 0 and opening not in words[place:closed_at]:
                return True
    return False


def _opens_in_brackets(words: str) -> bool:
    """Whether it begins with a bracket that closes before its end: the tail of a cut sentence, "(n=57) and 3 mg."."""
    closing = _CLOSING.get(words[0])
    return closing is not None and closing in words.rstrip(" .")[:-1]


def _is_run_together_table(words: str) -> bool:
    n_words = len(words.split())
    if n_words < _MIN_TABLE_WORDS:
        return False
    share = len(_TABLE_NUMBER.findall(words)) / n_words
    return share > _TABLE_SHARE or (_TABLE_CAPTION.match(words) is not None and share > _TABLE_SHARE / 3)


def _abbreviated(word: str) -> bool:
    single_letter = len(word) == 1 and word.isalpha() and word.isupper()
    return single_letter or word.lower().strip(".") in _ABBREVIATIONS


def _sentence(text: str, span: _Span, form: Form) -> Sentence:
    start, end = _without_run_in_heading(text, span)
    words = text[start:end]
    if form == "sentence":
        if is_cross_reference(words):
            form = "fragment"
        elif _is_heading(words):
            form = "heading"
        elif len(list(islice(_WORD.finditer(words), _MIN_WORDS))) < _MIN_WORDS or words.count("(") != words.count(")"):
            form = "fragment"
        elif words[0].islower() or not _BEGINNING.match(words) or _opens_in_brackets(words) or not _WHOLE.search(words):
            # A list item, or the end of a sentence whose beginning stands in another passage.
            form = "fragment"
        elif _is_run_together_table(words):
            form = "fragment"
    return Sentence(start, end, form)


def _is_heading(words: str) -> bool:
    if _TERMINAL.search(words):
        return False
    n_letters = sum(map(str.isalpha, words))
    if n_letters and sum(map(str.isupper, filter(str.isalpha, words))) / n_letters > 0.7:
        return True
    return _NUMBERED_HEADING.match(words) is not None and len(words) < 90


def _without_run_in_heading(text: str, span: _Span) -> _Span:
    """The span without a bullet, number or capitals heading that runs into its first words."""
    start = span.start
    for pattern in (_BULLET, _REFERENCE, _RUN_IN, _NUMBERING):
        match = pattern.match(text[start : span.end])
        if match is not None and span.end - start - match.end() > 20:
            start += match.end()
    return _trim(text, start, span.end)


def _trim(text: str, start: int, end: int) -> _Span:
    part = text[start:end].lstrip()
    start = end - len(part)
    return _Span(start, start + len(part.rstrip()))
