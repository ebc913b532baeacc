"""A page of a PDF as a PNG picture with boxes marked on it, for the person who checks a citation.

Draws from the file each time: nothing is kept. The file's own annotations and forms are shown as printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pymupdf

from ingest.archives import is_archive, read_members
from knowledge_base.errors import IngestError
from knowledge_base.types import Box

DEFAULT_ZOOM: Final = 1.6
"""Pixels a point: a Letter page is then about 980 pixels wide, sharp enough to read and under half a megabyte."""
MAX_PIXELS: Final = 12_000_000
"""A poster-sized page is drawn smaller instead of taking all memory."""
_PADDING_POINTS: Final = 1.5
_FILL: Final = (1.0, 0.87, 0.2)
_BORDER: Final = (0.80, 0.47, 0.0)
_FILL_OPACITY: Final = 0.35


def render(path: Path, page: int, boxes: Sequence[Box] = (), zoom: float = DEFAULT_ZOOM) -> bytes:
    """The page as PNG, each box filled in translucent yellow inside a darker border.

    Args:
        path: the PDF, or `archive!member` for one that was read from an archive.
        page: counted from 1.
        boxes: in points, origin at the top left of the page as it is seen.
        zoom: pixels a point; lowered where the picture would be larger than `MAX_PIXELS`.

    Raises:
        IngestError: the file is gone, is no longer that PDF, or has no such page.
    """
    with _opened(path) as document:
        if not 1 <= page <= document.page_count:
            raise IngestError(f"{path} has {document.page_count} pages, so no page {page}; ingest the file again")
        sheet = document[page - 1]
        area = sheet.rect.width * sheet.rect.height
        scale = max(0.05, min(zoom, (MAX_PIXELS / max(area, 1.0)) ** 0.5))
        shape = sheet.new_shape()
        for box in boxes:
            # Boxes are measured on the page as seen; drawing happens on the page before it is turned.
            padded = (
                box[0] - _PADDING_POINTS,
                box[1] - _PADDING_POINTS,
                box[2] + _PADDING_POINTS,
                box[3] + _PADDING_POINTS,
            )
            seen = pymupdf.Rect(*padded)
            shape.draw_rect((seen & sheet.rect) * sheet.derotation_matrix)
            shape.finish(color=_BORDER, fill=_FILL, fill_opacity=_FILL_OPACITY, width=1.0)
        shape.commit()
        return bytes(sheet.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False).tobytes("png"))


@contextmanager
def _opened(path: Path) -> Iterator[pymupdf.Document]:
    pymupdf.set_messages(pylogging=True)
    data = _bytes_of(path)
    try:
        with pymupdf.open(stream=data, filetype="pdf") as document:
            if document.needs_pass:
                raise IngestError(f"{path} needs a password")
            yield document
    except (RuntimeError, ValueError) as error:  # what pymupdf raises for damaged files and pages
        what = " ".join(str(error).split())
        raise IngestError(f"{path}: the page cannot be drawn ({what})") from error


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_file() or "!" not in str(path):
            return path.read_bytes()
        return _member(*str(path).partition("!")[::2])
    except FileNotFoundError as error:
        raise IngestError(f"{path} is not there any more; put it back or ingest it again") from error
    except OSError as error:
        raise IngestError(f"{path} cannot be opened ({error.strerror or type(error).__name__})") from error


def _member(archive: str, name: str) -> bytes:
    if is_archive(archive):
        with Path(archive).open("rb") as file:
            for member in read_members(archive, file):
                if member.path == f"{archive}!{name}" and not member.refused:
                    return member.data
    raise IngestError(f"{archive} does not hold {name} any more; put it back or ingest it again")
