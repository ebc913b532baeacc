"""From quotes or checked sentences to what a person reads, with [n] markers.

All framing words are the application's own; everything between quotation marks is a source's, to the character.
Knows no store, no model and no screen: the text is plain, with `- ` lists and blank lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from chatbot.candidates import LEAD_IN_SECTIONS, Lead
from chatbot.evidence import AspectRules
from chatbot.extractive import Quote, QuoteGroup
from chatbot.notices import join_names
from chatbot.points import TOPICS
from chatbot.sentences import list_items
from chatbot.types import Audience, Citation, Claim
from knowledge_base import loinc
from knowledge_base.types import DocumentInfo, DrugMention, Kind

_NOUNS: Final[dict[Kind, str]] = {"label": "label", "patient": "leaflet", "guideline": "guideline", "other": "document"}
_SPACE: Final = re.compile(r"\s+")
_SCREEN_MARK: Final = re.compile(r"\[(?=\d)")
"""A source's own "[3]" is no citation of ours: an invisible character keeps it from being shown as one."""
_MAX_NAMED_WORDS: Final = 2
"""A question with more words of its own than this names no single thing that could be missing."""
_STATES: Final = re.compile(r"contraindicat|\b(?:not|avoid|never|is|are|was|were|has|have|ranged)\b", re.IGNORECASE)
LIST_MARK: Final = " \u2022 "
CELL_MARK: Final = " \u00b7 "
_NOT_SAFE: Final = "That does not mean it is safe."
_NOT_NONE: Final = "That does not mean there are none."
_EFFECTS: Final = frozenset({"side_effects", "serious_side_effects", "warnings", "contraindication"})
_HARMLESS: Final = frozenset(
    {"storage", "mechanism", "pharmacokinetics", "onset", "ingredients", "appearance", "overview", "uses", "dose"}
    | {"clinical_studies", "missed_dose", "how_to_take", "overdose"}
)
"""Aspects of which nobody would take a label's silence for leave."""
_TOPICAL: Final = frozenset(
    {"side_effects", "serious_side_effects", "uses", "contraindication", "food", "allergy", "how_to_take", "warnings"}
)
"""Aspects whose questions may name one thing ("hiccups") that a label simply does not list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The text of an answer with its claims and citations, which agree in their numbers."""

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]


def number_quotes(quotes: Iterable[Quote]) -> tuple[tuple[Citation, ...], ...]:
    """The bullets of an answer, each of one or more citations, which count from 1.

    Lines of one list make one bullet, after the list's lead-in, which is cited by itself: the two may stand in
    different passages.
    """
    bullets: list[list[Citation]] = []
    n = 0
    lead: Lead | None = None
    for quote in quotes:
        parts = [(quote.passage, quote.start, quote.end, quote.text)]
        goes_on = quote.lead is not None and quote.lead == lead
        if quote.lead is not None and not goes_on:
            parts.insert(0, (quote.lead.passage, quote.lead.start, quote.lead.end, quote.lead.text))
        lead = quote.lead
        citations = [
            Citation(n=n + k, passage=passage, quote=text, quote_start=start, quote_end=end)
            for k, (passage, start, end, text) in enumerate(parts, start=1)
        ]
        n += len(parts)
        if goes_on:
            bullets[-1].extend(citations)
        else:
            bullets.append(citations)
    return tuple(tuple(bullet) for bullet in bullets)


def compose_quotes(groups: Sequence[QuoteGroup], audience: Audience, advice: str = "") -> Draft:
    """The extractive answer: for each medicine a line of introduction and its quotes."""
    bullets = iter(number_quotes(quote for group in groups for quote in group.quotes))
    blocks: list[str] = []
    given: list[tuple[Citation, ...]] = []
    for group in groups:
        if not group.quotes:
            blocks.append(absence(group))
            continue
        at_odds = tuple(quote for quote in group.quotes if quote.at_odds)
        rest = replace(group, quotes=group.quotes[len(at_odds) :])
        if at_odds:
            of_conflicts = list(islice(bullets, len(number_quotes(at_odds))))
            given.extend(of_conflicts)
            blocks.append(_conflict_block(group, of_conflicts))
        if rest.quotes:
            of_group = list(islice(bullets, len(number_quotes(rest.quotes))))
            given.extend(of_group)
            lines = [f"- {' '.join(show_quote(one) for one in bullet)}" for bullet in of_group]
            blocks.append("\n".join([_introduction(rest, audience), *lines]))
    if advice:
        blocks.append(advice)
    claims = tuple(quoted_claim(bullet) for bullet in given)
    return Draft(text="\n\n".join(blocks), claims=claims, citations=tuple(one for bullet in given for one in bullet))


