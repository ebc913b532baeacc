"""Broken and hostile PDFs: one clear line, or a document whose spans hold; never another error."""

from __future__ import annotations

import re

import pymupdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.pdf import read_pdf
from knowledge_base.errors import IngestError
from knowledge_base.types import SourceDocument

SENTENCES = (
    "Never administer medications from the same syringe to more than one patient, even if the needle is changed.",
    "Prepare injections in a clean area, and do not carry needles or syringes in the pockets of your clothes.",
)
HEADINGS = ("Safe injections", "Clean preparation")


def check(document: SourceDocument) -> None:
    """Everything a document promises about its offsets."""
    end = 0
    for section in document.sections:
        assert end <= section.start <= section.end <= len(document.text)
        end = section.end
        for first, last in section.table_rows:
            assert section.start <= first < last <= section.end
            assert "\n" not in document.text[first:last]
    end = 0
    for line in document.lines:
        assert end <= line.start < line.end <= len(document.text)
        end = line.end
        assert line.page >= 1
        assert line.box.x0 <= line.box.x1
        assert line.box.y0 <= line.box.y1
    document.text.encode()


def a_guide() -> bytes:
    with pymupdf.open() as document:
        for n, sentence in enumerate(SENTENCES):
            page = document.new_page()
            page.insert_text((60, 70), f"{n + 1} {HEADINGS[n]}", fontsize=16, fontname="hebo")
            page.insert_textbox((60, 90, 290, 400), f"{sentence} " * 4, fontsize=10)
            page.insert_textbox((320, 90, 550, 400), f"{sentence} " * 4, fontsize=10)
            for y in (450, 480, 510):
                page.draw_line((60, y), (300, y))
            for x in (60, 180, 300):
                page.draw_line((x, 450), (x, 510))
            for row, y in enumerate((470, 500)):
                page.insert_text((65, y), f"Dose {row}", fontsize=10)
                page.insert_text((185, y), f"{row} mg", fontsize=10)
        return document.tobytes(deflate=False)


GUIDE = a_guide()


def test_the_guide_itself_is_read() -> None:
    document = read_pdf(GUIDE, "guide.pdf", "0" * 64).document
    check(document)
    assert [document.text.count(sentence) for sentence in SENTENCES] == [8, 8]
    assert [section.title for section in document.sections] == [f"{n} {title}" for n, title in enumerate(HEADINGS, 1)]
    assert "Dose 1 | 1 mg" in document.text
    assert {line.page for line in document.lines} == {1, 2}


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "damaged|empty"),
        (b"%PDF-1.7", "damaged"),
        (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 ob", "damaged|pages"),
        (b"%PDF-1.4\n" + b"\x00" * 5000, "damaged"),
        (b"not a pdf at all", "damaged"),
        (GUIDE[:300], "damaged|pages|text"),
    ],
)
def test_what_is_no_pdf_any_more_is_one_line(data: bytes, complaint: str) -> None:
    with pytest.raises(IngestError, match=complaint) as caught:
        read_pdf(data, "bad.pdf", "0" * 64)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_locked_pdf() -> None:
    with pymupdf.open(stream=GUIDE, filetype="pdf") as document:
        data = document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="owner")
    with pytest.raises(IngestError, match="password"):
        read_pdf(data, "locked.pdf", "0" * 64)


def test_a_scan_names_its_pages() -> None:
    picture = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 40, 40))
    picture.clear_with(200)
    with pymupdf.open() as document:
        for _ in range(3):
            document.new_page().insert_image((0, 0, 500, 500), pixmap=picture)
        data = document.tobytes()
    with pytest.raises(IngestError, match=r"1, 2, 3.*OCR"):
        read_pdf(data, "scan.pdf", "0" * 64)


def test_empty_pages() -> None:
    with pymupdf.open() as document:
        document.new_page()
        data = document.tobytes()
    with pytest.raises(IngestError, match="without text"):
        read_pdf(data, "empty.pdf", "0" * 64)


def test_a_page_tree_that_contains_itself() -> None:
    data = (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000000 >>\nendobj\n"
        b"trailer\n<< /Root 1 0 R /Size 3 >>\n%%EOF\n"
    )
    with pytest.raises(IngestError):
        read_pdf(data, "loop.pdf", "0" * 64)


def test_a_form_that_draws_itself() -> None:
    body = GUIDE.replace(b"/Resources", b"/Resources", 1)
    form = re.sub(rb"stream\n", b"stream\n/Fm0 Do /Fm0 Do\n", body, count=3)
    try:
        check(read_pdf(form, "form.pdf", "0" * 64).document)
    except IngestError as error:
        assert "\n" not in str(error)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damage_anywhere(data: st.DataObject) -> None:
    damaged = bytearray(GUIDE)
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(damaged) - 2))
        damaged[place : place + data.draw(st.integers(1, 8))] = data.draw(st.binary(min_size=0, max_size=8))
    cut = data.draw(st.one_of(st.just(len(damaged)), st.integers(0, len(damaged))))
    try:
        check(read_pdf(bytes(damaged[:cut]), "damaged.pdf", "0" * 64).document)
    except IngestError as error:
        assert "\n" not in str(error)


_WORDS = st.text(alphabet=st.characters(codec="latin-1", exclude_categories=("Cc",)), min_size=1, max_size=60)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    lines=st.lists(
        st.tuples(_WORDS, st.floats(0, 580), st.floats(10, 780), st.sampled_from([6, 9, 10, 14, 24]), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_spans_hold_for_words_anywhere_on_a_page(lines: list[tuple[str, float, float, int, bool]]) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        for words, x, y, size, bold in lines:
            page.insert_text((x, y), words, fontsize=size, fontname="hebo" if bold else "helv")
        data = document.tobytes()
    try:
        check(read_pdf(data, "any.pdf", "0" * 64).document)
    except IngestError as error:
        assert "without text" in str(error)
