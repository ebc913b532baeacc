"""PDFs end to end: made here with PyMuPDF, and the public ones beside the checkout."""

from __future__ import annotations

import hashlib
import re
import time
from itertools import pairwise
from pathlib import Path

import pymupdf
import pytest

from ingest.pdf import read_pdf
from knowledge_base.errors import IngestError
from knowledge_base.types import SourceDocument

STARTER = Path(__file__).resolve().parents[2] / "knowledge_base" / "data" / "starter" / "guidelines"


def read(data: bytes, name: str = "made.pdf") -> SourceDocument:
    return read_pdf(data, name, hashlib.sha256(data).hexdigest()).document


def check(document: SourceDocument) -> None:
    """What holds for every document of this reader."""
    text = document.text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert all(0 <= line.start < line.end <= len(text) for line in document.lines)
    assert all(one.end <= other.start for one, other in pairwise(document.lines))
    assert all(one.end <= other.start for one, other in pairwise(document.sections))
    for section in document.sections:
        assert section.path[-1] == section.title or section.title.endswith(section.path[-1])
        assert all(section.start <= start < end <= section.end for start, end in section.table_rows)
        assert all("\n" not in text[start:end] for start, end in section.table_rows)


def make(pages: list[list[tuple[str, float, float, float, str]]], **metadata: str) -> bytes:
    document = pymupdf.open()
    for lines in pages:
        page = document.new_page(width=612, height=792)
        for text, x, y, size, font in lines:
            page.insert_text((x, y), text, fontsize=size, fontname=font)
    if metadata:
        document.set_metadata(metadata)
    return document.tobytes()


GUIDE = [
    [
        ("Safe Hands in the Clinic", 60, 60, 22, "hebo"),
        ("Introduction", 60, 110, 14, "hebo"),
        ("Hand hygiene is the first measure that protects patients and", 60, 135, 11, "helv"),
        ("staff, and it costs next to nothing.", 60, 149, 11, "helv"),
        ("When to clean", 60, 180, 14, "hebo"),
        ("1. Before touching a patient.", 60, 205, 11, "helv"),
        ("2. After touching a patient or anything that stands near the", 60, 219, 11, "helv"),
        ("patient.", 74, 233, 11, "helv"),
    ],
    [
        ("How to clean", 60, 60, 14, "hebo"),
        ("Rub all surfaces for at least 20 seconds and let them dry.", 60, 85, 11, "helv"),
    ],
]


def test_a_guideline_made_here():
    document = read(make(GUIDE))
    check(document)
    assert document.info.kind == "guideline"
    assert document.info.title == "Safe Hands in the Clinic"
    assert document.info.id.startswith("pdf:")
    assert document.info.ingredients == ()
    assert [section.path for section in document.sections][1:] == [
        ("Introduction",),
        ("When to clean",),
        ("How to clean",),
    ]
    when = document.sections[2]
    assert document.text[when.start : when.end] == (
        "1. Before touching a patient.\n2. After touching a patient or anything that stands near the patient."
    )
    assert {section.code for section in document.sections} == {None}


def test_every_line_knows_its_page_and_box():
    document = read(make(GUIDE))
    at = {document.text[line.start : line.end]: line for line in document.lines}
    last = at["Rub all surfaces for at least 20 seconds and let them dry."]
    assert last.page == 2
    assert last.box.x0 == pytest.approx(60, abs=1)
    assert last.box.y0 < 85 < last.box.y1


def test_a_sensible_metadata_title_wins_and_a_file_name_does_not():
    assert read(make(GUIDE, title="Hand Hygiene Guideline")).info.title == "Hand Hygiene Guideline"
    assert read(make(GUIDE, title="final_v3.docx")).info.title == "Safe Hands in the Clinic"


def label_lines() -> list[tuple[str, float, float, float, str]]:
    rows = [
        ("EXAMPLOL HYDROCHLORIDE- exampolol hydrochloride tablet", "hebo"),
        ("Some Pharma, Inc.", "hebo"),
        ("INDICATIONS AND USAGE", "hebo"),
        ("Exampolol tablets are indicated for hypertension.", "helv"),
        ("CONTRAINDICATIONS", "hebo"),
        ("Do not give it to patients with severe bradycardia.", "helv"),
        ("WARNINGS", "hebo"),
        ("Do not stop exampolol suddenly in coronary disease.", "helv"),
        ("ADVERSE REACTIONS", "hebo"),
        ("Tiredness and dizziness are the most common ones.", "helv"),
        ("Revised: 5/2025", "helv"),
        ("Set id: 8d24bacb-feff-4c6a-b8df-625e1435387a", "helv"),
    ]
    return [(text, 60, 60 + 30 * n, 11, font) for n, (text, font) in enumerate(rows)]


