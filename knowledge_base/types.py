"""The nouns of the knowledge base, all frozen values.

Offsets are half-open character offsets into `SourceDocument.text`, the one stored rendering of a
source. For every passage and every quote `text == source.text[start:end]` holds to the character.
Boxes are in PDF points with the origin at the top left of the page; pages count from 1.
Knows no file format, no index, no question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["label", "guideline", "patient", "other"]
Relation = Literal["ingredient", "salt", "brand", "synonym", "class", "unii"]
LabelType = Literal["prescription", "otc", "emergency use", "other"]
Match = Literal["exact", "brand", "salt", "misspelling", "ambiguous"]


class Box(NamedTuple):
    """A rectangle on a PDF page, in points, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One printed line of a PDF: its characters in the source text, its page and its box."""

    start: int
    end: int
    page: int
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One titled part of a document, its own text only (sub-sections are sections themselves).

    `code` is the section's LOINC code, or its nearest ancestor's where its own is missing or is the
    generic 42229-5. `path` is the heading path, the section's own title last. `kind` overrides the
    document's (a Medication Guide inside a label is `patient`). `table_rows` are spans that no
    passage may cut. A section that exists and has no text has `start == end`: that is a fact too.
    """

    code: str | None
    title: str
    path: tuple[str, ...]
    start: int
    end: int
    kind: Kind | None = None
    table_rows: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugName:
    """A name a document gives to a medicine, in lower case, and the ingredients it stands for."""

    name: str
    relation: Relation
    ingredients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """What is known of a document besides its text.

    `id` is `<format>:<set_id>@<version>` for a label with a set id, `<format>:<sha256[:16]>`
    otherwise: it stays the same for the same source, whenever and wherever it is read.
    `effective_date` is ISO 8601 (`YYYY-MM-DD`). `ingredients` and `classes` are in lower case,
    salts removed ("metformin", not "metformin hydrochloride"). `uniis` are FDA substance identifiers,
    `ndcs` product codes (labeler and product, no package). `remarks` are what a reader must be told of
    the source itself, a sentence each.
    """

    id: str
    source_path: str
    format: str
    kind: Kind
    title: str
    sha256: str
    set_id: str | None = None
    version: str | None = None
    effective_date: str | None = None
    manufacturer: str | None = None
    ingredients: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    label_type: LabelType | None = None
    is_repackaged: bool = False
    uniis: tuple[str, ...] = ()
    ndcs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table for display: the stretch of the source text that its rows fill, and the same as plain HTML.

    The HTML holds table elements, lists, line breaks and escaped text; no attribute but spans of cells.
    """

    start: int
    end: int
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """One document as a reader in `ingest` delivers it.

    `changes` are stretches that the source itself marks as changed since its last version.
    """

    info: DocumentInfo
    text: str
    sections: tuple[Section, ...]
    names: tuple[DrugName, ...] = ()
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    changes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The retrieved unit: a stretch of one section, short enough for the embedder.

    `id` is `<document id>#<section code or ->:<start>-<end>`. `number` is the row key shared by
    SQLite and FAISS inside one knowledge base; it means nothing outside it.
    """

    id: str
    number: int
    document: DocumentInfo
    kind: Kind
    section_code: str | None
    section_title: str
    section_path: tuple[str, ...]
    start: int
    end: int
    text: str
    page: int | None = None
    boxes: tuple[Box, ...] = ()


class Sharing(NamedTuple):
    """How many of the labels of the same medicine, `of`, have exactly this passage: "n of m labels say this"."""

    same: int
    of: int


class Place(NamedTuple):
    """Where a dose stands: its amount as written, and the passage's document, section and page."""

    written: str
    passage_id: str
    document: DocumentInfo
    section_title: str
    page: int | None


class DoseDisagreement(NamedTuple):
    """A dose of `drug` for `population` that another source gives `fold` times smaller or larger, fifty or more."""

    drug: str
    population: str
    here: Place
    there: Place
    fold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPassage:
    """A passage with its place in one ranking; scores compare only within that ranking."""

    passage: Passage
    score: float
    rank: int
    similarity: float | None = None
    """Cosine of the question and the passage, in [-1, 1], where the dense search saw it."""
    labels: Sharing | None = None
    """None for what is no label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugMention:
    """A drug named in a question: `question[start:end] == mention`."""

    mention: str
    start: int
    end: int
    match: Match
    ingredients: tuple[str, ...]
    candidates: tuple[str, ...] = ()
    """For `ambiguous`: the names it could be. For `misspelling`: the name it was read as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for. `drugs` and `aspects` left as None are resolved from `text`."""

    text: str
    drugs: tuple[DrugMention, ...] | None = None
    aspects: tuple[str, ...] | None = None
    kinds: tuple[Kind, ...] | None = None
    k: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What was found and how the question was understood.

    `unknown_drugs` are words that look like a medicine the knowledge base does not hold.
    """

    query: Query
    passages: tuple[ScoredPassage, ...]
    drugs: tuple[DrugMention, ...]
    aspects: tuple[str, ...]
    unknown_drugs: tuple[str, ...]
    n_documents_searched: int
