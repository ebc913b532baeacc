"""The words under which a passage is embedded and indexed.

A label's paragraph often does not name its drug ("Take with food."), so what is embedded starts with
the ingredients and the section. Manufacturers stay out: the same sentence in forty generics is then
one text, embedded once. Both functions depend on stored values only, never on the embedder.
"""

from __future__ import annotations

import hashlib
from typing import Final

from knowledge_base.types import DocumentInfo, Passage

_MAX_NAME_CHARS: Final = 80
_MAX_TITLE_CHARS: Final = 80
"""Together at most 160 characters, so at most that many word pieces whatever the script."""


def embedding_header(info: DocumentInfo, section_title: str) -> str:
    """The line put before a passage's own text for the embedder."""
    name = ", ".join(info.ingredients) or info.title
    parts = [_cut(name, _MAX_NAME_CHARS), _cut(section_title, _MAX_TITLE_CHARS)]
    return " | ".join(part for part in parts if part)


def embedding_text(passage: Passage) -> str:
    """What the embedder sees of a passage: header, newline, text."""
    return f"{embedding_header(passage.document, passage.section_title)}\n{passage.text}"


def embedding_hash(text: str) -> bytes:
    """The key under which the vector of an embedding text is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def lexical_heading(passage: Passage) -> str:
    """The title field of the word index: document title, names and heading path."""
    info = passage.document
    return " ".join((info.title, *info.ingredients, *info.brands, *passage.section_path))


def _cut(text: str, limit: int) -> str:
    """One line of at most `limit` characters, cut at a space where there is one."""
    words = " ".join(text.split())
    if len(words) <= limit:
        return words
    head, _, _ = words[: limit + 1].rpartition(" ")
    return (head or words)[:limit].rstrip(" ,|")
