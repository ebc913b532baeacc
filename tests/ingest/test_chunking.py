from __future__ import annotations

import hashlib
import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.chunking import UNNUMBERED, chunk
from knowledge_base.errors import IngestError
from knowledge_base.passage_text import embedding_text
from knowledge_base.types import Box, DocumentInfo, Line, Passage, Section, SourceDocument

INFO = DocumentInfo(
    id="spl:i@1",
    source_path="/labels/i.xml",
    format="spl",
    kind="label",
    title="Ibuprofen tablets",
    sha256="0" * 64,
    ingredients=("ibuprofen",),
)


def document(*sections: str | list[str], lines: tuple[Line, ...] = ()) -> SourceDocument:
    """Sections from plain texts; a list is a table, a row each."""
    text, made = "", []
    for i, body in enumerate(sections):
        text += f"Heading {i}\n"
        start, rows = len(text), []
        for row in [body] if isinstance(body, str) else body:
            if not isinstance(body, str):
                rows.append((len(text), len(text) + len(row)))
            text += row + "\n"
        end = len(text) - 1
        section = Section(code="34084-4", title=f"Heading {i}", path=(f"Heading {i}",), start=start, end=end)
        made.append(replace(section, table_rows=tuple(rows)))
        text += "\n"
    return SourceDocument(info=INFO, text=text, sections=tuple(made), lines=lines)


def check(source: SourceDocument, passages: list[Passage], embedder, limit: int) -> None:
    """What holds for every cutting of every document."""
    covered = set()
    for passage in passages:
        assert passage.text == source.text[passage.start : passage.end]
        assert passage.text == passage.text.strip() != ""
        assert passage.id == f"{INFO.id}#{passage.section_code or '-'}:{passage.start}-{passage.end}"
        assert passage.number == UNNUMBERED
        assert embedder.count_tokens(embedding_text(passage)) <= limit or len(passage.text) == 1
        [section] = [s for s in source.sections if s.start <= passage.start and passage.end <= s.end]
        assert (passage.section_title, passage.section_path) == (section.title, section.path)
        span = set(range(passage.start, passage.end))
        assert not covered & span, "passages overlap"
        covered |= span
    for section in source.sections:
        missing = set(range(section.start, section.end)) - covered
        assert all(not source.text[i].isalnum() for i in missing), "text was lost"
    assert [p.start for p in passages] == sorted(p.start for p in passages)


WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), min_size=0, max_size=30)
PROSE = st.lists(
    st.sampled_from(
        ["nausea", "Take", "5 mg/kg.", "e.g.", "(see 5.1)", "\n", "\n\n", "•", "a;", "daily.", "|", "Ünï", "肝"]
    )
    | WORDS,
    max_size=120,
).map(" ".join)
ROW = st.lists(st.text(alphabet="abc XY.%5", max_size=25), min_size=1, max_size=8).map(" | ".join)
TABLE = st.lists(ROW, min_size=1, max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sections=st.lists(PROSE | TABLE, min_size=1, max_size=3), limit=st.integers(24, 64))
def test_any_document_with_word_tokens(word_embedder, sections, limit: int) -> None:
    source = document(*sections)
    check(source, chunk(source, word_embedder, limit), word_embedder, limit)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sections=st.lists(PROSE | TABLE, min_size=1, max_size=2), limit=st.integers(24, 256))
def test_any_document_with_word_pieces(embedder, sections, limit: int) -> None:
    source = document(*sections)
    check(source, chunk(source, embedder, limit), embedder, limit)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=PROSE, rows=TABLE, after=PROSE, limit=st.integers(24, 64))
def test_table_rows_are_never_cut(word_embedder, before: str, rows: list[str], after: str, limit: int) -> None:
    source = document(before, rows, after)
    passages = chunk(source, word_embedder, limit)
    header = word_embedder.count_tokens("ibuprofen | Heading 1\n")
    for start, end in source.sections[1].table_rows:
        row = source.text[start:end].strip()
        parts = [p for p in passages if p.start < end and p.end > start]
        if header + len(word_embedder.token_offsets(row)) <= limit:
            assert len(parts) <= 1
            assert not parts or row in parts[0].text
        else:
            for part in parts[1:]:
                cells = [len(word_embedder.token_offsets(cell)) for cell in row.split(" | ")]
                if header + max(cells) < limit:
                    assert source.text[start : part.start].rstrip().endswith("|")


def test_neighbours_are_packed_and_sections_are_not_merged(word_embedder) -> None:
    source = document("One.\nTwo.\nThree.", "Four.")
    assert [p.text for p in chunk(source, word_embedder)] == ["One.\nTwo.\nThree.", "Four."]


