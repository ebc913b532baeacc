"""How PyMuPDF is imported here: without its layout model, which takes seconds to load and is not used.

Does not import PyMuPDF itself; the two modules that may do so import it inside `without_layout_model()`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_MODEL: Final = "pymupdf.layout"


@contextmanager
def without_layout_model() -> Iterator[None]:
    """Inside, `import pymupdf` finds no layout model; whoever asks for the model afterwards gets it."""
    hidden = _MODEL not in sys.modules
    if hidden:
        # None in place of a module is how an import is made to fail; PyMuPDF takes that as "not installed".
        sys.modules[_MODEL] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hidden and sys.modules.get(_MODEL) is None:
            sys.modules.pop(_MODEL, None)
