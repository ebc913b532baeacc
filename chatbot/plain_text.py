"""A response as a person reads it on a terminal: the text, then the sources it cites."""

from __future__ import annotations

from chatbot.types import Citation, Response


def to_plain_text(response: Response) -> str:
    """The answer, boxed warnings, notices and numbered sources, separated by blank lines."""
    parts = [f"BOXED WARNING ({warning.ingredient}): {warning.quote}" for warning in response.boxed_warnings]
    parts.append(response.text)
    parts += [f"Note: {notice.text}" for notice in response.notices]
    if response.citations:
        parts.append("Sources\n" + "\n".join(_source(citation) for citation in response.citations))
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _source(citation: Citation) -> str:
    passage = citation.passage
    document, labels = passage.document, citation.labels
    facts = [
        f"set id {document.set_id}" if document.set_id else document.source_path,
        f"version {document.version}" if document.version else "",
        f"dated {document.effective_date}" if document.effective_date else "date not stated",
        f"page {passage.page}" if passage.page is not None else "",
        f"word for word in {labels.same} of {labels.of} labels here" if labels is not None and labels.same > 1 else "",
    ]
    place = " > ".join((document.title, *passage.section_path))
    return f"[{citation.n}] {place} ({', '.join(fact for fact in facts if fact)})"