def test_a_label_made_here():
    document = read(make([label_lines()]))
    check(document)
    info = document.info
    assert (info.kind, info.title) == ("label", "Exampolol (label, PDF)")
    assert info.ingredients == ("exampolol",)
    assert info.brands == ("examplol",) or info.brands == ()
    assert info.effective_date == "2025-05-01"
    assert info.manufacturer == "Some Pharma, Inc."
    assert info.id == "pdf:8d24bacb-feff-4c6a-b8df-625e1435387a@0"
    codes = {section.title: section.code for section in document.sections}
    assert codes["INDICATIONS AND USAGE"] == "34067-9"
    assert codes["CONTRAINDICATIONS"] == "34070-3"
    assert codes["ADVERSE REACTIONS"] == "34084-4"


def test_an_encrypted_pdf(capfd: pytest.CaptureFixture[str]):
    document = pymupdf.open()
    document.new_page().insert_text((60, 60), "secret")
    data = document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y")
    with pytest.raises(IngestError, match="encrypted"):
        read(data)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("keep", [9, 300, 900])
def test_a_cut_off_pdf(keep: int, capfd: pytest.CaptureFixture[str]):
    with pytest.raises(IngestError) as error:
        read(make(GUIDE)[:keep])
    assert "\n" not in str(error.value)
    assert capfd.readouterr() == ("", "")


def scanned(n_pages: int) -> pymupdf.Document:
    document = pymupdf.open()
    picture = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 20, 20))
    picture.clear_with(128)
    for _ in range(n_pages):
        page = document.new_page()
        page.insert_image(page.rect, pixmap=picture)
    return document


def test_a_scanned_pdf_names_its_pages():
    with pytest.raises(IngestError, match="page 1, 2 of 2 is only an image"):
        read(scanned(2).tobytes())


def test_a_partly_scanned_pdf_is_read():
    document = scanned(1)
    document.new_page().insert_text((60, 60), "There is text on this page.")
    assert "There is text on this page." in read(document.tobytes()).text


def test_an_empty_pdf():
    document = pymupdf.open()
    document.new_page()
    with pytest.raises(IngestError, match="without text"):
        read(document.tobytes())


@pytest.mark.parametrize("path", sorted(STARTER.glob("*.pdf")), ids=lambda path: path.stem)
def test_the_starter_digests_read_cleanly(path: Path):
    document = read(path.read_bytes(), path.name)
    check(document)
    assert document.info.kind == "guideline"
    assert sum(len(section.table_rows) for section in document.sections) >= 8
    recommendations = [section for section in document.sections if section.path[0] == "Recommendations"]
    assert "Sources" not in {section.title for section in document.sections}
    assert document.info.effective_date == "2026-11-23"
    numbers = [
        int(found)
        for section in recommendations
        for found in re.findall(r"^(\d+)\. ", document.text[section.start : section.end], re.M)
    ]
    assert numbers == list(range(1, len(numbers) + 1))


def section_of(document: SourceDocument, title: str) -> tuple[str, set[int], tuple[str, ...]]:
    section = next(section for section in document.sections if section.title == title)
    pages = {line.page for line in document.lines if section.start <= line.start < section.end}
    return document.text[section.start : section.end], pages, section.path


@pytest.mark.data
def test_injection_safety_of_the_cdc_guide(shared_data: Path):
    path = shared_data / "guidelines_pdf" / "cdc_outpatient_infection_prevention_2016.pdf"
    document = read(path.read_bytes(), str(path))
    check(document)
    text, pages, where = section_of(document, "Injection Safety")
    assert text.startswith("Injection safety includes practices intended to prevent transmission")
    assert pages == {10, 11}
    assert where[0].startswith("FUNDAMENTAL ELEMENTS")
    rules, _, path_of_rules = section_of(
        document, "Key recommendations for safe injection practices in outpatient settings"
    )
    assert path_of_rules[-2] == "Injection Safety"
    assert "\n4. Do not reuse a syringe to enter a medication vial or container.\n" in rules
    assert "Version 2.3" not in document.text


