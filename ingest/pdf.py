"""PDF files with a text layer: labels, guidelines and Medication Guides, read with PyMuPDF.

The stored text is a rendering of its own: running lines removed, columns in reading order, paragraphs
joined; every printed line keeps its page and box. Knows PyMuPDF; what the lines mean is known elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from ingest import pdf_facts
from ingest.label_text import clean
from ingest.lean_pymupdf import without_layout_model
from ingest.ocr import MAX_PAGES, Recognise
from ingest.pdf_blocks import blocks_of, looks_of
from ingest.pdf_furniture import is_contents, without_furniture
from ingest.pdf_layout import RAISED, Piece, PrintedLine, PrintedPage, enclosing, mark_bullets, reading_order
from ingest.pdf_sections import STANDING_HEADINGS, nested, of_label, without_product_data
from ingest.pdf_tables import crossing, find_tables, rules_of
from ingest.pdf_text import PdfText, Vocabulary
from ingest.section_codes import NO_EVIDENCE_TITLES
from knowledge_base.errors import IngestError
from knowledge_base.types import Box, DocumentInfo, SourceDocument

_BOLD: Final = 16
_SUPERSCRIPT: Final = 1
_BOLD_NAME = re.compile(r"bold|black|heavy|semibd|demi|-bd\b|medium", re.I)
_OPEN_REFERENCE = re.compile(r"\(\s+(?=\d)")
_SPACE_BEFORE = re.compile(r" +(?=[)\],;])")
_RULE_OF_SIGNS = re.compile(r"^[-_=*.\u2013\u2014 ]{4,}$")
# A bullet of a font without names comes through as a control character.
_LOST_BULLET = re.compile(r"^\s*y?\s?[\x80-\x9f]\s*")
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_END: Final = b"%%EOF"
_END_WITHIN: Final = 4096
_MAX_BULLET: Final = 7.0
_LEGIBLE: Final = 1.5
"""Points; smaller print is there to be found by programs, not to be read."""
_MAX_NAMED_PAGES: Final = 10
_OCR_DPI: Final = 200
_POINTS_PER_INCH: Final = 72
_RECOGNISED: Final = "in part read from pictures of its pages by a program; check numbers on the page"
_MAX_OCR_PIXELS: Final = 25_000_000
_FULL_HEIGHT: Final = 0.72
"""The size of a font as a share of the box around a recognised line."""
_GARBLED_SHARE: Final = 0.3
_GARBLED = re.compile("[\ufffd\ue000-\uf8ff\x00-\x1f]")
_MAX_DRAWINGS: Final = 6000


class PdfReading(NamedTuple):
    """The document, and a line for the pages that were left out."""

    document: SourceDocument
    unread: list[str]


class _Extract(NamedTuple):
    """What a file holds; `pictures` are the pages that have no text of their own, by number."""

    pages: list[PrintedPage]
    title: str
    outline: list[str]
    pictures: list[int]


def read_pdf(data: bytes, source_path: str, sha256: str, recognise: Recognise | None = None) -> PdfReading:
    """One document.

    Args:
        data: the file.
        source_path: where it lies.
        sha256: of `data`.
        recognise: reads pages that are only pictures; without it they are left out and named.

    Raises:
        IngestError: encrypted, damaged, without pages, or without text that can be read (the pages are named).
    """
    pages, metadata_title, outline, pictures = _extract(data, recognise)
    pages = [page for page in without_furniture(pages) if not is_contents(page)]
    lines = [line for page in pages for line in page.lines]
    printed = [item for page in pages for item in reading_order(page)]
    looks = looks_of(lines, [*outline, *STANDING_HEADINGS])
    blocks = without_product_data(blocks_of(printed, looks))
    headings = [block.text for block in blocks if block.role == "heading"]
    first = min((line.page for line in lines), default=1)
    first_page = [line for line in lines if line.page == first]
    title = pdf_facts.title_of(metadata_title, first_page, headings)
    kind = pdf_facts.kind_of_document(title, headings, first_page)
    first_lines = [line.text for line in first_page]
    medicine = pdf_facts.medicine_of(metadata_title, title, first_lines) if kind == "label" else None
    if kind == "label":
        if medicine is not None:
            title = f"{' / '.join(one.capitalize() for one in medicine.ingredients)} (label, PDF)"
        parts = of_label(nested(blocks, title, label=True), title)
    else:
        parts = nested(blocks, title, label=False)
    writer = PdfText(Vocabulary(line.text for line in lines))
    for part in parts:
        writer.add(part)
    text = writer.text
    if not text.strip():
        raise IngestError("a PDF without text that could be read: nothing is left besides running headers and lists")
    set_id, version = pdf_facts.set_id_of("\n".join(line.text for line in lines)) if kind == "label" else (None, None)
    info = DocumentInfo(
        id=f"pdf:{set_id}@{version or '0'}" if set_id else f"pdf:{sha256[:16]}",
        source_path=source_path,
        format="pdf",
        kind=kind,
        title=title,
        sha256=sha256,
        set_id=set_id,
        version=version,
        # Inside a guideline "revised" is mostly said of something else.
        effective_date=pdf_facts.date_of(line.text for line in lines if kind != "guideline" or line.page == 1),
        manufacturer=pdf_facts.manufacturer_of(first_lines) if kind == "label" else None,
        ingredients=medicine.ingredients if medicine else (),
        brands=medicine.brands if medicine else (),
        remarks=(_RECOGNISED,) if pictures and recognise is not None else (),
    )
    names = medicine.names if medicine else ()
    evidence = tuple(section for section in writer.sections if section.title.lower() not in NO_EVIDENCE_TITLES)
    document = SourceDocument(info=info, text=text, sections=evidence, names=names, lines=writer.lines)
    return PdfReading(document, _unread(pictures, has_ocr=recognise is not None))


def _extract(data: bytes, recognise: Recognise | None) -> _Extract:
    """The pages as printed; those that are only pictures as they are recognised, or without lines."""
    with without_layout_model():
        import pymupdf

    # MuPDF writes its complaints about damaged files to the terminal; ours is the IngestError.
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        with pymupdf.open(stream=data, filetype="pdf") as document:
            if document.needs_pass:
                raise IngestError("an encrypted PDF: remove its password and read it again")
            if not document.page_count:
                raise IngestError("a PDF without pages: the file is damaged or cut off")
            if document.is_repaired and _END not in data[-_END_WITHIN:]:
                # What a repair makes of half a file is half a document, and nobody would notice.
                raise IngestError("a cut-off PDF: its end is missing; get the whole file and read it again")
            flags = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
            pages, pictures = [], []
            for number, page in enumerate(document, start=1):
                found = page.get_text("dict", flags=flags)
                lines = list(_lines(found, number))
                if _is_garbled(found) or (not lines and page.get_images()):
                    pictures.append(number)
                    lines = []
                    if recognise is not None and len(pictures) <= MAX_PAGES:
                        lines = _recognised(page, number, recognise)
                pages.append(_page(page, number, found, lines))
            if not any(page.lines or page.tables for page in pages):
                raise IngestError(_without_text(len(pages), pictures))
            outline = [str(entry[1]) for entry in document.get_toc()]
            return _Extract(pages, str((document.metadata or {}).get("title") or ""), outline, pictures)
    except IngestError:
        raise
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise IngestError(f"a damaged or cut-off PDF ({clean(reason)[:120]})") from error


def _without_text(n_pages: int, images: Sequence[int]) -> str:
    if not images:
        return f"a PDF without text: all {n_pages} pages are empty"
    return (
        f"a scanned PDF without a text layer: page {_named(images)} of {n_pages} is only an image; "
        "read it with OCR: pip install 'vademecum[ocr]'"
    )


def _unread(pictures: Sequence[int], *, has_ocr: bool) -> list[str]:
    if not has_ocr:
        return [_left_out(pictures)] if pictures else []
    rest = pictures[MAX_PAGES:]
    return [f"page {_named(rest)} left out: of one file {MAX_PAGES} pages are read from pictures"] if rest else []


def _left_out(pictures: Sequence[int]) -> str:
    return (
        f"page {_named(pictures)} left out: no text that can be read, only an image; "
        "read it with OCR: pip install 'vademecum[ocr]'"
    )


def _named(pages: Sequence[int]) -> str:
    return ", ".join(map(str, pages[:_MAX_NAMED_PAGES])) + (", …" if len(pages) > _MAX_NAMED_PAGES else "")


def _is_garbled(found: Mapping[str, Any]) -> bool:
    """Whether the fonts do not say which letters their shapes are; what is printed can be seen, not copied."""
    lines = (line for block in found["blocks"] for line in block.get("lines", ()))
    text = "".join("".join(span["text"].split()) for line in lines for span in line["spans"])
    return len(_GARBLED.findall(text)) > _GARBLED_SHARE * len(text)


def _recognised(page: Any, number: int, recognise: Recognise) -> list[PrintedLine]:  # noqa: ANN401
    largest = (_MAX_OCR_PIXELS / max(1.0, page.rect.width * page.rect.height)) ** 0.5
    dpi = max(1, int(min(_OCR_DPI, largest * _POINTS_PER_INCH)))
    scale = dpi / _POINTS_PER_INCH
    picture = page.get_pixmap(dpi=dpi, alpha=False, colorspace="rgb")
    pixels = np.frombuffer(picture.samples, dtype=np.uint8).reshape(picture.height, picture.width, 3)
    lines = []
    for line in recognise(np.ascontiguousarray(pixels[:, :, ::-1])):
        box = Box(*(edge / scale for edge in line.box))
        text = clean(line.text)
        if text:
            size = round(_FULL_HEIGHT * (box.y1 - box.y0))
            piece = Piece(text=text, box=box)
            lines.append(PrintedLine(text=text, page=number, box=box, size=size, pieces=(piece,)))
    return lines


def _page(page: Any, number: int, found: Mapping[str, Any], lines: list[PrintedLine]) -> PrintedPage:  # noqa: ANN401
    bullets: list[Box] = []
    drawn: list[Box] = []
    shades: list[Box] = []
    for drawing in page.get_drawings()[:_MAX_DRAWINGS] if lines else ():
        box = Box(*drawing["rect"])
        wide, high = box.x1 - box.x0, box.y1 - box.y0
        if 1.5 <= wide <= _MAX_BULLET and 1.5 <= high <= _MAX_BULLET and abs(wide - high) < 1.0:
            bullets.append(box)
        drawn.extend(_edges(drawing))
        if drawing.get("fill") is not None:
            shades.append(box)
    rules = rules_of(drawn)
    crossed = [line for line in lines if crossing(line, rules)]
    if crossed:
        in_words = _in_words(crossed, page.get_text("rawdict"), rules)
        lines = [in_words.get(line.box, line) for line in lines]
    tables, outside = find_tables(rules, mark_bullets(lines, bullets), shades)
    return PrintedPage(
        number=number,
        width=float(found["width"]),
        height=float(found["height"]),
        lines=tuple(outside),
        tables=tuple(tables),
    )


def _in_words(lines: Sequence[PrintedLine], found: Mapping[str, Any], rules: Sequence[Box]) -> dict[Box, PrintedLine]:
    """Lines by their boxes, with a piece for every word, so that they can be cut where a table's rule runs through."""
    letters = [
        (str(letter["c"]), Box(*letter["bbox"]))
        for block in found["blocks"]
        for line in block.get("lines", ())
        for span in line["spans"]
        for letter in span["chars"]
    ]
    parted = {}
    for line in lines:
        beside = [one for one in letters if line.box.y0 <= (one[1].y0 + one[1].y1) / 2 <= line.box.y1]
        borders = crossing(line, rules)
        pieces = [one for piece in line.pieces for one in _words_of(piece, beside, borders)]
        parted[line.box] = replace(line, pieces=tuple(pieces))
    return parted


