"""A page of a PDF as a picture with a quote marked in it. Knows PyMuPDF and nothing of what was quoted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ingest.archives import Budget, is_archive, read_members
from ingest.lean_pymupdf import without_layout_model
from knowledge_base.errors import IngestError
from knowledge_base.types import Box

_FILL: Final = (1.0, 0.88, 0.2)
_BORDER: Final = (0.75, 0.45, 0.0)
_OPACITY: Final = 0.32
_PADDING: Final = 1.5
_MAX_PIXELS: Final = 25_000_000
_MIN_ZOOM: Final = 0.02
_MAX_BYTES: Final = 500 * 2**20


def render(path: Path | str, page: int, boxes: Sequence[Box], zoom: float = 2.0) -> bytes:
    """The page as PNG, the boxes filled half transparent and outlined.

    Args:
        path: the PDF file, or `archive!member` for one that was read from an archive.
        page: counted from 1.
        boxes: in points, origin top left of the page as it is seen.
        zoom: pixels per point; less where the picture would be too large.

    Raises:
        IngestError: the file is gone, is no PDF any more or has no such page.
    """
    name = Path(str(path)).name
    data = _bytes_of(str(path), name)
    with without_layout_model():
        import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        with pymupdf.open(stream=data, filetype="pdf") as document:
            if document.needs_pass:
                raise IngestError(f"{name} is encrypted now: ingest it again without its password")
            if not 1 <= page <= document.page_count:
                raise IngestError(f"{name} has no page {page}: it is not the file that was read")
            sheet = document[page - 1]
            for box in boxes:
                _mark(sheet, box, pymupdf.Rect(_padded(box)))
            largest = (_MAX_PIXELS / max(1.0, sheet.rect.width * sheet.rect.height)) ** 0.5
            scale = max(_MIN_ZOOM, min(zoom, largest))
            picture = sheet.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
            return bytes(picture.tobytes("png"))
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
        raise IngestError(f"{name} is not the PDF that was read: ingest it again") from error


def _mark(sheet: Any, box: Box, rect: Any) -> None:  # noqa: ANN401 - types of a package without any
    if box.x1 <= box.x0 or box.y1 <= box.y0:
        return
    # Boxes are given as the page is seen; drawing happens on the page before it is turned.
    sheet.draw_rect(
        rect * sheet.derotation_matrix, color=_BORDER, fill=_FILL, width=1.0, fill_opacity=_OPACITY, overlay=True
    )


def _padded(box: Box) -> Box:
    return Box(box.x0 - _PADDING, box.y0 - _PADDING, box.x1 + _PADDING, box.y1 + _PADDING)


def _bytes_of(path: str, name: str) -> bytes:
    try:
        if Path(path).is_file():
            return Path(path).read_bytes()
        archive, _, member = path.partition("!")
        if member and is_archive(archive) and Path(archive).is_file():
            return _member(archive, path)
    except OSError as error:
        raise IngestError(f"{name} cannot be opened ({error.strerror or type(error).__name__})") from error
    raise IngestError(f"{name} is no longer where it was read: put it back or ingest it again")


def _member(archive: str, path: str) -> bytes:
    wanted = path.removeprefix(f"{archive}!")
    with Path(archive).open("rb") as file:
        # Whatever is not wanted is over its limit, so it is not unpacked.
        for member in read_members(archive, file, lambda name: _MAX_BYTES if name == wanted else -1, Budget()):
            if member.path == path and member.refused is None:
                return member.data
    raise IngestError(f"{Path(path).name} is no longer in {Path(archive).name}: ingest the archive again")