def compose_written(
    sentences: Sequence[Claim],
    citations: Sequence[Citation],
    advice: str,
    groups: Sequence[QuoteGroup] = (),
    links: Sequence[str] = (),
) -> Draft:
    """A language model's checked sentences and quotes; below them both sides of each conflict, quoted.

    Args:
        sentences: a paragraph of them, or a list where all are quotes.
        citations: what they cite.
        advice: the fixed line for patients; may be empty.
        groups: whose conflicts are shown.
        links: the words before each sentence, mostly none.
    """
    by_number = {one.n: one for one in citations}
    shown = [
        f"{link} {' '.join(show_quote(by_number[n]) for n in claim.citations)}".strip()
        if claim.support == "quoted"
        else f"{claim.text} {''.join(f'[{n}]' for n in claim.citations)}".strip()
        for claim, link in zip(sentences, (*links, *[""] * (len(sentences) - len(links))), strict=True)
    ]
    all_quoted = all(claim.support == "quoted" for claim in sentences)
    body = "\n".join(f"- {one}" for one in shown) if all_quoted else " ".join(shown)
    blocks, claims, cited = [body], list(sentences), list(citations)
    for group in groups:
        bullets = [
            tuple(replace(one, n=len(cited) + one.n) for one in bullet)
            for bullet in number_quotes(quote for quote in group.quotes if quote.at_odds)
        ]
        if bullets:
            blocks.append(_conflict_block(group, bullets))
            claims.extend(quoted_claim(bullet) for bullet in bullets)
            cited.extend(one for bullet in bullets for one in bullet)
    blocks.extend([advice] if advice else [])
    return Draft(text="\n\n".join(blocks), claims=tuple(claims), citations=tuple(cited))


def quoted_claim(bullet: Sequence[Citation]) -> Claim:
    """A bullet of quotes as a claim."""
    return Claim(text=" ".join(one.quote for one in bullet), citations=tuple(one.n for one in bullet), support="quoted")


def _conflict_block(group: QuoteGroup, bullets: Iterable[Sequence[Citation]]) -> str:
    """Each side with the title and the date of its document, the newer first."""
    lines = [
        f"- {_dated(bullet[-1].passage.document)}: {' '.join(show_quote(one) for one in bullet)}" for bullet in bullets
    ]
    topics = join_names(list(dict.fromkeys(TOPICS[conflict.topic] for conflict in group.conflicts)))
    if all(conflict.within_one for conflict in group.conflicts):
        head = f"On {topics}, the summary of this label and its own text differ; the text holds:"
    elif any(conflict.same_product for conflict in group.conflicts):
        head = f"On {topics}, the sources on {group.ingredient} differ. The newer comes first:"
    else:
        head = f"On {topics}, it depends on the product:"
    return "\n".join([head, *lines])


def _dated(document: DocumentInfo) -> str:
    return f"{document.title} ({document.effective_date or 'no date known'})"


def show_quote(citation: Citation) -> str:
    """A quote on one line in quotation marks with its marker; a list's items are set off by bullets."""
    lead, items = list_items(citation.quote)
    shown = LIST_MARK.join([lead, *items]) if items else citation.quote.replace(" | ", CELL_MARK)
    if CELL_MARK in shown:
        shown = LIST_MARK.join(shown.split("\n"))
    if citation.passage.section_code in LEAD_IN_SECTIONS:
        shown = LIST_MARK.join(line.strip(" \u2022") for line in citation.quote.split("\n"))
    words = _SCREEN_MARK.sub("[\u2060", _SPACE.sub(" ", shown).strip())
    lead_in = f"{citation.passage.section_title.rstrip(':. ')}: " if _needs_heading(citation) else ""
    return f"{lead_in}\u201c{words}\u201d [{citation.n}]"


def _needs_heading(citation: Citation) -> bool:
    """Whether a quote says only what its section is a list of: a line of Drug Facts, a bare contraindication."""
    if citation.passage.section_code == loinc.CONTRAINDICATIONS:
        return _STATES.search(citation.quote) is None
    return citation.passage.section_code in LEAD_IN_SECTIONS


def advice_line(aspects: Sequence[AspectRules], numbers: Mapping[str, str]) -> str:
    """The fixed line for patients that goes with the first aspect; some need none."""
    return aspects[0].advice.format(**numbers) if aspects else "Ask your doctor or pharmacist what this means for you."


def absence(group: QuoteGroup) -> str:
    """One of the two ways in which a label says nothing, in words."""
    return _for_fact(group, _absence(group))


def _for_fact(group: QuoteGroup, text: str) -> str:
    return f"You told us of {group.fact}. {text}" if group.fact is not None else text


