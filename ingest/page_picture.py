"""A page of a PDF as a picture with a quote marked in it. Knows PyMuPDF and nothing of what was quoted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from knowledge_base.errors import IngestError
from knowledge_base.types import Box

_FILL: Final = (1.0, 0.88, 0.2)
_BORDER: Final = (0.75, 0.45, 0.0)
_OPACITY: Final = 0.32
_PADDING: Final = 1.5
_MAX_PIXELS: Final = 25_000_000


def render(path: Path | str, page: int, boxes: Sequence[Box], zoom: float = 2.0) -> bytes:
    """The page as PNG, the boxes filled half transparent and outlined.

    Args:
        path: the PDF file.
        page: counted from 1.
        boxes: in points, origin top left.
        zoom: pixels per point; less where the picture would be too large.

    Raises:
        IngestError: the file is gone, is inside an archive, is no PDF any more or has no such page.
    """
    name = Path(str(path)).name
    if "!" in str(path) and not Path(path).exists():
        raise IngestError(f"{name} is inside an archive: unpack it to see its pages")
    if not Path(path).is_file():
        raise IngestError(f"{name} is no longer where it was read: put it back or ingest it again")
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        with pymupdf.open(stream=Path(path).read_bytes(), filetype="pdf") as document:
            if document.needs_pass:
                raise IngestError(f"{name} is encrypted now: ingest it again without its password")
            if not 1 <= page <= document.page_count:
                raise IngestError(f"{name} has no page {page}: it is not the file that was read")
            sheet = document[page - 1]
            for box in boxes:
                _mark(sheet, box)
            largest = (_MAX_PIXELS / max(1.0, sheet.rect.width * sheet.rect.height)) ** 0.5
            scale = min(zoom, largest)
            picture = sheet.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
            return bytes(picture.tobytes("png"))
    except OSError as error:
        raise IngestError(f"{name} cannot be opened ({error.strerror or type(error).__name__})") from error
    except (RuntimeError, ValueError) as error:
        raise IngestError(f"{name} is not the PDF that was read: ingest it again") from error


def _mark(sheet: object, box: Box) -> None:
    import pymupdf

    assert isinstance(sheet, pymupdf.Page)  # noqa: S101 - for the reader
    rect = pymupdf.Rect(box.x0 - _PADDING, box.y0 - _PADDING, box.x1 + _PADDING, box.y1 + _PADDING)
    # Boxes are given as the page is seen; drawing happens on the page before it is turned.
    rect = rect * sheet.derotation_matrix
    sheet.draw_rect(rect, color=_BORDER, fill=_FILL, width=1.0, fill_opacity=_OPACITY, overlay=True)