def test_a_long_section_is_cut_into_about_equal_parts_at_sentences(word_embedder) -> None:
    source = document("The tablet is taken whole with water. " * 13)
    passages = chunk(source, word_embedder, 64)
    counts = [word_embedder.count_tokens(p.text) for p in passages]
    assert len(passages) == math.ceil(13 * 8 / (64 - word_embedder.count_tokens("ibuprofen | Heading 0")))
    assert max(counts) - min(counts) <= 8
    assert all(p.text.endswith("water.") and p.text.startswith("The") for p in passages)


def test_a_sentence_broken_over_lines_is_not_cut_at_the_line(word_embedder) -> None:
    sentence = (
        "Patients with a history of ulcer disease who take\nthis medicine bleed more often than those who do not."
    )
    passages = chunk(document(" ".join([sentence] * 6)), word_embedder, 40)
    assert len(passages) > 2
    assert all(p.text.endswith("not.") for p in passages)


def test_the_line_that_leads_in_a_list_goes_with_it(word_embedder) -> None:
    items = "\n".join(f"- effect number {i} of the list" for i in range(5))
    filler = "The medicine was studied in many patients over years. " * 4
    passages = chunk(document(f"{filler}\nThe most common side effects are:\n{items}"), word_embedder, 64)
    assert any(p.text.startswith("The most common side effects are:\n- effect number 0") for p in passages)


def test_empty_sections_give_nothing(word_embedder) -> None:
    assert chunk(document("", "  \n ", "---\n***"), word_embedder) == []


def test_kind_and_code_of_the_section_win(word_embedder) -> None:
    source = document("For you.")
    section = replace(source.sections[0], kind="patient", code=None)
    [passage] = chunk(replace(source, sections=(section,)), word_embedder)
    assert passage.kind == "patient"
    assert passage.id.startswith("spl:i@1#-:")


def test_a_section_met_twice_is_one_passage(word_embedder) -> None:
    source = document("Twice.")
    assert len(chunk(replace(source, sections=source.sections * 2), word_embedder)) == 1


def test_page_and_boxes_come_from_the_lines(word_embedder) -> None:
    text = "Heading 0\nFirst line\nsecond line\nthird line"
    lines = tuple(
        Line(start=start, end=end, page=page, box=Box(0, top, 100, top + 9))
        for start, end, page, top in ((0, 9, 1, 0), (10, 20, 1, 10), (21, 32, 1, 20), (33, 43, 2, 0))
    )
    source = document("First line\nsecond line\nthird line", lines=lines)
    assert source.text.startswith(text)
    [passage] = chunk(source, word_embedder)
    assert (passage.page, passage.boxes) == (1, (lines[1].box, lines[2].box))
    [plain] = chunk(replace(source, lines=()), word_embedder)
    assert (plain.page, plain.boxes) == (None, ())


def test_the_embedders_own_limit_holds(word_embedder) -> None:
    word_embedder.max_tokens = 30
    source = document("word " * 200)
    check(source, chunk(source, word_embedder, 500), word_embedder, 30)


def test_no_room_beside_the_header_is_an_error(word_embedder) -> None:
    with pytest.raises(IngestError, match="no room for text"):
        chunk(document("Some text."), word_embedder, 12)


def test_a_section_outside_the_text_is_an_error(word_embedder) -> None:
    source = document("Some text.")
    bad = replace(source.sections[0], end=len(source.text) + 1)
    with pytest.raises(IngestError, match="lies outside the text"):
        chunk(replace(source, sections=(bad,)), word_embedder)


@pytest.mark.data
def test_real_labels(shared_data, embedder) -> None:
    from ingest.spl import read_spl

    paths = sorted((shared_data / "labels_spl").rglob("*.xml"))[:4]
    assert paths
    for path in paths:
        data = path.read_bytes()
        source = read_spl(data, str(path), hashlib.sha256(data).hexdigest())
        passages = chunk(source, embedder)
        assert len(passages) > 10
        for passage in passages:
            assert passage.text == source.text[passage.start : passage.end]
            assert embedder.count_tokens(embedding_text(passage)) <= embedder.max_tokens
            for section in source.sections:
                for start, end in section.table_rows:
                    row = f"{embedding_text(passage).splitlines()[0]}\n{source.text[start:end]}"
                    inside = passage.start <= start and end <= passage.end
                    outside = passage.end <= start or end <= passage.start
                    assert inside or outside or embedder.count_tokens(row) > embedder.max_tokens - 2
