"""Markdown, plain text, HTML and guideline XML: sections, offsets, damage."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.html import read_html
from ingest.markdown import read_markdown
from ingest.ngc import read_ngc
from ingest.plain_text import read_plain_text
from knowledge_base.errors import IngestError
from knowledge_base.types import SourceDocument

MONOGRAPH = """---
title: Examplol
kind: patient
set_id: test-examplol
version: "2"
effective_date: 2026-01-31
ingredients: [Examplol]
brands: [Samplex]
classes: [NSAID]
---
# Examplol
## Common side effects
Headache and a dry mouth.

| Effect | Share |
|---|---|
| Headache | 5 % |

```
# not a heading
```
## Overdose
### In children
Call poison control.
## Sources
- a label
"""


def texts(document: SourceDocument) -> dict[tuple[str, ...], str]:
    return {section.path: document.text[section.start : section.end] for section in document.sections}


def check_spans(document: SourceDocument) -> None:
    """Sections are in order, disjoint and inside the text; table rows lie inside their section."""
    position = 0
    for section in document.sections:
        assert position <= section.start <= section.end <= len(document.text)
        position = section.end
        for start, end in section.table_rows:
            assert section.start <= start < end <= section.end
            assert "\n" not in document.text[start:end]


def test_markdown_sections_codes_rows_and_names() -> None:
    document = read_markdown(MONOGRAPH.encode(), "x/examplol.md", "0" * 64)
    check_spans(document)
    assert document.text == MONOGRAPH
    assert document.info.id == "markdown:test-examplol@2"
    assert document.info.effective_date == "2026-01-31"
    assert [(section.path, section.code) for section in document.sections] == [
        (("Common side effects",), "34084-4"),
        (("Overdose",), "34088-5"),
        (("Overdose", "In children"), "34081-0"),
    ]
    assert "# not a heading" in texts(document)[("Common side effects",)]
    rows = [MONOGRAPH[start:end] for start, end in document.sections[0].table_rows]
    assert rows == ["| Effect | Share |", "| Headache | 5 % |"]
    assert {(name.name, name.relation) for name in document.names} == {
        ("examplol", "ingredient"),
        ("samplex", "brand"),
        ("nsaid", "class"),
    }


def test_markdown_without_front_matter_is_of_kind_other() -> None:
    document = read_markdown(b"# Ward rules\nWash your hands.\n", "rules.md", "0" * 64)
    assert (document.info.kind, document.info.title) == ("other", "Ward rules")
    assert texts(document) == {("Ward rules",): "Wash your hands."}
    assert document.sections[0].code is None


@pytest.mark.parametrize(
    ("front", "complaint"),
    [
        ("title: [", "not YAML in line"),
        ("- a\n- b", "name: value"),
        ("kind: leaflet", "kind must be one of"),
        ("effective_date: soon", "line 2: effective_date must be YYYY-MM-DD"),
        ("title: x\neffective_date: 2026-13-45", "line 3: effective_date must be YYYY-MM-DD"),
        ("brands: Samplex", "line 2: brands must be a list"),
        ("title: {a: b}", "line 2: title must be one value"),
        ("title: a\ntitle: b", "line 3: title is given twice"),
        ("brands: [[a]]", "line 2: brands must be a list of names"),
        ("a: " + "[" * 3000, "nested too deep"),
        ("a: &a [x]\nb: &b [*a, *a]\nbrands: [*b, *b]", "line 4: brands must be a list of names"),
        ("title: " + "x" * 30_000, "longer than"),
    ],
)
def test_bad_front_matter_names_the_field(front: str, complaint: str) -> None:
    with pytest.raises(IngestError, match=complaint):
        read_markdown(f"---\n{front}\n---\n# T\ntext\n".encode(), "x.md", "0" * 64)


def test_front_matter_that_is_not_closed_is_said_so_and_a_rule_is_none() -> None:
    with pytest.raises(IngestError, match="not closed"):
        read_markdown(b"---\ntitle: T\n# T\ntext\n", "x.md", "0" * 64)
    document = read_markdown(b"---\n\n# Rules\n\nWash your hands.\n", "x.md", "0" * 64)
    assert texts(document) == {("Rules",): "Wash your hands."}


def test_fields_without_a_value_are_not_there() -> None:
    front = "title:\nkind:\nversion: 1.10\nset_id: s\ningredients: [Examplol, null, examplol]\nbrands: []\n"
    info = read_markdown(f"---\n{front}---\n# T\ntext\n".encode(), "x.md", "0" * 64).info
    assert (info.title, info.kind, info.id, info.ingredients) == ("T", "other", "markdown:s@1.10", ("examplol",))


def test_markdown_headings_fences_and_tables_are_those_of_commonmark() -> None:
    text = (
        "Ward rules\n==========\n\nFirst.\r\n\nHands\n---\n```sh\n# no heading\n~~~\n```\n"
        "~~~~\n# none either\n~~~\n| no | row |\n~~~~\n    # code\n#hashtag\n\n"
        "## Doses ##\n\nage | dose\n--- | ---\nadult | 200 mg\nchild | 100 mg\n\na | b\n\n"
        "- item\n---\ntwo\nlines\n---\n"
    )
    document = read_markdown(text.encode(), "x.md", "0" * 64)
    check_spans(document)
    assert [section.path for section in document.sections] == [("Ward rules",), ("Hands",), ("Doses",)]
    rows = [document.text[slice(*row)] for section in document.sections for row in section.table_rows]
    assert rows == ["age | dose", "adult | 200 mg", "child | 100 mg"]


def test_two_headings_at_the_top_stay_in_the_path() -> None:
    document = read_markdown(b"# A\n\n## Dose\n\none\n\n# B\n\n## Dose\n\ntwo\n", "x.md", "0" * 64)
    assert texts(document) == {("A", "Dose"): "one", ("B", "Dose"): "two"}


def test_plain_text_headings_stand_alone() -> None:
    text = "Intro line.\n\nSTORAGE\n\nKeep it cool.\n\n2.1 Dose\n\nOne tablet.\nNOT A HEADING in a sentence.\n"
    document = read_plain_text(text.encode("utf-16"), "a/ward.txt", "0" * 64)
    check_spans(document)
    assert texts(document) == {
        ("ward.txt",): "Intro line.",
        ("STORAGE",): "Keep it cool.",
        ("2.1 Dose",): "One tablet.\nNOT A HEADING in a sentence.",
    }


def test_binary_data_is_not_text() -> None:
    with pytest.raises(IngestError, match="binary data"):
        read_plain_text(bytes(range(256)), "x.txt", "0" * 64)


def test_columns_of_numbers_and_identifiers_are_not_a_document() -> None:
    qrels = "".join(f"{n} 0 DOC_{n * 7}_Sec1.txt {n % 3}-Correct\n" for n in range(40))
    with pytest.raises(IngestError, match="columns of data"):
        read_plain_text(qrels.encode(), "qrels.txt", "0" * 64)
    doses = "".join(f"Take {n} mg of examplol every {n} hours.\n" for n in range(1, 40))
    assert len(read_plain_text(doses.encode(), "doses.txt", "0" * 64).sections) == 1


def test_html_headings_lists_rows_and_nothing_that_runs() -> None:
    page = (
        "<html><head><title>Ward page</title></head><body><script>alert('x')</script><nav>Menu</nav>"
        "<h1>Insulin</h1><p>Give <b>subcutaneously</b>.</p><h2>Storage</h2><ul><li>Cool</li><li>Dark</li></ul>"
        "<table><tr><th>Type</th><th>Onset</th></tr><tr><td>Rapid</td><td>15 min</td></tr></table></body></html>"
    )
    document = read_html(page.encode(), "page.html", "0" * 64)
    check_spans(document)
    assert document.info.title == "Ward page"
    assert texts(document) == {
        ("Insulin",): "Give subcutaneously.",
        ("Insulin", "Storage"): "• Cool\n• Dark\nType | Onset\nRapid | 15 min",
    }
    assert "alert" not in document.text


def ngc(*fields: tuple[str, str]) -> bytes:
    body = "".join(f'<Field Name="{name}"><FieldValue Value="{escape(value)}" /></Field>' for name, value in fields)
    return f"<Version><Section Name='General'>{body}</Section></Version>".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "shift_jis", "iso-2022-jp", "euc-jp"])
def test_html_in_the_encoding_it_names(encoding: str) -> None:
    page = (
        f'<!DOCTYPE html [<!ENTITY a "x">]><html><head><meta charset="{encoding}"></head><body><h1>薬</h1><p>服用</p>'
    )
    assert texts(read_html(page.encode(encoding), "x.html", "0" * 64)) == {("薬",): "服用"}


@pytest.mark.parametrize("charset", ["nonsense", "hex", "utf-8"])
def test_html_that_names_a_wrong_encoding(charset: str) -> None:
    page = f'<html><head><meta charset="{charset}"></head><body><p>caf\xe9</p>'.encode("latin-1")
    assert read_html(page, "x.html", "0" * 64).text == "caf\xe9"


def test_guideline_xml_keeps_recommendations_and_drops_the_paperwork() -> None:
    data = ngc(
        ("Guideline Title", "<div>Hand hygiene.</div>"),
        ("Major Recommendations", "<p>Clean hands before contact &amp; after.</p><ol><li>Use alcohol rub.</li></ol>"),
        ("Date Released", "<p>1999 Nov (revised 2014 Dec 5)</p>"),
        ("Guideline Developer(s)", "<p>An agency</p>"),
        ("Disclaimer", "<p>No warranty.</p>"),
    )
    document = read_ngc(data, "g.xml", "0" * 64)
    check_spans(document)
    info = document.info
    assert (info.title, info.kind, info.effective_date, info.manufacturer) == (
        *("Hand hygiene", "guideline", "2014-12-05", "An agency"),
    )
    assert texts(document) == {("Major Recommendations",): "Clean hands before contact & after.\n• Use alcohol rub."}


def test_a_guideline_with_entities_is_refused() -> None:
    bomb = b'<!DOCTYPE Version [<!ENTITY a "ha">]><Version><Field><FieldValue Value="&a;"/></Field></Version>'
    with pytest.raises(IngestError):
        read_ngc(bomb, "g.xml", "0" * 64)


READERS: list[Callable[[bytes, str, str], SourceDocument]] = [read_markdown, read_plain_text, read_html]
LINES = st.lists(
    st.one_of(
        st.sampled_from(["# One", "## Two", "### Three", "A HEADING", "", "| a | b |", "```", "2.1 Dose", "<p>x</p>"]),
        st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40),
    ),
    max_size=30,
)


@pytest.mark.parametrize("read", READERS)
@given(lines=LINES)
def test_spans_hold_for_any_text(read: Callable[[bytes, str, str], SourceDocument], lines: list[str]) -> None:
    try:
        document = read("\n".join(lines).encode(), "x/y.txt", "0" * 64)
    except IngestError:
        return
    check_spans(document)
    for section in document.sections:
        inner = document.text[section.start : section.end]
        assert inner == inner.strip()


@pytest.mark.data
def test_every_shared_guideline_summary_has_recommendations(shared_data: Path) -> None:
    from ingest.readers import SourceFile, read_path

    files = [f for f in read_path(shared_data / "guidelines_ngc_xml") if isinstance(f, SourceFile)]
    assert len(files) == 33
    for file in files:
        (document,) = file.parse().documents
        check_spans(document)
        assert document.info.effective_date
        assert any(section.path[0] == "Major Recommendations" for section in document.sections)


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">{}</p>',
        "<p hidden>{}</p>",
        '<span style="font-size:0px">{}</span>',
        '<div style="color: red; visibility: hidden">{}</div>',
        '<p style="position:absolute; left:-9999px">{}</p>',
        '<table><tr><td style="display:none">{}</td><td>a</td><td>b</td></tr></table>',
        "<table><tr><td>a</td><td>b <span hidden>{}</span></td></tr></table>",
        "<!-- {} -->",
    ],
)
def test_what_a_page_does_not_show_is_not_read(hidden: str) -> None:
    page = f"<h1>Title</h1><p>Shown before.</p>{hidden.format('secret words')}<p>Shown after.</p>"
    text = read_html(page.encode(), "page.html", "0" * 64).text
    assert "secret" not in text
    assert "Shown before." in text and "Shown after." in text


@pytest.mark.parametrize(
    "style", ["color:#000", "border-width:0", "line-height:0", "font-size:0.9em", "opacity:0.5", "left:-10px"]
)
def test_what_a_style_only_changes_is_read(style: str) -> None:
    page = f'<h1>Title</h1><p style="{style}">Shown words.</p>'
    assert "Shown words." in read_html(page.encode(), "page.html", "0" * 64).text


def test_a_comment_of_markdown_and_marks_of_direction_are_no_text() -> None:
    data = "# T\n\nBefore.\n<!-- secret\n# words -->\nAf\u202eter\u2066.\n".encode()
    document = read_markdown(data, "a.md", "0" * 64)
    assert "secret" not in document.text
    assert "After." in document.text
    assert [section.title for section in document.sections] == ["T"]
