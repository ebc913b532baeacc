"""What every test may ask for: the shared public data, and the real embedder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from knowledge_base.embedder import SentenceTransformerEmbedder

_SHARED_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public labels and guidelines beside the checkout; without it the test is skipped."""
    if not _SHARED_DATA.is_dir():
        pytest.skip(f"no public data in {_SHARED_DATA}: this test reads real labels from there")
    return _SHARED_DATA


@pytest.fixture(scope="session")
def embedder() -> SentenceTransformerEmbedder:
    """The packaged MiniLM, loaded once for the whole run."""
    from knowledge_base.embedder import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder()