def _absence(group: QuoteGroup) -> str:
    name = group.ingredient or "these sources"
    topic = _topic(group)
    if group.partner is not None:
        if group.state == "no_section":
            return (
                f"The {name} documents here have no interactions section and say nothing about {group.partner}. "
                "That does not mean the two are safe together."
            )
        return (
            f"The interaction and warning sections for {name} were read: they do not mention {group.partner}. "
            "That they are silent does not mean the two are safe together."
        )
    if not topic:
        return f"No sentence in the documents on {name} answers this."
    caution = ""
    if group.aspect is not None and group.aspect.name not in _HARMLESS:
        caution = f" {_NOT_NONE if group.aspect.name in _EFFECTS else _NOT_SAFE}"
    if group.state == "no_section":
        return f"The {name} documents here have no section on {topic}.{caution}"
    return f"The sections for {name} where {topic} would stand were read: no sentence in them answers this.{caution}"


def unknown_text(unknown: Sequence[str], known: Sequence[str], n_documents: int) -> str:
    """Says which words are no medicine here, and that none was put in their place."""
    words = join_names([f"\u201c{word}\u201d" for word in unknown])
    text = (
        f"No document here is about {words}, and no other medicine was put in its place. "
        f"Searched: {n_documents} {'document' if n_documents == 1 else 'documents'}.\n\n"
        "Check the spelling on the package, or use the ingredient's name. A pharmacist can look up any medicine."
    )
    if known:
        text += f"\n\nSo nothing can be said here about taking it with {join_names(known)}."
    return text


def which_text(drugs: Sequence[DrugMention]) -> str:
    """Asks which of several medicines is meant."""
    lines = [
        f"\u201c{drug.mention}\u201d could be more than one medicine, and their names are easily mixed up. "
        f"Did you mean {_or(drug.candidates)}? Compare the spelling on the package; a one-word reply is enough."
        for drug in drugs
    ]
    return "\n\n".join(lines)


def nothing_text(groups: Sequence[QuoteGroup], n_documents: int, classes: Sequence[str] = ()) -> str:
    """Says that nothing was found and where it was looked for.

    Args:
        groups: what was looked for, by medicine.
        n_documents: how many were searched.
        classes: groups of medicines that the question names, in its words.
    """
    searched = f"{n_documents} {'document was' if n_documents == 1 else 'documents were'} searched."
    lines = [absence(group) for group in groups if group.ingredient is not None]
    if lines:
        return "\n\n".join([*lines, f"{searched} Ask your doctor or pharmacist."])
    if classes:
        words = join_names([f"\u201c{word}\u201d" for word in classes])
        return (
            f"No sentence on {words} in the sources answers this. {searched} "
            "That is the name of a group: name the medicine itself as it stands on the package."
        )
    return (
        f"No sentence in the sources answers this. {searched} "
        "If you asked about a medicine, name it as it stands on the package."
    )


def _introduction(group: QuoteGroup, audience: Audience) -> str:
    return _for_fact(group, _head(group, audience))


def _head(group: QuoteGroup, audience: Audience) -> str:
    source = _source(group)
    topic = _topic(group)
    if group.partner is not None:
        about = group.partner if group.partner_named else f"the group of medicines {group.partner} belongs to"
        return _headed(source, about, group, audience)
    if none_matched(group):
        words = join_names([f"\u201c{word}\u201d" for word in group.unmatched_words])
        return f"No sentence on {words} was found. What {source} on {topic}:"
    if topic and group.state == "no_section":
        return f"The {group.ingredient or 'other'} documents here have no section on {topic}. From other sections:"
    return _headed(source, topic, group, audience)


def none_matched(group: QuoteGroup) -> bool:
    """Whether the question names one thing ("hiccups") of which no quote speaks."""
    topical = group.aspect is not None and group.aspect.name in _TOPICAL and group.partner is None
    return topical and 0 < group.n_words <= _MAX_NAMED_WORDS and len(group.unmatched_words) == group.n_words


def _topic(group: QuoteGroup) -> str:
    return group.aspect.topic if group.aspect is not None else ""


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
    nouns = list(dict.fromkeys(_NOUNS[document.kind] for document in documents))
    verb = "says" if len(nouns) == 1 else "say"
    if {document.ingredients for document in documents} <= {(group.ingredient,)}:
        return f"the {group.ingredient} {join_names(nouns)} {verb}"
    if all(group.ingredient in document.ingredients for document in documents):
        return f"the {join_names(nouns)} of products with {group.ingredient} {verb}"
    return "other sources say"


def _or(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " or " + names[-1] if len(names) > 1 else "".join(names)
