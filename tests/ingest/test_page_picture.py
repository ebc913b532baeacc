"""Pictures of pages: the mark is where the words are, and a missing file is one clear line."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from ingest.page_picture import render
from knowledge_base.errors import IngestError
from knowledge_base.types import Box

WORDS = "Use one needle and one syringe for one patient."


def a_pdf(path: Path, *, rotation: int = 0, size: tuple[float, float] = (300, 400), n_pages: int = 1) -> Path:
    with pymupdf.open() as document:
        for _ in range(n_pages):
            page = document.new_page(width=size[0], height=size[1])
            page.insert_text((30, 60), WORDS, fontsize=9)
            page.set_rotation(rotation)
        document.save(path)
    return path


def words_box(path: Path) -> Box:
    with pymupdf.open(path) as document:
        page = document[0]
        (rect,) = page.search_for("one syringe")
        return Box(*(rect * page.rotation_matrix if page.rotation else rect))


def marked_area(png: bytes, zoom: float) -> Box:
    """The rectangle around the yellow pixels, in points."""
    picture = pymupdf.Pixmap(png)
    red, _, blue = np.moveaxis(np.frombuffer(picture.samples, np.uint8).reshape(picture.height, picture.width, 3), 2, 0)
    ys, xs = np.nonzero((red > 200) & (blue < 215) & (red.astype(int) - blue > 40))
    return Box(xs.min() / zoom, ys.min() / zoom, xs.max() / zoom, ys.max() / zoom)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_mark_is_around_the_words_however_the_page_is_turned(tmp_path: Path, rotation: int) -> None:
    path = a_pdf(tmp_path / "a.pdf", rotation=rotation)
    box = words_box(path)
    png = render(path, 1, [box], 2.0)
    assert png.startswith(b"\x89PNG")
    mark = marked_area(png, 2.0)
    assert all(abs(a - b) <= 4 for a, b in zip(mark, box, strict=True)), (mark, box)


def test_without_boxes_nothing_is_marked_and_the_file_stays_as_it_is(tmp_path: Path) -> None:
    path = a_pdf(tmp_path / "a.pdf")
    before = path.read_bytes()
    assert render(path, 1, []) != render(path, 1, [words_box(path)])
    assert path.read_bytes() == before


def test_boxes_of_no_size_or_off_the_page_are_harmless(tmp_path: Path) -> None:
    path = a_pdf(tmp_path / "a.pdf")
    assert render(path, 1, [Box(10, 10, 10, 20), Box(50, 50, 40, 40)]) == render(path, 1, [])
    assert render(path, 1, [Box(5000, 5000, 6000, 6000), Box(-900, -900, -800, -800)]).startswith(b"\x89PNG")


def test_a_poster_is_drawn_smaller_instead_of_filling_the_memory(tmp_path: Path) -> None:
    path = a_pdf(tmp_path / "poster.pdf", size=(14000, 14000))
    picture = pymupdf.Pixmap(render(path, 1, [], 4.0))
    assert picture.width * picture.height <= 26_000_000


def test_a_pdf_inside_an_archive_is_found_there(tmp_path: Path) -> None:
    path = a_pdf(tmp_path / "a.pdf")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("other.txt", "x")
        archive.write(path, "in/a.pdf")
    box = words_box(path)
    assert render(f"{tmp_path}/b.zip!in/a.pdf", 1, [box]) == render(path, 1, [box])
    with pytest.raises(IngestError, match=r"no longer in b\.zip"):
        render(f"{tmp_path}/b.zip!in/c.pdf", 1, [])


@pytest.mark.parametrize(
    ("make", "page", "complaint"),
    [
        (lambda path: None, 1, "no longer where it was read"),
        (lambda path: path.mkdir(), 1, "no longer where it was read"),
        (lambda path: path.write_text("now something else"), 1, "not the PDF that was read"),
        (lambda path: path.write_bytes(b""), 1, "not the PDF that was read"),
        (a_pdf, 2, "has no page 2"),
        (a_pdf, 0, "has no page 0"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line(tmp_path: Path, make, page: int, complaint: str) -> None:
    path = tmp_path / "guide.pdf"
    make(path)
    with pytest.raises(IngestError, match=complaint) as caught:
        render(path, page, [])
    assert "guide.pdf" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_locked_file_is_said_so(tmp_path: Path) -> None:
    path = a_pdf(tmp_path / "open.pdf")
    with pymupdf.open(path) as document:
        document.save(tmp_path / "locked.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="u", owner_pw="o")
    with pytest.raises(IngestError, match="encrypted"):
        render(tmp_path / "locked.pdf", 1, [])