@pytest.mark.data
def test_the_warfarin_label(shared_data: Path):
    path = shared_data / "labels_pdf" / "fda_warfarin_label_2025.pdf"
    document = read(path.read_bytes(), str(path))
    check(document)
    assert document.info.ingredients == ("warfarin",)
    by_title = {section.title: section for section in document.sections}
    assert by_title["WARNING: BLEEDING RISK"].code == "34066-1"
    assert by_title["8.2 Lactation"].code == "77290-5"
    assert by_title["Highlights: Drug interactions"].code == "34073-7"
    assert by_title["What should I avoid while taking warfarin sodium tablets?"].kind == "patient"
    assert "\nGG | 5-7 mg | 5-7 mg | 3-4 mg | 3-4 mg | 3-4 mg | 0.5-2 mg\n" in document.text
    assert "DISPLAY PANEL" not in document.text


@pytest.mark.data
def test_all_public_pdfs_are_read_quickly(shared_data: Path):
    start = time.process_time()
    paths = sorted(shared_data.glob("*/*.pdf"))
    for path in paths:
        document = read(path.read_bytes(), str(path))
        check(document)
        assert (document.info.kind == "label") == (path.parent.name == "labels_pdf")
        assert bool(document.info.ingredients) == (document.info.kind == "label")
    assert len(paths) >= 20
    assert time.process_time() - start < 90


def test_print_too_small_for_any_eye_is_not_read() -> None:
    lines = [*GUIDE[0], ("Secret words for programs only.", 60, 300, 0.7, "helv")]
    text = read(make([lines])).text
    assert "Secret" not in text
    assert "Before touching a patient." in text


@pytest.mark.parametrize(
    ("printed", "rows"),
    [
        # One string of the file runs through several cells, as browsers print them.
        (["GG 3 mg to 4 mg   0.5 mg to 2 mg", "AG 5 mg to 7 mg   3 mg to 4 mg"], None),
        (["FINAL VISIT-63.5", "FINAL VISIT-1.7"], ["FINAL VISIT | -63.5", "FINAL VISIT | -1.7"]),
    ],
)
def test_a_line_through_several_cells_is_cut_at_the_rules(printed: list[str], rows: list[str] | None) -> None:
    font = pymupdf.Font("cour")
    wide = font.text_length("m", 10)
    columns = [0, 2, 17, 32] if rows is None else [0, 11, 20]
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 80), "The doses that were seen stand in this table of two rows.", fontsize=10)
        for row, text in enumerate(printed):
            page.insert_text((72, 120 + 20 * row), text, fontname="cour", fontsize=10)
        right, bottom = 72 + wide * columns[-1] + 4, 106 + 20 * len(printed)
        for x in columns:
            at = 72 + wide * x + (wide / 2 if rows is None and x else 0 if x else -4)
            page.draw_line((at, 106), (at, bottom), width=0.5)
        for y in range(106, bottom + 1, 20):
            page.draw_line((68, y), (right, y), width=0.5)
        text = read(document.tobytes()).text
    wanted = rows or ["GG | 3 mg to 4 mg | 0.5 mg to 2 mg", "AG | 5 mg to 7 mg | 3 mg to 4 mg"]
    assert text.splitlines()[-2:] == wanted


def test_columns_below_text_over_the_whole_page_are_read_one_after_the_other() -> None:
    full = [f"The statement number {n} of the panel runs over the whole width of the page as it is." for n in range(14)]
    left = [f"Left column line {n} of a sentence that goes" for n in range(6)]
    right = [f"Right column line {n} of another one here" for n in range(6)]
    lines = [(text, 72.0, 80.0 + 14 * n, 11.0, "helv") for n, text in enumerate(full)]
    for n, (one, other) in enumerate(zip(left, right, strict=True)):
        lines += [(one, 72.0, 300.0 + 14 * n, 11.0, "helv"), (other, 320.0, 300.0 + 14 * n, 11.0, "helv")]
    text = read(make([lines])).text
    assert " ".join(left) in text
    assert " ".join(right) in text
    assert "|" not in text
