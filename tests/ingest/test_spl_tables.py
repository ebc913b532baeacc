"""A table row can be read alone, and says nothing the table does not say."""

from __future__ import annotations

from lxml import etree

from ingest.spl_text import Narrative


def _lines(inner: str, n_rows: bool = False) -> list[str]:
    blocks = Narrative().blocks(etree.fromstring(f"<text><table>{inner}</table></text>"))
    return [block.text for block in blocks if block.row or not n_rows]


def _row(*cells: str, tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def test_cells_carry_their_headers_and_groups():
    bold = '<content styleCode="bold">Adults</content>'
    lines = _lines(
        "<caption>Table 1. Doses</caption><thead>"
        + _row("Indication", "Starting dose", tag="th")
        + "</thead><tbody>"
        + f'<tr><td colspan="2">{bold}</td></tr>'
        + _row("Depression", "50&#160;mg")
        + "</tbody>"
    )

    assert lines == [
        "Table 1. Doses",
        "Indication | Starting dose",
        "Adults",
        "Adults — Indication: Depression | Starting dose: 50 mg",
    ]


def test_a_header_of_two_rows_and_cells_over_rows():
    lines = _lines(
        '<thead><tr><th rowspan="2">Event</th><th colspan="2">Study 1</th></tr>'
        + _row("Drug", "Placebo", tag="th")
        + '</thead><tbody><tr><td rowspan="2">Nausea</td><td>5%</td><td>1%</td></tr>'
        + _row("6%", "2%")
        + "</tbody>"
    )

    assert lines[2:] == [
        "Event: Nausea | Study 1, Drug: 5% | Study 1, Placebo: 1%",
        "Event: Nausea | Study 1, Drug: 6% | Study 1, Placebo: 2%",
    ]


def test_columns_of_one_name_get_no_name():
    lines = _lines(
        "<thead>" + _row("", "Week 4", "Week 4", tag="th") + "</thead><tbody>" + _row("Pain", "3", "7") + "</tbody>"
    )

    assert lines == ["Week 4 | Week 4", "Pain | 3 | 7"]


def test_rows_below_tell_apart_what_the_header_names_alike():
    lines = _lines(
        '<thead><tr><th></th><th colspan="2">Study 1</th></tr></thead><tbody>'
        + _row("", "Drug 2.5 mg", "Placebo")
        + _row("Bleeding", "22", "18")
        + "</tbody>"
    )

    assert lines[-1] == "Bleeding | Study 1, Drug 2.5 mg: 22 | Study 1, Placebo: 18"


def test_a_group_ends_at_the_line_drawn_under_it():
    lines = _lines(
        "<tbody>"
        + _row("Ulcer", "20 mg daily")
        + "<tr><td>Dual therapy:</td><td></td></tr><tr><td>Omeprazole</td><td>40 mg</td></tr>"
        + '<tr><td styleCode="Botrule">Clarithromycin</td><td>500 mg</td></tr>'
        + '<tr><td styleCode="Botrule">Reflux</td><td>10 mg</td></tr></tbody>'
    )

    assert lines == [
        "Ulcer | 20 mg daily",
        "Dual therapy:",
        "Dual therapy — Omeprazole | 40 mg",
        "Dual therapy — Clarithromycin | 500 mg",
        "Reflux | 10 mg",
    ]


def test_a_heading_above_one_column_is_a_group_too():
    strong = '<content styleCode="bold">{}</content>'
    lines = _lines(
        "<tbody>"
        + _row(strong.format("Age"), strong.format("Difference"))
        + _row("", strong.format("Increases"))
        + _row("18 to 24", "5 more")
        + _row("", strong.format("Decreases"))
        + _row("65", "6 fewer")
        + "</tbody>"
    )

    assert lines[2] == "Increases — Age: 18 to 24 | Difference: 5 more"
    assert lines[4] == "Decreases — Age: 65 | Difference: 6 fewer"


def test_footnotes_follow_the_table():
    lines = _lines(
        "<tbody>"
        + _row('Dose<footnote ID="a">With food.</footnote>', "5 mg")
        + _row("Other", '1<footnoteRef IDREF="a"/>')
        + '</tbody><tfoot><tr><td colspan="2">N = patients</td></tr></tfoot>'
    )

    assert lines == ["Dose* | 5 mg", "Other | 1*", "N = patients", "* With food."]


def test_a_table_of_one_column_is_only_a_frame():
    blocks = Narrative().blocks(
        etree.fromstring(
            "<text><table><tbody><tr><td><paragraph>Read this.</paragraph><list><item>first</item></list></td></tr>"
            "</tbody></table></text>"
        )
    )

    assert [(block.text, block.row) for block in blocks] == [("Read this.", False), ("• first", False)]


def test_wild_spans_do_no_harm():
    lines = _lines('<tbody><tr><td colspan="99999" rowspan="x">A</td><td rowspan="0">B</td></tr></tbody>')

    assert lines == ["A | B"]
