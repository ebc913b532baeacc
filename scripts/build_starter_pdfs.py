"""Builds the guideline digests that ship as PDF from their text in `starter_guidelines/`.

    python scripts/build_starter_pdfs.py [--out DIR]

The same text gives the same bytes: the date in the file is the digest's own, page streams are not
compressed (zlib builds differ), and only the fonts that every PDF reader brings are used.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import yaml
from reportlab.lib.colors import HexColor  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import LETTER  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.pdfbase.pdfmetrics import stringWidth  # type: ignore[import-untyped]
from reportlab.platypus import (  # type: ignore[import-untyped]
    BalancedColumns,
    BaseDocTemplate,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

TEXTS: Final = Path(__file__).parent / "starter_guidelines"
OUT: Final = Path(__file__).parents[1] / "knowledge_base" / "data" / "starter" / "guidelines"

# Lengths in points; 72 to the inch.
PAGE_WIDTH, PAGE_HEIGHT = LETTER
MARGIN: Final = 50.0
WIDTH: Final = PAGE_WIDTH - 2 * MARGIN
BAND_HEIGHT: Final = 104.0

INK = HexColor(0x1F2933)
MUTED = HexColor(0x52606D)
ACCENT = HexColor(0x0B5563)
TINT = HexColor(0xE6F0F2)
RULE = HexColor(0xC3CFD9)
ALERT = HexColor(0x9B1C1C)
ALERT_TINT = HexColor(0xFDF1F0)


def _style(name: str, size: float, leading: float, **options: object) -> ParagraphStyle:
    return ParagraphStyle(name, **{"fontName": "Helvetica", "textColor": INK} | options, fontSize=size, leading=leading)


BODY = _style("body", 10, 14, spaceAfter=6)
PART = _style("part", 16, 20, fontName="Helvetica-Bold", spaceAfter=4)
HEADING = _style("heading", 11.5, 14, fontName="Helvetica-Bold", textColor=ACCENT, spaceBefore=9, spaceAfter=4)
CAPTION = _style("caption", 9.5, 12, fontName="Helvetica-Bold", textColor=ACCENT, spaceBefore=10, spaceAfter=4)
ITEM = _style(
    "item",
    9.4,
    12.6,
    leftIndent=20,
    spaceAfter=4.2,
    bulletFontName="Helvetica-Bold",
    bulletFontSize=9.4,
    bulletColor=ACCENT,
)
CELL = _style("cell", 9, 11.6)
CELL_FIRST = _style("cell-first", 9, 11.6, fontName="Helvetica-Bold")
CELL_HEAD = _style("cell-head", 9, 11.6, fontName="Helvetica-Bold", textColor=HexColor(0xFFFFFF))
ALERT_TITLE = _style("alert-title", 10.5, 14, fontName="Helvetica-Bold", textColor=ALERT)
ALERT_TEXT = _style("alert-text", 9.6, 13)
SOURCE = _style("source", 8.2, 10.6, textColor=MUTED, spaceAfter=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table: its columns with their widths in percent, and its rows of cells."""

    caption: str
    columns: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    first_column_bold: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One guideline digest: a page with summary and tables, then numbered recommendations in two columns."""

    name: str
    title: str
    set_id: str
    version: str
    effective_date: date
    issuer: str
    summary: tuple[str, ...]
    tables: tuple[Grid, ...]
    callout: tuple[str, str]
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    sources: tuple[str, ...]


def _grid(raw: dict[str, Any]) -> Grid:
    rows = tuple(tuple(str(cell) for cell in row) for row in raw["rows"])
    return Grid(
        caption=raw["caption"],
        columns=tuple(raw["columns"]),
        widths=tuple(raw["widths"]),
        rows=rows,
        first_column_bold=raw.get("first_column_bold", True),
    )


def read_digest(path: Path) -> Digest:
    """Read the text of one digest."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Digest(
        name=path.stem,
        title=raw["title"],
        set_id=raw["set_id"],
        version=raw["version"],
        effective_date=raw["effective_date"],
        issuer=raw["issuer"],
        summary=tuple(raw["summary"]),
        tables=tuple(_grid(raw[key]) for key in ("table", "second_table") if key in raw),
        callout=(raw["callout"]["title"], raw["callout"]["text"]),
        sections=tuple((one["title"], tuple(one["recommendations"])) for one in raw["sections"]),
        sources=tuple(raw["sources"]),
    )


def read_digests(folder: Path = TEXTS) -> list[Digest]:
    """All digests of a folder, by name."""
    return [read_digest(path) for path in sorted(folder.glob("*.yaml"))]


def _table(grid: Grid) -> Table:
    head = [Paragraph(one, CELL_HEAD) for one in grid.columns]
    first = CELL_FIRST if grid.first_column_bold else CELL
    body = [[Paragraph(cell, CELL if i else first) for i, cell in enumerate(row)] for row in grid.rows]
    zebra = [("BACKGROUND", (0, row), (-1, row), TINT) for row in range(2, len(body) + 1, 2)]
    return Table(
        [head, *body],
        colWidths=[WIDTH * share / sum(grid.widths) for share in grid.widths],
        repeatRows=1,
        style=[
            ("BACKGROUND", (0, 0), (-1, 0), ACCENT),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 1), (-1, -1), 0.5, RULE),
            ("TOPPADDING", (0, 0), (-1, -1), 3.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
            *zebra,
        ],
    )