def _words_of(piece: Piece, letters: Sequence[tuple[str, Box]], borders: Sequence[float]) -> list[Piece]:
    """A piece for each word or part of one between borders; the piece itself where its letters are not found."""
    inside = [one for one in letters if piece.box.x0 - 1 <= (one[1].x0 + one[1].x1) / 2 <= piece.box.x1 + 1]
    words: list[list[tuple[str, Box]]] = []
    last_column = -1
    for letter, box in sorted(inside, key=lambda one: one[1].x0):
        column = -1 if letter.isspace() else sum(x < (box.x0 + box.x1) / 2 for x in borders)
        if column >= 0 and column == last_column:
            words[-1].append((letter, box))
        elif column >= 0:
            words.append([(letter, box)])
        last_column = column
    texts = [clean("".join(letter for letter, _ in word)) for word in words]
    if not texts or "".join(texts) != "".join(piece.text.split()):
        return [piece]
    boxes = [enclosing(box for _, box in word) for word in words]
    # Letters of two fonts may make one word: only what stands inside the piece is told apart.
    texts = [f" {text}" if n or piece.text[:1].isspace() else text for n, text in enumerate(texts)]
    texts[-1:] = [f"{text} " if piece.text[-1:].isspace() else text for text in texts[-1:]]
    return [Piece(text=text, box=box) for text, box in zip(texts, boxes, strict=True)]


