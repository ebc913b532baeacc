"""What ingestion finds in one label or one file, against what the file holds.

Reads each file a second time by itself: what it holds is not asked of the reader that is judged.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from lxml import etree

from eval.visible_text import Coverage, Rows, coverage, table_rows, visible_runs
from ingest.chunking import chunk
from ingest.openfda import read_openfda
from ingest.openfda_tables import field_texts
from ingest.readers import Parsed, Skipped, SourceFile, read_path
from ingest.safe_xml import parse_xml
from ingest.section_codes import PRODUCT_DATA
from ingest.spl import read_spl
from knowledge_base import boxed_warnings, loinc
from knowledge_base.embedder import Embedder
from knowledge_base.errors import IngestError
from knowledge_base.types import DocumentInfo, SourceDocument

MIN_SHARE: Final = 0.98
"""Of the characters a reader sees of an SPL label, in some passage or its headings."""
_REFILED: Final = MappingProxyType({"34079-4": loinc.LACTATION, loinc.DESCRIPTION: loinc.OTC_PURPOSE})
"""Codes that labels give to sections of another kind, and the code under which those are filed by their headings."""
FOLDERS: Final = ("labels_spl", "labels_openfda", "labels_pdf", "guidelines_pdf", "guidelines_ngc_xml", "patient_text")


class Boxed(NamedTuple):
    """What a file codes as a boxed warning: how often, how often it is filed as one, why the others are none."""

    in_file: int
    found: int
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReport:
    """One label: what is known of it, and what of its file was found."""

    info: DocumentInfo
    codes: frozenset[str]
    """LOINC codes of the sections in the file."""
    missing: frozenset[str]
    """Those of them under which nothing was filed."""
    boxed: Boxed
    n_tables: int
    n_rows: int
    n_patient: int
    n_highlights: int
    n_changed: int
    coverage: Coverage | None = None
    rows: Rows | None = None


class FileReport(NamedTuple):
    """One file: its documents and sections, or why there are none."""

    path: str
    documents: tuple[SourceDocument, ...]
    refused: tuple[str, ...]


def report_spl(path: Path, embedder: Embedder) -> LabelReport:
    """What is found in one SPL label.

    Raises:
        IngestError: it is none.
    """
    data = path.read_bytes()
    root, document = parse_xml(data), read_spl(data, str(path), hashlib.sha256(data).hexdigest())
    codes = _spl_codes(root)
    warnings = [_texts(section) for section in _sections(root) if _code(section) == loinc.BOXED_WARNING]
    lines = (document.text[start:end] for section in document.sections for start, end in section.table_rows)
    return _report(
        document,
        codes=codes,
        warnings=[warning for warning in warnings if warning[1]],
        coverage=coverage(list(visible_runs(root)), chunk(document, embedder)),
        rows=table_rows(root, lines),
    )


def report_openfda(path: Path) -> Iterator[LabelReport]:
    """What is found in each record of an openFDA file."""
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    found, _ = read_openfda(data, str(path), hashlib.sha256(data).hexdigest())
    documents = {document.info.set_id: document for document in found}
    for record in _records(data):
        document = documents[str(record["set_id"]).lower()]
        codes = frozenset(loinc.OPENFDA_FIELDS[name] for name in record if name in loinc.OPENFDA_FIELDS)
        warnings = [("", text) for text in field_texts(record, "boxed_warning")]
        yield _report(document, codes=codes, warnings=warnings)


def report_files(data: Path) -> Iterator[FileReport]:
    """Every file of the public folders, read as `vademecum ingest` reads it."""
    for folder in FOLDERS:
        # A large file comes in portions, one after the other.
        for path, parts in groupby(read_path(data / folder), key=lambda found: found.path):
            parsed = [_parsed(part) for part in parts]
            documents = tuple(document for one in parsed for document in one.documents)
            reasons = tuple(reason for one in parsed for reason in one.skipped)
            yield FileReport(str(Path(path).relative_to(data)), documents, reasons)


def _parsed(found: SourceFile | Skipped) -> Parsed:
    if isinstance(found, Skipped):
        return Parsed([], [found.reason])
    try:
        return found.parse()
    except IngestError as error:
        return Parsed([], [str(error)])


def is_met(report: LabelReport) -> bool:
    """Whether a label is read to the bar: all its text and once, boxed warnings, rows."""
    seen = report.coverage
    read_whole = seen is None or (seen.share >= MIN_SHARE and seen.repeated == 0)
    rows_kept = report.rows is None or report.rows.kept == report.rows.in_file
    return read_whole and rows_kept and report.boxed.found + len(report.boxed.refused) == report.boxed.in_file


def _report(
    document: SourceDocument,
    *,
    codes: frozenset[str],
    warnings: Sequence[tuple[str, str]],
    coverage: Coverage | None = None,
    rows: Rows | None = None,
) -> LabelReport:
    filed = {section.code for section in document.sections}
    full = [section for section in document.sections if not loinc.is_highlights(section.path)]
    boxed = [section for section in full if section.code == loinc.BOXED_WARNING and section.start < section.end]
    reasons = [boxed_warnings.refusal(title, text) for title, text in warnings]
    refused = tuple(reason for reason in reasons if reason is not None)
    is_filed = any(
        boxed_warnings.reads_like_boxed_warning(section.title, document.text[section.start : section.end])
        for section in boxed
    )
    return LabelReport(
        info=document.info,
        codes=codes,
        missing=frozenset(code for code in codes - filed if not (refused and code == loinc.BOXED_WARNING))
        - {code for code, as_filed in _REFILED.items() if as_filed in filed},
        boxed=Boxed(len(warnings), len(warnings) - len(refused) if is_filed else 0, refused),
        n_tables=len(document.tables),
        n_rows=sum(len(section.table_rows) for section in document.sections),
        n_patient=sum(section.kind == "patient" for section in document.sections),
        n_highlights=len(document.sections) - len(full),
        n_changed=len(document.changes),
        coverage=coverage,
        rows=rows,
    )


def _sections(root: etree._Element) -> list[etree._Element]:
    return root.findall("{*}component/{*}structuredBody//{*}section")


def _code(section: etree._Element) -> str | None:
    code = section.find("{*}code")
    return None if code is None else code.get("code")


def _spl_codes(root: etree._Element) -> frozenset[str]:
    """The codes of the sections that say anything: the registry's own and empty lists of changes do not."""
    said = {_code(section) for section in _sections(root) if any(_texts(section))}
    return frozenset(code for code in said if code is not None and code in loinc.NAMES) - {PRODUCT_DATA}


def _texts(section: etree._Element) -> tuple[str, str]:
    """A section's heading and its whole text; its Highlights where it has nothing else."""
    title = section.find("{*}title")
    heading = "" if title is None else " ".join("".join(map(str, title.itertext())).split())
    texts = [str(text) for element in section.iter("{*}text") for text in element.itertext()]
    return heading, " ".join(" ".join(texts).split())


def _records(data: bytes) -> list[Mapping[str, object]]:
    try:
        whole = json.loads(data)
    except json.JSONDecodeError:
        return [json.loads(line) for line in data.decode().split("\n") if line.strip()]
    return list(whole["results"])