def _box(content: list[Any], fill: HexColor, edge: HexColor) -> Table:
    return Table(
        [[content]],
        colWidths=[WIDTH],
        style=[
            ("BACKGROUND", (0, 0), (-1, -1), fill),
            ("LINEBEFORE", (0, 0), (0, -1), 3, edge),
            ("LEFTPADDING", (0, 0), (-1, -1), 12),
            ("RIGHTPADDING", (0, 0), (-1, -1), 12),
            ("TOPPADDING", (0, 0), (-1, -1), 7),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ],
    )


def _story(digest: Digest) -> list[Any]:
    story: list[Any] = [Paragraph("In short", HEADING), *(Paragraph(one, BODY) for one in digest.summary)]
    for grid in digest.tables:
        story += [Paragraph(grid.caption, CAPTION), _table(grid)]
    title, text = digest.callout
    story += [Spacer(1, 12), _box([Paragraph(title, ALERT_TITLE), Paragraph(text, ALERT_TEXT)], ALERT_TINT, ALERT)]

    columns: list[Any] = []
    number = 0
    for heading, recommendations in digest.sections:
        columns.append(Paragraph(heading, HEADING))
        for one in recommendations:
            number += 1
            columns.append(Paragraph(one, ITEM, bulletText=f"{number}."))
    story += [PageBreak(), Paragraph("Recommendations", PART)]
    story += [BalancedColumns(columns, nCols=2, innerPadding=22, leftPadding=0, rightPadding=0, name=digest.name)]
    sources = [Paragraph("Sources", HEADING), *(Paragraph(one, SOURCE) for one in digest.sources)]
    return [*story, Spacer(1, 12), _box(sources, TINT, ACCENT)]


def _first_page(digest: Digest) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, document: Any) -> None:  # noqa: ANN401  (reportlab has no types)
        canvas.setFillColor(ACCENT)
        canvas.rect(0, PAGE_HEIGHT - BAND_HEIGHT, PAGE_WIDTH, BAND_HEIGHT, stroke=0, fill=1)
        canvas.setFillColor(TINT)
        canvas.setFont("Helvetica-Bold", 8.5)
        canvas.drawString(MARGIN, PAGE_HEIGHT - 34, "GUIDELINE DIGEST FOR NURSES")
        canvas.setFillColor(HexColor(0xFFFFFF))
        size = min(21.0, 21.0 * WIDTH / stringWidth(digest.title, "Helvetica-Bold", 21))
        canvas.setFont("Helvetica-Bold", size)
        canvas.drawString(MARGIN, PAGE_HEIGHT - 61, digest.title)
        canvas.setFillColor(TINT)
        canvas.setFont("Helvetica", 9)
        issued = f"{digest.issuer[0].upper()}{digest.issuer[1:]}"
        dated = f"Version {digest.version}, {digest.effective_date.isoformat()}"
        canvas.drawString(MARGIN, PAGE_HEIGHT - 83, f"{issued}   |   {dated}")
        _footer(digest, canvas, document)

    return draw


def _footer(digest: Digest, canvas: Any, document: Any) -> None:  # noqa: ANN401  (reportlab has no types)
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, 42, PAGE_WIDTH - MARGIN, 42)
    canvas.setFillColor(MUTED)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(MARGIN, 30, f"{digest.title}  |  a digest, not a replacement for local protocols and orders")
    canvas.drawRightString(PAGE_WIDTH - MARGIN, 30, f"Page {document.page}")


@contextmanager
def _dated(day: date) -> Iterator[None]:
    """Let reportlab date the file with a day of ours; the environment is the only way it offers."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()))
    try:
        yield
    finally:
        os.environ.pop("SOURCE_DATE_EPOCH")
        if before is not None:
            os.environ["SOURCE_DATE_EPOCH"] = before


def build(digest: Digest) -> bytes:
    """The digest as a PDF file."""
    buffer = io.BytesIO()
    box = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    first = Frame(MARGIN, 54, WIDTH, PAGE_HEIGHT - BAND_HEIGHT - 54 - 12, id="first", **box)
    later = Frame(MARGIN, 54, WIDTH, PAGE_HEIGHT - 54 - 44, id="later", **box)
    document = BaseDocTemplate(
        buffer,
        pagesize=LETTER,
        pageTemplates=[
            PageTemplate("first", [first], onPage=_first_page(digest), autoNextPageTemplate="later"),
            PageTemplate("later", [later], onPage=lambda canvas, document: _footer(digest, canvas, document)),
        ],
        title=digest.title,
        author=digest.issuer,
        subject="Guideline digest for nurses",
        keywords=f"guideline, {digest.set_id}, version {digest.version}, {digest.effective_date.isoformat()}",
        creator="vademecum",
        lang="en-US",
        invariant=1,
        pageCompression=0,
    )
    with _dated(digest.effective_date):
        document.build(_story(digest))
    return buffer.getvalue()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every digest as PDF into the starter set."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="folder for the PDF files")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for digest in read_digests():
        path = options.out / f"{digest.name}.pdf"
        path.write_bytes(build(digest))
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
