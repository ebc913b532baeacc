"""How well an answer's citations hold it up: citation precision and recall, and exactness of quotes.

Citation recall is the share of statements that their citations fully support; citation precision the share of
citations that support, alone, the statement they stand by (after Gao et al., EMNLP 2023, without their leave-one-out
step). What "supports" means is the caller's: exact containment, an entailment judge, a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Supports = Callable[[str, str], bool]
"""Whether a text (first) supports a statement (second)."""


def citation_recall(answer: Mapping[str, Any], supports: Supports) -> float | None:
    """The share of an answer's claims that its quotes support; None where it claims nothing.

    Args:
        answer: the object that `ask --json` prints.
        supports: judges a joined text of quotes against a claim.
    """
    quotes = _quotes(answer)
    claims = answer["claims"]
    if not claims:
        return None
    joined = [" ".join(quotes[n] for n in claim["citations"] if n in quotes) for claim in claims]
    held = [bool(text) and supports(text, claim["text"]) for text, claim in zip(joined, claims, strict=True)]
    return sum(held) / len(held)


def citation_precision(answer: Mapping[str, Any], supports: Supports) -> float | None:
    """The share of an answer's citations that support their claim; None where it cites nothing."""
    quotes = _quotes(answer)
    pairs = [(n, claim["text"]) for claim in answer["claims"] for n in claim["citations"]]
    held = [n in quotes and supports(quotes[n], text) for n, text in pairs]
    return sum(held) / len(held) if held else None


def contains(text: str, statement: str) -> bool:
    """Whether a text holds a statement word for word, spacing, case and a final stop aside."""
    return _folded(statement) in _folded(text)


def quotes_exact(answer: Mapping[str, Any], source_text: Callable[[str], str]) -> float | None:
    """The share of quotes that are byte for byte what the stored source has at their span; None without any.

    Args:
        answer: the object that `ask --json` prints.
        source_text: gives a document's stored text by its id.
    """
    citations: Sequence[Mapping[str, Any]] = answer["citations"]
    exact = [
        source_text(one["document_id"])[one["quote_start"] : one["quote_end"]] == one["quote"] for one in citations
    ]
    return sum(exact) / len(exact) if exact else None


def _quotes(answer: Mapping[str, Any]) -> dict[int, str]:
    return {citation["n"]: citation["quote"] for citation in answer["citations"]}


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")
