"""From quotes or checked sentences to what a person reads, with [n] markers.

All framing words are the application's own; everything between quotation marks is a source's, to the character.
Knows no store, no model and no screen: the text is plain, with `- ` lists and blank lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.evidence import AspectRules
from chatbot.extractive import Quote, QuoteGroup
from chatbot.notices import join_names
from chatbot.sentences import list_items
from chatbot.types import Audience, Citation, Claim
from knowledge_base.types import DrugMention, Retrieval

_SPACE: Final = re.compile(r"\s+")
_LIST_MARK: Final = " \u2022 "
_CELL_MARK: Final = " \u00b7 "
_TOPICAL: Final = frozenset({"side_effects", "serious_side_effects", "uses", "contraindication"})
"""Aspects whose questions may name one thing ("hiccups") that a label simply does not list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The text of an answer with its claims and citations, which agree in their numbers."""

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]


def number_quotes(quotes: Iterable[Quote]) -> tuple[Citation, ...]:
    """Citations in the order of the quotes, counting from 1."""
    return tuple(
        Citation(n=n, passage=quote.passage, quote=quote.text, quote_start=quote.start, quote_end=quote.end)
        for n, quote in enumerate(quotes, start=1)
    )


def compose_quotes(
    groups: Sequence[QuoteGroup], aspects: Sequence[AspectRules], audience: Audience, advice: str = ""
) -> Draft:
    """The extractive answer: for each medicine a line of introduction and its quotes."""
    citations = number_quotes(quote for group in groups for quote in group.quotes)
    blocks: list[str] = []
    start = 0
    for group in groups:
        cited = citations[start : start + len(group.quotes)]
        start += len(group.quotes)
        if cited:
            lines = [_introduction(group, aspects, audience), *(f"- {show_quote(one)}" for one in cited)]
            blocks.append("\n".join(lines))
        else:
            blocks.append(absence(group, aspects))
    if advice:
        blocks.append(advice)
    claims = tuple(Claim(text=one.quote, citations=(one.n,), support="quoted") for one in citations)
    return Draft(text="\n\n".join(blocks), claims=claims, citations=citations)


def compose_written(sentences: Sequence[Claim], citations: Sequence[Citation], advice: str) -> Draft:
    """A language model's checked sentences as one paragraph each citation of which is a number."""
    paragraph = " ".join(f"{claim.text} {''.join(f'[{n}]' for n in claim.citations)}".strip() for claim in sentences)
    blocks = [paragraph, *([advice] if advice else [])]
    return Draft(text="\n\n".join(blocks), claims=tuple(sentences), citations=tuple(citations))


def show_quote(citation: Citation) -> str:
    """A quote on one line in quotation marks with its marker; a list's items are set off by bullets."""
    lead, items = list_items(citation.quote)
    shown = _LIST_MARK.join([lead, *items]) if items else citation.quote.replace(" | ", _CELL_MARK)
    words = _SPACE.sub(" ", shown).strip()
    return f"\u201c{words}\u201d [{citation.n}]"


def advice_line(aspects: Sequence[AspectRules], numbers: Mapping[str, str]) -> str:
    """The fixed line for patients that goes with the first aspect."""
    advice = aspects[0].advice.format(**numbers) if aspects else ""
    return advice or "Ask your doctor or pharmacist what this means for you."


def absence(group: QuoteGroup, aspects: Sequence[AspectRules]) -> str:
    """One of the two ways in which a label says nothing, in words."""
    name = group.ingredient or "these sources"
    topic = aspects[0].topic if aspects else "this"
    if group.partner is not None:
        if group.state == "no_section":
            return f"The {name} documents here have no interactions section and say nothing about {group.partner}."
        return (
            f"The interaction and warning sections for {name} were read too: they do not mention {group.partner}. "
            "That they are silent does not mean the two are safe together."
        )
    if group.state == "no_section":
        return f"The {name} documents here have no section on {topic}."
    return f"The sections for {name} where {topic} would stand were read: no sentence in them answers this."


def unknown_text(unknown: Sequence[str], known: Sequence[str], n_documents: int) -> str:
    """Says which words are no medicine here, and that none was put in their place."""
    words = join_names([f"\u201c{word}\u201d" for word in unknown])
    text = (
        f"No document here is about {words}. The names in {n_documents} documents were searched, and no other medicine "
        "was put in its place.\n\nCheck the spelling on the package, or use the ingredient's name. "
        "A pharmacist can look up any medicine."
    )
    if known:
        text += f"\n\nSo nothing can be said here about taking it with {join_names(known)}."
    return text


def which_text(drugs: Sequence[DrugMention]) -> str:
    """Asks which of several medicines is meant."""
    lines = [
        f"\u201c{drug.mention}\u201d could be {_or(drug.candidates)}: different medicines with names that are easily "
        "mixed up. Which one do you mean? Compare the spelling on the package."
        for drug in drugs
    ]
    return "\n\n".join(lines)


def nothing_text(groups: Sequence[QuoteGroup], aspects: Sequence[AspectRules], retrieval: Retrieval) -> str:
    """Says that nothing was found and where it was looked for."""
    lines = [absence(group, aspects) for group in groups if group.ingredient is not None]
    if not lines:
        topic = f" about {aspects[0].topic}" if aspects else ""
        lines = [
            f"No sentence in the sources answers this{topic}. "
            f"{retrieval.n_documents_searched} documents were searched. "
            "If you asked about a medicine, name it as it stands on the package."
        ]
    n = retrieval.n_documents_searched
    if groups and groups[0].ingredient is not None:
        lines.append(f"Searched: {n} {'document' if n == 1 else 'documents'}. Ask your doctor or pharmacist.")
    return "\n\n".join(lines)


def _introduction(group: QuoteGroup, aspects: Sequence[AspectRules], audience: Audience) -> str:
    source = _source(group)
    topic = aspects[0].topic if aspects else ""
    if group.partner is not None:
        named = any(name in quote.text.lower() for quote in group.quotes for name in group.partner.split(" and "))
        about = group.partner if named else f"the group of medicines {group.partner} belongs to"
        return _headed(source, about, group, audience)
    if topic and group.unmatched_words and aspects[0].name in _TOPICAL and _none_matched(group):
        words = join_names([f"\u201c{word}\u201d" for word in group.unmatched_words])
        return f"No sentence on {words} was found. What {source} on {topic}:"
    return _headed(source, topic, group, audience)


def _none_matched(group: QuoteGroup) -> bool:
    return len(group.unmatched_words) == group.n_words


def _headed(source: str, about: str, group: QuoteGroup, audience: Audience) -> str:
    if audience == "clinician":
        sections = list(dict.fromkeys(quote.passage.section_title for quote in group.quotes))
        name = (group.ingredient or group.quotes[0].passage.document.title).capitalize()
        return f"**{name}** ({'; '.join(sections[:3])})" + (f", on {about}:" if about else ":")
    return f"What {source} about {about}:" if about else f"What {source}:"


def _source(group: QuoteGroup) -> str:
    """The subject and verb of an introduction: "the ibuprofen label says"."""
    documents = list({quote.passage.document.id: quote.passage.document for quote in group.quotes}.values())
    if group.ingredient is None:
        if len(documents) == 1:
            return f"\u201c{documents[0].title}\u201d says"
        return "the sources say"
    kinds = {document.kind for document in documents}
    if kinds == {"label"}:
        return f"the {group.ingredient} label says"
    if kinds == {"patient"}:
        return f"the {group.ingredient} leaflet says"
    return f"the sources on {group.ingredient} say"


def _or(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " or " + names[-1] if len(names) > 1 else "".join(names)
