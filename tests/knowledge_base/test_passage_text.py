from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.passage_text import embedding_header, embedding_text, lexical_heading
from knowledge_base.types import DocumentInfo

INFO = DocumentInfo(
    id="spl:i@1",
    source_path="/labels/i.xml",
    format="spl",
    kind="label",
    title="Advil tablets, 200 mg",
    sha256="0" * 64,
    ingredients=("ibuprofen", "famotidine"),
    brands=("Advil",),
)


def test_the_header_names_ingredients_and_section() -> None:
    assert embedding_header(INFO, "Overdosage") == "ibuprofen, famotidine | Overdosage"
    assert embedding_header(replace(INFO, ingredients=()), "Overdosage") == "Advil tablets, 200 mg | Overdosage"
    assert embedding_header(INFO, "") == "ibuprofen, famotidine"


@given(title=st.text(), section=st.text())
def test_the_header_is_one_short_line(title: str, section: str) -> None:
    header = embedding_header(replace(INFO, title=title, ingredients=()), section)
    assert len(header) <= 163
    assert len(header.splitlines()) <= 1


def test_manufacturers_share_an_embedding_text(make_document) -> None:
    _, [passage] = make_document("spl:a@1", {"Uses": "Pain."})
    other = replace(passage, document=replace(passage.document, id="spl:b@1", manufacturer="Other", title="X"))
    assert embedding_text(passage) == embedding_text(other) == "ibuprofen | Uses\nPain."
    assert lexical_heading(passage) == "Ibuprofen tablets ibuprofen Uses"
