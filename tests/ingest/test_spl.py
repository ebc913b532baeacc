"""Structured Product Labeling: documents written here, down to the shape that matters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ingest.spl import is_spl, read_spl
from knowledge_base import loinc
from knowledge_base.loinc import HIGHLIGHTS
from knowledge_base.types import SourceDocument

_PRODUCT = """<section><code code="48780-1"/><subject><manufacturedProduct><manufacturedProduct>
<name>{brand}</name><asEntityWithGeneric><genericMedicine><name>{generic}</name></genericMedicine></asEntityWithGeneric>
<ingredient classCode="ACTIM"><ingredientSubstance><code code="X1"/><name>{substance}</name><activeMoiety><activeMoiety>
<code code="X2"/><name>{moiety}</name></activeMoiety></activeMoiety></ingredientSubstance></ingredient>
<ingredient classCode="IACT"><ingredientSubstance><name>WATER</name></ingredientSubstance></ingredient>
</manufacturedProduct></manufacturedProduct></subject></section>"""
_LIPITOR = {
    "brand": "Lipitor",
    "generic": "atorvastatin calcium",
    "substance": "ATORVASTATIN CALCIUM TRIHYDRATE",
    "moiety": "ATORVASTATIN",
}
_TITLE = (
    "These highlights do not include all the information needed to use LIPITOR safely and effectively. See full "
    "prescribing information for LIPITOR.<br/>LIPITOR® (ATORVASTATIN CALCIUM) tablets<br/>Initial U.S. Approval: 1996"
)


def _section(code: str | None, title: str | None, text: str = "", inside: str = "", excerpt: str = "") -> str:
    return (
        "<component><section>"
        + (f'<code code="{code}"/>' if code else "")
        + (f"<title>{title}</title>" if title is not None else "")
        + (f"<text>{text}</text>" if text else "")
        + (f"<excerpt><highlight><text>{excerpt}</text></highlight></excerpt>" if excerpt else "")
        + inside
        + "</section></component>"
    )


def _label(*sections: str, title: str = _TITLE, product: dict[str, str] = _LIPITOR) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><document xmlns="urn:hl7-org:v3">'
        '<code code="34391-3" displayName="HUMAN PRESCRIPTION DRUG LABEL"/>'
        f'<title>{title}</title><effectiveTime value="20240523"/>'
        '<setId root="AAAAAAAA-0000-4000-8000-000000000001"/><versionNumber value="7"/>'
        "<author><assignedEntity><representedOrganization><name>Maker Inc.</name></representedOrganization>"
        "</assignedEntity></author><component><structuredBody><component>"
        + _PRODUCT.format(**product)
        + f"</component>{''.join(sections)}</structuredBody></component></document>"
    ).encode()


def _read(*sections: str, **header) -> SourceDocument:
    return read_spl(_label(*sections, **header), "/labels/a.xml", "0" * 64)


def _texts(document: SourceDocument) -> list[tuple[str | None, tuple[str, ...], str]]:
    return [(section.code, section.path, document.text[section.start : section.end]) for section in document.sections]


_PARAGRAPH = "<paragraph>It is indicated for high cholesterol.</paragraph>"


def test_the_header_names_the_medicine():
    document = _read(_section("34067-9", "1 INDICATIONS AND USAGE", _PARAGRAPH))

    info = document.info
    assert info.id == "spl:aaaaaaaa-0000-4000-8000-000000000001@7"
    assert (info.format, info.kind, info.effective_date, info.manufacturer) == (
        "spl",
        "label",
        "2024-05-23",
        "Maker Inc.",
    )
    assert info.title == "Lipitor (Atorvastatin calcium) tablets"
    assert (info.ingredients, info.brands) == (("atorvastatin",), ("lipitor",))
    assert {(name.name, name.relation) for name in document.names} == {
        ("atorvastatin", "ingredient"),
        ("atorvastatin calcium trihydrate", "salt"),
        ("atorvastatin calcium", "salt"),
        ("lipitor", "brand"),
    }


def test_a_title_that_names_nothing_gets_the_name():
    assert _read(_section("34067-9", "Uses", _PARAGRAPH), title="0220K").info.title == "Lipitor (atorvastatin)"


def test_sections_keep_order_nesting_and_the_nearest_code():
    document = _read(
        _section(
            "43685-7",
            "5 WARNINGS AND PRECAUTIONS",
            inside=_section("42229-5", "5.1 Myopathy", "<paragraph>It may cause myopathy.</paragraph>")
            + _section(None, "5.2 <content>Liver</content>", "<paragraph>Raised enzymes.</paragraph>"),
        ),
        _section("43684-0", "8 USE IN SPECIFIC POPULATIONS", inside=_section("42229-5", "8.1 Pregnancy", _PARAGRAPH)),
        _section("51945-4", "PRINCIPAL DISPLAY PANEL", "<paragraph>NDC 0000</paragraph>"),
        _section(None, "Distributed by", "<paragraph>Maker Inc.</paragraph>"),
    )

    warnings, populations = "5 WARNINGS AND PRECAUTIONS", "8 USE IN SPECIFIC POPULATIONS"
    assert _texts(document) == [
        (loinc.WARNINGS_AND_PRECAUTIONS, (warnings,), ""),
        (loinc.WARNINGS_AND_PRECAUTIONS, (warnings, "5.1 Myopathy"), "It may cause myopathy."),
        (loinc.WARNINGS_AND_PRECAUTIONS, (warnings, "5.2 Liver"), "Raised enzymes."),
        (loinc.SPECIFIC_POPULATIONS, (populations,), ""),
        (loinc.PREGNANCY, (populations, "8.1 Pregnancy"), "It is indicated for high cholesterol."),
        ("51945-4", ("PRINCIPAL DISPLAY PANEL",), "NDC 0000"),
        (None, ("Distributed by",), "Maker Inc."),
    ]
    assert "5.1 Myopathy\nIt may cause myopathy.\n\n5.2 Liver\n" in document.text


def test_the_highlights_stand_apart_from_the_text():
    document = _read(
        _section(
            loinc.BOXED_WARNING,
            "WARNING: X",
            "<paragraph>Full box: it can cause fatal failure of the liver.</paragraph>",
            excerpt="<paragraph>Short.</paragraph>",
        ),
        _section(
            "34084-4",
            "6 ADVERSE REACTIONS",
            "<paragraph>Full.</paragraph>",
            excerpt="<paragraph>Common: rash.</paragraph>",
        ),
    )

    assert _texts(document) == [
        (loinc.BOXED_WARNING, (HIGHLIGHTS, "Boxed warning"), "Short."),
        (loinc.ADVERSE_REACTIONS, (HIGHLIGHTS, "Adverse reactions"), "Common: rash."),
        (loinc.BOXED_WARNING, ("WARNING: X",), "Full box: it can cause fatal failure of the liver."),
        (loinc.ADVERSE_REACTIONS, ("6 ADVERSE REACTIONS",), "Full."),
    ]


def test_an_untitled_boxed_warning_and_its_child():
    document = _read(
        _section(loinc.BOXED_WARNING, None, inside=_section("42229-5", "WARNING: FETAL TOXICITY", _PARAGRAPH))
    )

    assert [section.code for section in document.sections] == [loinc.BOXED_WARNING] * 2
    assert document.sections[1].path == ("Boxed warning", "WARNING: FETAL TOXICITY")


def test_drug_facts_sections_take_their_heading_from_their_first_line():
    bold = '<paragraph><content styleCode="bold">{}</content></paragraph>'
    document = _read(
        _section(
            "34071-1",
            None,
            "<paragraph>Liver warning.</paragraph>",
            inside=_section(
                "50566-9", None, bold.format("Stop use and ask a doctor if") + "<list><item>it hurts</item></list>"
            ),
        ),
        _section("42229-5", "Other information", "<paragraph>store at 20°C</paragraph>"),
    )

    assert _texts(document) == [
        (loinc.WARNINGS, ("Warnings",), "Liver warning."),
        (loinc.STOP_USE, ("Warnings", "Stop use and ask a doctor if"), "• it hurts"),
        (loinc.STORAGE, ("Other information",), "store at 20°C"),
    ]


def test_a_medication_guide_is_for_patients_and_parts_at_its_questions():
    bold = '<paragraph><content styleCode="bold">{}</content></paragraph>'
    long = "<paragraph>" + "Tell your doctor about it. " * 40 + "</paragraph>"
    document = _read(
        _section(
            loinc.MEDICATION_GUIDE,
            "Medication Guide",
            bold.format("What is it?")
            + long
            + bold.format("Common side effects include:")
            + long
            + bold.format("How to store it?")
            + long,
        )
    )

    assert {section.kind for section in document.sections} == {"patient"}
    assert {section.code for section in document.sections} == {loinc.MEDICATION_GUIDE}
    assert [section.path[1:] for section in document.sections] == [
        ("What is it?",),
        ("What is it?", "Common side effects include:"),
        ("How to store it?",),
    ]


def test_inline_marks():
    document = _read(
        _section(
            "34068-7",
            "2 DOSAGE",
            "<paragraph>Give&#160;30&#8201;mg/m<sup>2</sup>, C<sub>max</sub> 10<sup>9</sup>/L, <sup>14</sup>C, "
            'rash<sup>1</sup>, pain<sup>a</sup>, <content styleCode="xmChange">new</content> '
            'text<footnote ID="f">A note.</footnote>.</paragraph>'
            "<paragraph>First line.<br/>Second line<br/>goes on.</paragraph>",
        )
    )

    assert _texts(document)[0][2].split("\n") == [
        "Give 30 mg/m², Cmax 10⁹/L, ¹⁴C, rash(1), pain(a), new text*.",
        "* A note.",
        "First line.",
        "Second line goes on.",
    ]


def test_lists():
    document = _read(
        _section(
            "34068-7",
            "2 DOSAGE",
            "<list><item><caption>•</caption>adults<list><item>one tablet</item></list></item></list>"
            '<list listType="ordered" styleCode="LittleAlpha"><item>wash</item><item>dry</item></list>'
            "<list><item><caption>iv)</caption>rest</item></list>",
        )
    )

    bullet, dash = "\u2022", "\u2013"
    assert _texts(document)[0][2].split("\n") == [
        f"{bullet} adults",
        f"{dash} one tablet",
        "a. wash",
        "b. dry",
        "iv) rest",
    ]


def test_a_heading_without_a_text_is_all_that_the_section_says():
    document = _read(
        _section(
            "34070-3",
            "4 CONTRAINDICATIONS",
            inside=_section("42229-5", "4.2 Hypersensitivity to any part of the tablet"),
        ),
        _section("43684-0", "8 USE IN SPECIFIC POPULATIONS", inside=_section("42229-5", "8.6 Renal Impairment")),
        _section("34067-9", "1 USES", _PARAGRAPH),
    )

    statement = "4.2 Hypersensitivity to any part of the tablet"
    assert _texts(document)[1] == (loinc.CONTRAINDICATIONS, ("4 CONTRAINDICATIONS", statement), statement)
    assert _texts(document)[3] == ("88828-9", ("8 USE IN SPECIFIC POPULATIONS", "8.6 Renal Impairment"), "")


def test_recent_changes_stand_among_the_highlights_only():
    document = _read(
        _section("43683-2", "RECENT MAJOR CHANGES", excerpt="<paragraph>Dosage (2.5) 5/2026</paragraph>"),
        _section("34067-9", "1 USES", _PARAGRAPH),
    )

    assert _texts(document)[0] == ("43683-2", (HIGHLIGHTS, "Recent major changes"), "Dosage (2.5) 5/2026")
    assert len(document.sections) == 2


def test_lines_that_are_marked_as_changed():
    new = '<content styleCode="bold xmChange">new</content>'
    document = _read(
        _section(
            "34067-9",
            "1 USES",
            f"<paragraph>An old line.</paragraph><paragraph>A {new} line.</paragraph>"
            f"<list><item>an old item</item><item>a {new} item</item></list>"
            f"<table><tr><td>Adults</td><td>old</td></tr><tr><td>Children</td><td>{new}</td></tr></table>",
        )
    )

    changed = [document.text[start:end] for start, end in document.changes]
    assert changed == ["A new line.", "• a new item", "Children | new"]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Directions", "Adults: take 2 tablets every 6 hours. More may cause serious harm."),
        (None, "Do not use if the safety seal under the cap is broken or missing, for serious harm may follow."),
        (None, "EMERGENCY USE AUTHORIZATION (EUA) of a product for patients at risk of severe illness and death"),
        (None, "Each bottle holds thirty round tablets and a pouch that keeps them dry."),
    ],
)
def test_what_only_is_coded_as_a_boxed_warning_is_filed_elsewhere(title, text):
    document = _read(
        _section(loinc.BOXED_WARNING, title, f"<paragraph>{text}</paragraph>"), _section("34067-9", "Uses", _PARAGRAPH)
    )

    assert loinc.BOXED_WARNING not in {section.code for section in document.sections}
    assert "Boxed warning" not in {section.title for section in document.sections}
    assert text in document.text


def test_a_table_is_kept_for_display_beside_its_rows():
    table = (
        '<table><thead><tr><th>Age</th><th>Dose<footnote ID="f1">By weight.</footnote></th></tr></thead><tbody>'
        '<tr><td rowspan="2">Adults</td><td>50 mg<footnoteRef IDREF="f1"/></td></tr>'
        "<tr><td>60 mg</td></tr></tbody></table>"
    )
    document = _read(
        _section("34068-7", "2 DOSAGE", f"<paragraph>Before.</paragraph>{table}<paragraph>After.</paragraph>")
    )

    [kept] = document.tables
    rows = ["Age | Dose*", "Age: Adults | Dose*: 50 mg*", "Age: Adults | Dose*: 60 mg", "* By weight."]
    assert document.text[kept.start : kept.end].split("\n") == rows
    assert kept.html == (
        "<table><thead><tr><th>Age</th><th>Dose<sup>*</sup></th></tr></thead><tbody>"
        '<tr><td rowspan="2">Adults</td><td>50 mg<sup>*</sup></td></tr><tr><td>60 mg</td></tr></tbody>'
        '<tfoot><tr><td colspan="2">* By weight.</td></tr></tfoot></table>'
    )


def test_a_footnote_of_a_cell_over_the_whole_table_is_printed_once():
    note = "<footnote>Measured at rest.</footnote>"
    document = _read(
        _section(
            "34068-7",
            "2 DOSAGE",
            '<table><tr><td>A</td><td>1</td></tr><tr><td colspan="2">'
            f"All of it was seen in one year.{note}</td></tr></table>",
        )
    )

    assert document.text.count("Measured at rest.") == 1


def test_sniffing_looks_at_the_root():
    assert is_spl(_label())
    assert is_spl(_label().decode().encode("utf-16"))
    assert not is_spl(b"<FieldValue/>")
    assert not is_spl(b'{"a": "urn:hl7-org:v3"}')
    assert not is_spl(b"")


_WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=40)


@st.composite
def _elements(draw, depth: int = 3) -> str:
    """Narrative as nobody would write it: any element inside any other."""
    name = draw(
        st.sampled_from(["paragraph", "content", "list", "item", "table", "tbody", "tr", "td", "br", "sup", "footnote"])
    )
    element = etree.Element(name, styleCode=draw(st.sampled_from(["bold", "Botrule", ""])))
    element.text = draw(_WORDS)
    inner = "".join(draw(st.lists(_elements(depth - 1), max_size=3))) if depth else ""
    opened, _, closed = etree.tostring(element, encoding="unicode").partition("</")
    return f"{opened.removesuffix('/>') + '>' if opened.endswith('/>') else opened}{inner}</{closed or name + '>'}"


@settings(max_examples=60, deadline=None)
@given(st.lists(_elements(), min_size=1, max_size=4))
def test_spans_are_exact_whatever_the_narrative(parts):
    data = _label(
        _section("34067-9", "Uses", _PARAGRAPH),
        *(_section("42229-5", f"Part {n}", part) for n, part in enumerate(parts)),
    )

    document = read_spl(data, "/a.xml", "0" * 64)

    position = 0
    for section in document.sections:
        assert position <= section.start <= section.end <= len(document.text)
        assert document.text[section.start : section.end].strip() == document.text[section.start : section.end]
        for begin, end in section.table_rows:
            assert section.start <= begin < end <= section.end
            assert "\n" not in document.text[begin:end]
        position = section.end
