"""openFDA drug labels: an API response, a bulk file, JSON Lines or single records become documents.

Field names: https://open.fda.gov/apis/drug/label/searchable-fields/ . A record without text is left out and
named; only a file in which no record is a label is an error.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Final, NamedTuple

from ingest.json_records import json_records
from ingest.label_text import LabelText
from ingest.names import (
    Substance,
    brand,
    drug_names,
    fold,
    pharmacologic_class,
    substance,
    substances,
    without_antiseptics,
)
from ingest.openfda_tables import field_texts
from ingest.openfda_text import label_parts
from ingest.spl_product import label_type_of, named_title
from ingest.subject import Subject, settle_subject
from knowledge_base.errors import IngestError
from knowledge_base.loinc import OPENFDA_FIELDS
from knowledge_base.types import DocumentInfo, SourceDocument

Record = Mapping[str, object]

SNIFFED_BYTES: Final = 65536
PORTION_BYTES: Final = 2 * 2**20
"""Some fifty labels: what a worker reads at a time, and what a stopped run has to read again."""
_MARKERS: Final = tuple(f'"{name}"'.encode() for name in ("openfda", "spl_product_data_elements", *OPENFDA_FIELDS))
_FOREIGN: Final = (
    "The product data delivered with this label are those of another label, so that its names are read from its text."
)
_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")


class OpenFdaLabels(NamedTuple):
    """What a file holds: the documents, and a line for every record that is none."""

    documents: list[SourceDocument]
    skipped: list[str]


class Portion(NamedTuple):
    """Records of a large file that follow one another, as JSON Lines; portions are numbered from 1."""

    number: int
    first_record: int
    data: bytes
    is_last: bool


def is_openfda(data: bytes) -> bool:
    """Whether the bytes look like JSON with openFDA label fields; the first 64 kB decide."""
    head = data[:SNIFFED_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] in (b"{", b"[") and any(marker in head for marker in _MARKERS)


def read_openfda(data: bytes, source_path: str, sha256: str, first_record: int | None = None) -> OpenFdaLabels:
    """Read every label in a file, or in a portion of one, whose first record has the number `first_record`.

    Raises:
        IngestError: not JSON, an openFDA error message, or no record of the file is a label.
    """
    documents: dict[str, SourceDocument] = {}
    skipped: list[str] = []
    n_labels = 0
    for n, record in enumerate(_records(data, skipped), start=first_record or 1):
        if isinstance(record, str):
            skipped.append(f"record {n}: {record}")
            continue
        label = _label(record)
        n_labels += label is not None
        document = _document(label, n, source_path, sha256) if label is not None else None
        if document is None:
            skipped.append(f"record {n}: {'no label text' if label is not None else 'not an openFDA label'}")
        elif document.info.id in documents and documents[document.info.id].text != document.text:
            skipped.append(_repeated(n, document.info.id))
        else:
            documents.setdefault(document.info.id, document)
    if not n_labels and first_record is None:
        raise IngestError("JSON, but not openFDA labels: no record has a label section")
    return OpenFdaLabels(list(documents.values()), skipped)


def portions(stream: IO[bytes]) -> Iterator[Portion | str]:
    """A file of any size in portions, or a line about a record that is left out; one portion is held at a time.

    Raises:
        IngestError: the file is damaged or cut short; the portions before that place were given already.
    """
    held = _Held()
    seen: dict[str, tuple[int, bytes]] = {}
    try:
        for record in json_records(stream):
            identity = _identity_of(record.value, record.number)
            digest = hashlib.sha256(record.line.encode("utf-8", "surrogatepass")).digest()
            number, earlier = seen.get(identity or "", (0, b""))
            # `read_openfda` sees repetitions inside a portion, and only there.
            if number and (number != held.number or held.is_complete):
                held.is_complete = True
                if earlier != digest:
                    yield _repeated(record.number, str(identity))
                continue
            if held.is_complete:
                yield from held.hand_over(is_last=False)
            if identity is not None:
                seen.setdefault(identity, (held.number, digest))
            held.add(record.number, record.line)
    except IngestError:
        yield from held.hand_over(is_last=False)
        raise
    yield from held.hand_over(is_last=True)


class _Held:
    """The lines of the next portion; once it is complete the next record belongs to another."""

    def __init__(self) -> None:
        self.number, self.is_complete = 1, False
        self._first, self._n_chars = 1, 0
        self._lines: list[str] = []

    def add(self, record: int, line: str) -> None:
        self._first = self._first if self._lines else record
        self._lines.append(line)
        self._n_chars += len(line)
        self.is_complete = self._n_chars >= PORTION_BYTES

    def hand_over(self, *, is_last: bool) -> Iterator[Portion]:
        """The portion, if there is anything in it, and begin the next."""
        if self._lines:
            data = "\n".join(self._lines).encode("utf-8", "surrogatepass")
            yield Portion(self.number, self._first, data, is_last)
            self.number, self.is_complete, self._n_chars, self._lines = self.number + 1, False, 0, []


def _identity_of(value: object, n: int) -> str | None:
    """The id of the document that a record will be; None where its place in the file is part of it."""
    label = _label(value) if isinstance(value, dict) else None
    if label is None:
        return None
    about = label.get("openfda")
    set_id = _set_id(label, about if isinstance(about, dict) else {})
    return _identity(label, set_id, _text(label, "version"), n) if set_id is not None else None


def _repeated(n: int, identity: str) -> str:
    return f"record {n}: repeats set id and version of an earlier record ({identity}) with another text"


def _records(data: bytes, skipped: list[str]) -> Iterator[Record | str]:
    """The records of a file; a string stands for one that cannot be read, and says why."""
    try:
        whole: object = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        yield from _some_records(data, skipped)
        return
    if isinstance(whole, dict) and isinstance(whole.get("error"), dict):
        raise IngestError(f"an openFDA error message ({whole['error'].get('code', 'no code')}), not labels")
    found = whole.get("results", whole) if isinstance(whole, dict) else whole
    for record in found if isinstance(found, list) else [found]:
        yield record if isinstance(record, dict) else "not a JSON object"


def _some_records(data: bytes, skipped: list[str]) -> Iterator[Record | str]:
    """The records of a file that is not one JSON value: JSON Lines, or what stands before the damage."""
    n_objects = 0
    try:
        for _, _, value in json_records(io.BytesIO(data)):
            n_objects += isinstance(value, dict)
            yield value if isinstance(value, dict) else "damaged JSON" if value is None else "not a JSON object"
    except IngestError as error:
        if not n_objects:
            raise
        skipped.append(str(error))


def _label(record: Record) -> Record | None:
    """The record itself, or the label inside a wrapper; None if there is none."""
    if any(name in record for name in OPENFDA_FIELDS):
        return record
    for value in record.values():
        if isinstance(value, dict) and any(name in value for name in OPENFDA_FIELDS):
            return value
    return None


def _document(record: Record, n: int, source_path: str, sha256: str) -> SourceDocument | None:
    parts = label_parts(record)
    if not any(part.blocks for part in parts):
        return None
    about = record.get("openfda")
    about = about if isinstance(about, dict) else {}
    set_id = _set_id(record, about)
    is_foreign = _is_foreign(set_id, about)
    about = {} if is_foreign else about
    found, remarks = _subject(record, about)
    ingredients = tuple(one.ingredient for one in found)
    known = {*ingredients, *(one.salt or "" for one in found)}
    raw_brands = [raw for raw in field_texts(about, "brand_name") if brand(raw, known) is not None]
    brands = tuple(dict.fromkeys(name for raw in raw_brands if (name := brand(raw, known)) is not None))
    classes = tuple(dict.fromkeys(pharmacologic_class(raw) for raw in field_texts(about, "pharm_class_epc")))
    title = (
        named_title("", found, brands)
        or _first(about, "brand_name")
        or f"Label {n} of {source_path.rsplit('/', 1)[-1]}"
    )
    writer = LabelText(title)
    for part in parts:
        writer.add_part(part)
    version = _text(record, "version")
    date = _DATE.match(_text(record, "effective_time") or "")
    product_types = field_texts(about, "product_type")
    return SourceDocument(
        info=DocumentInfo(
            id=_identity(record, set_id, version, n),
            source_path=source_path,
            format="openfda",
            kind="label",
            title=title,
            sha256=sha256,
            set_id=set_id,
            version=version,
            effective_date="-".join(date.groups()) if date else None,
            manufacturer=_first(about, "manufacturer_name"),
            ingredients=ingredients,
            brands=brands,
            classes=classes,
            label_type=label_type_of(product_types) if product_types else None,
            is_repackaged=not _is_original(about),
            uniis=tuple(field_texts(about, "unii")),
            ndcs=tuple(field_texts(about, "product_ndc")),
            remarks=(*remarks, _FOREIGN) if is_foreign else remarks,
        ),
        text=writer.text,
        sections=writer.sections,
        names=drug_names(
            found,
            generics=field_texts(about, "generic_name"),
            brands=brands,
            classes=classes,
            uniis=_uniis(about, found),
        ),
        tables=writer.tables,
    )


def _is_foreign(set_id: str | None, about: Record) -> bool:
    """Whether the product data are another label's: openFDA joins the two, and has joined some wrongly."""
    theirs = [one.lower() for one in field_texts(about, "spl_set_id")]
    return set_id is not None and bool(theirs) and set_id not in theirs


