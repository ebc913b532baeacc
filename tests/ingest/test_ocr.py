"""Pages that are only pictures: read by the recogniser where there is one, named where there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from ingest.ocr import MAX_PAGES, ReadLine, is_installed, rapid_ocr
from ingest.pdf import read_pdf
from knowledge_base.errors import IngestError
from knowledge_base.types import Box

PRINTED = ("Check the dose twice before it is given.", "Keep the vial in the refrigerator.")


def a_page(lines: Sequence[str], *, picture: bool) -> pymupdf.Document:
    document = pymupdf.open()
    page = document.new_page()
    for number, line in enumerate(lines):
        page.insert_text((72, 100 + 30 * number), line, fontsize=14)
    if not picture:
        return document
    pixels = page.get_pixmap(dpi=150)
    scan = pymupdf.open()
    scan.new_page().insert_image(page.rect, pixmap=pixels)
    return scan


def a_mixed_pdf() -> bytes:
    with a_page(["This page has a text layer of its own, as it should."], picture=False) as document:
        document.insert_pdf(a_page(PRINTED, picture=True))
        return document.tobytes()


def recognise(picture: NDArray[np.uint8]) -> list[ReadLine]:
    """A recogniser that sees both lines where they stand, at 200 dots an inch."""
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    return [
        ReadLine(line, Box(200.0, 240.0 + 83 * number, 900.0, 285.0 + 83 * number), 0.99)
        for number, line in enumerate(PRINTED)
    ]


def test_pages_that_are_only_pictures_are_named() -> None:
    found = read_pdf(a_mixed_pdf(), "mixed.pdf", "0" * 64)
    assert len(found.unread) == 1
    assert "page 2 left out" in found.unread[0]
    assert "vademecum[ocr]" in found.unread[0]
    assert found.document.info.remarks == ()
    assert PRINTED[0] not in found.document.text


def test_recognised_lines_have_their_page_and_their_box() -> None:
    found = read_pdf(a_mixed_pdf(), "mixed.pdf", "0" * 64, recognise)
    assert found.unread == []
    assert "read from pictures" in found.document.info.remarks[0]
    text = found.document.text
    start = text.index(PRINTED[0])
    (line,) = [one for one in found.document.lines if one.start <= start < one.end]
    assert line.page == 2
    assert line.box == pytest.approx((72.0, 86.4, 324.0, 102.6))


def test_a_document_with_text_on_every_page_asks_no_recogniser() -> None:
    def never(_: NDArray[np.uint8]) -> list[ReadLine]:
        raise AssertionError("asked")

    with a_page(["Words that can be copied are not read from a picture."], picture=False) as document:
        assert read_pdf(document.tobytes(), "text.pdf", "0" * 64, never).document.info.remarks == ()


def test_letters_without_names_count_as_a_picture() -> None:
    shapes = "".join(f"/shape{n} " for n in range(32, 127))
    with a_page(PRINTED, picture=False) as document:
        font = document[0].get_fonts()[0][0]
        document.xref_set_key(font, "Encoding", f"<</Type/Encoding/Differences[32 {shapes}]>>")
        data = document.tobytes()
    with pytest.raises(IngestError, match="page 1 of 1"):
        read_pdf(data, "garbled.pdf", "0" * 64)


def test_a_page_of_any_size_makes_a_picture_of_bounded_size() -> None:
    seen: list[tuple[int, ...]] = []

    def measure(picture: NDArray[np.uint8]) -> list[ReadLine]:
        seen.append(picture.shape)
        return [ReadLine(PRINTED[0], Box(0.0, 0.0, 9.0, 9.0), 1.0)]

    pixels = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 40, 40))
    pixels.clear_with(200)
    with pymupdf.open() as document:
        page = document.new_page(width=14_000, height=14_000)
        page.insert_image(page.rect, pixmap=pixels)
        read_pdf(document.tobytes(), "huge.pdf", "0" * 64, measure)
    assert seen[0][0] * seen[0][1] <= 25_000_000


def test_pages_beyond_the_limit_of_a_file_are_named() -> None:
    asked: list[int] = []

    def see(picture: NDArray[np.uint8]) -> list[ReadLine]:
        asked.append(1)
        return recognise(picture) if len(asked) == 1 else []

    with a_page(["Words of its own."], picture=False) as document:
        page = document.new_page(width=20, height=20)
        pixels = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 2, 2))
        pixels.clear_with(200)
        page.insert_image(page.rect, pixmap=pixels)
        for _ in range(MAX_PAGES + 1):
            document.fullcopy_page(1)
        found = read_pdf(document.tobytes(), "long.pdf", "0" * 64, see)
    assert len(asked) == MAX_PAGES
    assert found.unread == [
        f"page {MAX_PAGES + 2}, {MAX_PAGES + 3} left out: of one file {MAX_PAGES} pages are read from pictures"
    ]


@pytest.mark.slow
@pytest.mark.skipif(not is_installed(), reason="the extra `ocr` (rapidocr) is not installed")
def test_a_real_recogniser_reads_a_printed_page() -> None:
    text = read_pdf(a_mixed_pdf(), "mixed.pdf", "0" * 64, rapid_ocr()).document.text
    for line in PRINTED:
        assert line in text
