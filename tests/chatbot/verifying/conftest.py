"""Evidence made by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatbot.types import Citation
from knowledge_base.types import DocumentInfo, Passage


@pytest.fixture(scope="session")
def make_citation() -> Callable[..., Citation]:
    """A function `(n, quote, ingredient, *brands) -> Citation` of a label."""

    def make(n: int, quote: str, ingredient: str = "metformin", *brands: str) -> Citation:
        info = DocumentInfo(
            id=f"spl:{ingredient}@1",
            source_path=f"{ingredient}.xml",
            format="spl",
            kind="label",
            title=ingredient,
            sha256="0" * 64,
            ingredients=(ingredient,),
            brands=brands,
        )
        passage = Passage(
            id=f"{info.id}#34068-7:{n}",
            number=n,
            document=info,
            kind="label",
            section_code="34068-7",
            section_title="Dosage",
            section_path=("Dosage",),
            start=0,
            end=len(quote),
            text=quote,
        )
        return Citation(n=n, passage=passage, quote=quote, quote_start=0, quote_end=len(quote))

    return make
