"""The tables of `docs/ingestion.md` and `docs/ingestion-openfda.md`: codes, names and counts, never a label's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from eval.label_reports import FOLDERS, MIN_SHARE, FileReport, LabelReport
from knowledge_base import loinc

_COMMAND: Final = (
    "Made by `python -m eval.label_coverage --data DIR`, where DIR holds the public labels and guidelines."
)
_MAX_TITLE_CHARS: Final = 60


def spl_page(spl: Sequence[LabelReport], openfda: Sequence[LabelReport], files: Sequence[FileReport]) -> str:
    """The page of bars, SPL labels and files."""
    lines = [
        "# What ingestion finds",
        "",
        _COMMAND,
        "Characters are letters and digits that a reader of the label sees: headings, text, tables, Highlights; "
        "kept are those in the text of a passage or in its headings. Sections are counted by their LOINC codes.",
        "",
        "## Bars",
        "",
        *_table(("measure", "n", "value", "bar", "met?"), _bars(spl, openfda)),
        "",
        "Sections coded as a boxed warning (34066-1 or `boxed_warning`) that are none:",
        "",
        *(f"- {report.info.title}: {reason}" for report in (*spl, *openfda) for reason in report.boxed.refused),
        "",
        "## SPL labels",
        "",
        *_table(_IDENTITY, (_identity(report) for report in spl)),
        "",
        *_table(_FOUND, (_found(report) for report in spl)),
        "",
        "openFDA labels stand in [ingestion-openfda.md](ingestion-openfda.md).",
        "",
        "## Files",
        "",
        *_table(("folder", "files", "read", "documents", "read again", "sections", "refused"), _folders(files)),
        "",
        "Refused, whole or in part:",
        "",
        *(f"- `{file.path}`: {reason}" for file in files for reason in file.refused),
        "",
    ]
    return "\n".join(lines)


def openfda_page(reports: Sequence[LabelReport]) -> str:
    """The page of openFDA labels."""
    lines = ["# What ingestion finds in openFDA labels", "", _COMMAND, ""]
    return "\n".join(
        [*lines, *_table((*_IDENTITY, *_COUNTS), ((*_identity(one), *_counts(one)) for one in reports)), ""]
    )


_IDENTITY: Final = ("label", "set id", "version", "date", "type", "ingredients", "UNII", "NDC", "maker")
_COUNTS: Final = ("sections found / in file", "missing", "boxed found / in file", "tables", "rows", "patient sections")
_FOUND: Final = (
    "label",
    "characters",
    "kept",
    "in the text alone",
    "said twice",
    "sections found / in file",
    "missing",
    "boxed found / in file",
    "tables",
    "rows in one line / in file",
    "patient sections",
    "Highlights",
    "lines marked as changed",
)


def _bars(spl: Sequence[LabelReport], openfda: Sequence[LabelReport]) -> list[tuple[str, ...]]:
    covered = [one.coverage for one in spl if one.coverage is not None]
    lowest = min(one.share for one in covered)
    repeated = max(one.repeated / one.visible for one in covered)
    n_rows = sum(one.rows.in_file for one in spl if one.rows is not None)
    n_kept = sum(one.rows.kept for one in spl if one.rows is not None)
    found = (
        ("characters kept, lowest SPL label", len(spl), _share(lowest), f">= {_share(MIN_SHARE)}", lowest >= MIN_SHARE),
        ("characters said twice, highest SPL label", len(spl), _share(repeated), "0 %", repeated == 0),
        ("rows of SPL tables in one line", n_rows, _share(n_kept / max(n_rows, 1)), "100 %", n_kept == n_rows),
        *(_boxed_bar(name, reports) for name, reports in (("SPL", spl), ("openFDA", openfda))),
    )
    return [(name, str(n), value, bar, "yes" if met else "no") for name, n, value, bar, met in found]


def _boxed_bar(name: str, reports: Sequence[LabelReport]) -> tuple[str, int, str, str, bool]:
    real = sum(one.boxed.in_file - len(one.boxed.refused) for one in reports)
    found = sum(one.boxed.found for one in reports)
    return (f"boxed warnings found, {name}", real, _share(found / max(real, 1)), "100 %", found == real)


def _identity(report: LabelReport) -> tuple[str, ...]:
    info = report.info
    kind = f"{info.label_type or 'not stated'}{', repackaged' if info.is_repackaged else ''}"
    return (
        _cut(info.title),
        info.set_id or "",
        info.version or "",
        info.effective_date or "",
        kind,
        _cut(", ".join(info.ingredients)),
        str(len(info.uniis)),
        str(len(info.ndcs)),
        _cut(info.manufacturer or ""),
    )


def _counts(report: LabelReport) -> tuple[str, ...]:
    return (*_sections(report), _boxed(report), str(report.n_tables), str(report.n_rows), str(report.n_patient))


def _found(report: LabelReport) -> tuple[str, ...]:
    seen, rows = report.coverage, report.rows
    return (
        _cut(report.info.title),
        *(() if seen is None else (str(seen.visible), _share(seen.share), _share(seen.kept_in_text / seen.visible))),
        str(seen.repeated if seen is not None else ""),
        *_sections(report),
        _boxed(report),
        str(report.n_tables),
        f"{rows.kept} / {rows.in_file}" if rows is not None else "",
        str(report.n_patient),
        str(report.n_highlights),
        str(report.n_changed),
    )


def _sections(report: LabelReport) -> tuple[str, str]:
    missing = ", ".join(sorted(loinc.NAMES[code] for code in report.missing))
    return f"{len(report.codes) - len(report.missing)} / {len(report.codes)}", missing


def _boxed(report: LabelReport) -> str:
    return f"{report.boxed.found} / {report.boxed.in_file}" if report.boxed.in_file else ""


def _folders(files: Sequence[FileReport]) -> Iterable[tuple[str, ...]]:
    for folder in FOLDERS:
        own = [file for file in files if file.path.startswith(f"{folder}/")]
        documents = {document.info.id: document for file in own for document in file.documents}
        counts = Counter(bool(file.documents) for file in own)
        sections = sum(len(document.sections) for document in documents.values())
        refused = sum(len(file.refused) for file in own)
        again = sum(len(file.documents) for file in own) - len(documents)
        yield (folder, *map(str, (len(own), counts[True], len(documents), again, sections, refused)))


def _share(value: float) -> str:
    return f"{100 * value:.2f} %"


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TITLE_CHARS else f"{text[:_MAX_TITLE_CHARS].rsplit(' ', 1)[0]} …"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(head), "|" + "---|" * len(head), *map(line, rows)]