def _is_original(about: Record) -> bool:
    """Whether the maker packed it: openFDA says so, or else names whose product it was before."""
    original = about.get("is_original_packager")
    flags = original if isinstance(original, list) else [original]
    return True in flags or not field_texts(about, "original_packager_product_ndc")


def _uniis(about: Record, found: Sequence[Substance]) -> dict[str, str]:
    """The ingredient of an identifier; openFDA lists several of both in different orders, so only one is told."""
    codes = field_texts(about, "unii")
    return {codes[0]: found[0].ingredient} if len(codes) == len(found) == 1 else {}


def _set_id(record: Record, about: Record) -> str | None:
    return (_text(record, "set_id") or _first(about, "spl_set_id") or "").lower() or None


def _identity(record: Record, set_id: str | None, version: str | None, n: int) -> str:
    if set_id is not None:
        # Re-packed data may lack the version; the SPL id changes with it.
        return f"openfda:{set_id}@{version or (_text(record, 'id') or '0')[:8]}"
    canonical = json.dumps([n, record], sort_keys=True, ensure_ascii=False)
    return f"openfda:{hashlib.sha256(canonical.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _substances(about: Record) -> tuple[Substance, ...]:
    """The ingredients: the registry's substances, under the shorter printed name where there is one."""
    printed = {one.ingredient: one for name in field_texts(about, "generic_name") for one in substances(name)}
    found: dict[str, Substance] = {}
    for name in field_texts(about, "substance_name"):
        one = substance(name)
        if one is None:
            continue
        short = next((known for known in printed.values() if one.ingredient.startswith(f"{known.ingredient} ")), one)
        found.setdefault(short.ingredient, short)
    return without_antiseptics(list((found or printed).values()))


def _subject(record: Record, about: Record) -> Subject:
    names = ("indications_and_usage", "dosage_and_administration")
    openings = [text for name in names for text in field_texts(record, name)]
    everything = " ".join(text for name in OPENFDA_FIELDS for text in field_texts(record, name))
    return settle_subject(_substances(about), openings, everything, field_texts(record, "active_ingredient"))


def _text(record: Record, name: str) -> str | None:
    value = record.get(name)
    return fold(str(value)) or None if isinstance(value, str | int) else None


def _first(about: Record, name: str) -> str | None:
    return next(iter(field_texts(about, name)), None)
