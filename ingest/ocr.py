"""Text of a page that is only a picture, with the optional package `rapidocr` (the extra `ocr`).

Its models come with the package: nothing is downloaded. Knows pictures and lines; what a page is, is known elsewhere.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.workers import ask_for_time
from knowledge_base.types import Box

MAX_PAGES: Final = 1000
"""Read in one file; a page takes a few seconds, so that these take an hour or two."""
SECONDS_PER_PAGE: Final = 60.0
"""Of processor time, of all threads together: ten times what a dense page took on two cores of 2025."""
MIN_CONFIDENCE: Final = 0.6
"""Below it a line is a guess; a guessed dose is worse than a line that is not there."""


class ReadLine(NamedTuple):
    """One line that was recognised; its box is in pixels of the picture, `confidence` in [0, 1]."""

    text: str
    box: Box
    confidence: float


Recognise = Callable[[NDArray[np.uint8]], Sequence[ReadLine]]
"""Takes a picture of shape (height, width, 3), blue first, and returns its lines."""


def is_installed() -> bool:
    """Whether pictures can be read here."""
    return importlib.util.find_spec("rapidocr") is not None


@cache
def rapid_ocr() -> Recognise:
    """The recogniser of `rapidocr`; its models load with the first picture, a few seconds."""
    engine: list[Any] = []

    def recognise(picture: NDArray[np.uint8]) -> list[ReadLine]:
        if not engine:
            from rapidocr import RapidOCR

            engine.append(RapidOCR(params={"Global.log_level": "error"}))
        found = engine[0](picture)
        if found.boxes is None:
            return []
        return [
            ReadLine(str(text), _around(corners), float(score))
            for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
            if float(score) >= MIN_CONFIDENCE and str(text).strip()
        ]

    return recognise


def unhurried(recognise: Recognise) -> Recognise:
    """The same, with its own time for every page: a long scan may be a small file."""
    pages = count(1)

    def recognise_in_time(picture: NDArray[np.uint8]) -> Sequence[ReadLine]:
        ask_for_time(SECONDS_PER_PAGE, next(pages))
        return recognise(picture)

    return recognise_in_time


def _around(corners: NDArray[np.float32]) -> Box:
    """The upright rectangle around four corners."""
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    return Box(float(x0), float(y0), float(x1), float(y1))
