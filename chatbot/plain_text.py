"""A response as a person reads it on a terminal: the text, then the sources it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from chatbot.types import Citation, Emergency, Response

_WORD: Final = re.compile(r"\S+\s*|\s+")
_WORDS_A_PIECE: Final = 8


def to_plain_text(response: Response, *, whole_paths: bool = True) -> str:
    """Boxed warnings, answer, notices and numbered sources, separated by blank lines; an emergency text stands first.

    Args:
        response: what to write down.
        whole_paths: whether the folders in which files lie are shown.
    """
    boxed = [f"BOXED WARNING ({warning.ingredient}): {warning.quote}" for warning in response.boxed_warnings]
    parts = [response.text, *boxed] if isinstance(response, Emergency) else [*boxed, response.text]
    parts += [f"Note: {notice.text}" for notice in response.notices]
    if response.citations:
        parts.append(
            "Sources\n" + "\n".join(_source(citation, whole_paths=whole_paths) for citation in response.citations)
        )
    return "\n\n".join(part.strip() for part in parts if part.strip())


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of a few words, for a stream."""
    words = _WORD.findall(text)
    for start in range(0, len(words), _WORDS_A_PIECE):
        yield "".join(words[start : start + _WORDS_A_PIECE])


def _source(citation: Citation, *, whole_paths: bool) -> str:
    passage = citation.passage
    document, labels = passage.document, citation.labels
    path = document.source_path if whole_paths else PurePath(document.source_path).name
    facts = [
        f"set id {document.set_id}" if document.set_id else path,
        f"version {document.version}" if document.version else "",
        f"dated {document.effective_date}" if document.effective_date else "date not stated",
        f"page {passage.page}" if passage.page is not None else "",
        f"word for word in {labels.same} of {labels.of} labels here" if labels is not None and labels.same > 1 else "",
    ]
    place = " > ".join((document.title, *passage.section_path))
    return f"[{citation.n}] {place} ({', '.join(fact for fact in facts if fact)})"