def _edges(drawing: Mapping[str, Any]) -> Iterator[Box]:
    """The straight strokes of a drawing and the sides of its stroked rectangles."""
    for item in drawing["items"]:
        if item[0] == "l":
            (ax, ay), (bx, by) = item[1], item[2]
            yield Box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
        elif item[0] == "re":
            box = Box(*item[1])
            if min(box.x1 - box.x0, box.y1 - box.y0) <= 4:
                yield box
            elif "s" in (drawing.get("type") or ""):
                yield box._replace(y1=box.y0)
                yield box._replace(y0=box.y1)
                yield box._replace(x1=box.x0)
                yield box._replace(x0=box.x1)


def _lines(found: Mapping[str, Any], number: int) -> Iterator[PrintedLine]:
    """The lines of a page whose words stand upright, cleaned."""
    for block in found["blocks"]:
        for line in block.get("lines", ()):
            if abs(line["dir"][0]) < 0.9:
                continue
            printed = _line(line, number)
            if printed is not None:
                yield printed


def _line(line: Mapping[str, Any], number: int) -> PrintedLine | None:
    printed = [span for span in line["spans"] if span["size"] >= _LEGIBLE]
    spans = [span for span in printed if span["text"].strip()]
    if not spans:
        return None
    main = max(spans, key=lambda span: len(span["text"].strip()))
    pieces = [Piece(text=_words(span, main), box=Box(*span["bbox"])) for span in printed]
    raw = _LOST_BULLET.sub("• ", "".join(piece.text for piece in pieces))
    joined = _SPACE_BEFORE.sub("", _OPEN_REFERENCE.sub("(", _clean(raw)))
    if not joined or _RULE_OF_SIGNS.match(joined):
        return None
    lettered = [span for span in spans if any(map(str.isalpha, span["text"]))]
    return PrintedLine(
        text=joined,
        page=number,
        box=Box(*line["bbox"]),
        size=float(main["size"]),
        family=_SUBSET.sub("", main["font"]).split("-")[0].split(",")[0],
        bold=bool(lettered) and all(_is_bold(span) for span in lettered),
        pieces=tuple(replace(piece, text=_clean_piece(piece.text)) for piece in pieces),
    )


def _words(span: Mapping[str, Any], main: Mapping[str, Any]) -> str:
    text = str(span["text"])
    raised = span["flags"] & _SUPERSCRIPT and span["size"] < 0.9 * main["size"]
    return text.translate(RAISED) if raised else text


def _clean(text: str) -> str:
    # A soft hyphen at the very end says that the word goes on in the next line.
    soft = text.rstrip().endswith("\u00ad")
    return clean(text) + ("\u00ad" if soft else "")


def _clean_piece(text: str) -> str:
    lead, trail = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' if lead else ''}{clean(text)}{' ' if trail else ''}"


def _is_bold(span: Mapping[str, Any]) -> bool:
    return bool(span["flags"] & _BOLD) or _BOLD_NAME.search(span["font"].rsplit("+", 1)[-1]) is not None
