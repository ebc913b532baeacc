"""Reading order, tables, headings and the place of every line, on lines made by hand."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.pdf_blocks import TextBlock, blocks_of, looks_of
from ingest.pdf_furniture import is_contents, without_furniture
from ingest.pdf_layout import Piece, PrintedLine, PrintedPage, PrintedRow, find_gutter, mark_bullets, reading_order
from ingest.pdf_sections import nested, of_label, without_product_data
from ingest.pdf_tables import find_tables, rules_of
from ingest.pdf_text import Part, PdfText, Vocabulary
from knowledge_base.loinc import HIGHLIGHTS
from knowledge_base.types import Box


def line(
    text: str, x: float, y: float, *, page: int = 1, size: float = 10.0, bold: bool = False, width: float = 0.0
) -> PrintedLine:
    box = Box(x, y, x + (width or 5.0 * len(text)), y + size + 2)
    return PrintedLine(text=text, page=page, box=box, size=size, family="Serif", bold=bold)


def page(lines: list[PrintedLine], number: int = 1) -> PrintedPage:
    return PrintedPage(number=number, width=600, height=800, lines=tuple(lines))


def column(words: str, x: float, y: float, n: int = 6) -> list[PrintedLine]:
    return [line(f"{words} line number {i} of text", x, y + 14 * i) for i in range(n)]


def read(printed: list) -> list[str]:
    return [item.text if isinstance(item, PrintedLine) else " | ".join(x.text for x in item.lines) for item in printed]


def test_left_column_is_read_before_the_right_one():
    lines = [x for pair in zip(column("left", 50, 100), column("right", 320, 100), strict=True) for x in pair]
    texts = read(reading_order(page(lines)))
    assert [text.split()[0] for text in texts] == ["left"] * 6 + ["right"] * 6


def test_a_line_across_both_columns_parts_them():
    across = line("a heading over the whole width of the page and beyond", 50, 200, width=500)
    above = [*column("one", 50, 100), *column("two", 320, 100)]
    below = [*column("three", 50, 230), *column("four", 320, 230)]
    texts = read(reading_order(page([*below, across, *above])))
    starts = [text.split()[0] for text in texts]
    assert starts == ["one"] * 6 + ["two"] * 6 + ["a"] + ["three"] * 6 + ["four"] * 6


def test_a_large_title_above_the_right_column_comes_first():
    title = line("INTRODUCTION", 320, 40, size=18, bold=True)
    texts = read(reading_order(page([*column("left", 50, 100), title, *column("right", 320, 100)])))
    assert texts[0] == "INTRODUCTION"


def test_a_bold_heading_below_both_columns_stays_with_what_follows_it():
    heading = line("Sources", 50, 190, bold=True)
    across = line("a source with a long name that runs over both of the columns", 50, 203, width=500)
    printed = reading_order(page([*column("left", 50, 100), *column("right", 320, 100), heading, across]))
    assert read(printed)[-2:] == ["Sources", across.text]


def test_one_column_has_no_gutter():
    assert find_gutter([(x.box, len(x.text)) for x in column("a rather long and full", 50, 100, n=20)]) is None


def test_short_cells_side_by_side_are_rows_not_columns():
    lines = [line(f"{word} {y}", x, y) for y in range(100, 240, 14) for word, x in (("dose", 50.0), ("time", 320.0))]
    printed = reading_order(page(lines))
    assert all(isinstance(item, PrintedRow) for item in printed)
    assert read(printed)[0] == "dose 100 | time 100"


def test_a_raised_sign_is_put_where_it_stands():
    pieces = (
        Piece(text="1.73 m", box=Box(50, 100, 90, 112)),
        Piece(text=" (2.3)", box=Box(96, 100, 130, 112)),
    )
    body = replace(line("1.73 m (2.3)", 50, 100, width=80), pieces=pieces)
    sign = replace(line("2", 90, 100, size=6), box=Box(90, 99, 95, 107))
    assert read(reading_order(page([body, sign]))) == ["1.73 m² (2.3)"]


def test_drawn_bullets_mark_the_line_beside_them():
    marked = mark_bullets([line("an item", 60, 100), line("no item", 60, 120)], [Box(46, 104, 50, 108)])
    assert [one.bullet for one in marked] == [True, False]


def grid(xs: list[float], ys: list[float]) -> list[Box]:
    return [Box(xs[0], y, xs[-1], y) for y in ys] + [Box(x, ys[0], x, ys[-1]) for x in xs]


def test_a_ruled_grid_is_read_row_by_row():
    lines = [
        line("Age", 55, 105),
        line("Dose", 155, 105),
        line("child", 55, 125),
        line("5 mg twice", 155, 125),
        line("a day", 155, 137),
        line("outside", 55, 300),
    ]
    tables, outside = find_tables(rules_of(grid([50, 150, 300], [100, 120, 150])), lines)
    assert [one.text for one in outside] == ["outside"]
    cells = [[" ".join(x.text for x in cell) for cell in row.cells] for row in tables[0].rows]
    assert cells == [["Age", "Dose"], ["child", "5 mg twice a day"]]


def test_a_frame_around_a_paragraph_is_no_table():
    lines = [line("WARNING: BLEEDING", 60, 110), line("It can bleed.", 60, 130)]
    tables, outside = find_tables(rules_of(grid([50, 300], [100, 150])), lines)
    assert not tables
    assert outside == lines


def test_shaded_rows_make_a_table_without_upright_rules():
    shades = [Box(50, 100 + 20 * n, 550, 120 + 20 * n) for n in range(3)]
    lines = [x for n in range(3) for x in (line(f"name {n}", 55, 103 + 20 * n), line(f"what {n}", 300, 103 + 20 * n))]
    tables, outside = find_tables([], lines, shades)
    assert not outside
    assert read(list(tables[0].rows)) == ["name 0 | what 0", "name 1 | what 1", "name 2 | what 2"]


def test_a_table_of_two_segmented_rules_is_parted_at_its_gaps():
    rules = [Box(a, y, b, y) for y in (100, 170) for a, b in ((50, 200), (200, 550))]
    lines = [
        line("adults and children 12", 52, 102),
        line("years and over", 52, 114),
        line("take 2 tablets every 6 hours", 205, 102),
        line("children under 6 years", 52, 130),
        line("do not use", 205, 130),
    ]
    tables, _ = find_tables(rules, lines)
    cells = [[" ".join(x.text for x in cell) for cell in row.cells] for row in tables[0].rows]
    assert cells == [
        ["adults and children 12 years and over", "take 2 tablets every 6 hours"],
        ["children under 6 years", "do not use"],
    ]


def test_running_lines_and_page_numbers_go():
    pages = [
        page([line(f"Version {n}", 250, 780), line(str(n), 550, 770), line(f"body {n} text", 50, 300)], number=n)
        for n in range(1, 6)
    ]
    assert [[x.text for x in one.lines] for one in without_furniture(pages)] == [
        [f"body {n} text"] for n in range(1, 6)
    ]


def test_the_tails_of_a_cut_line_go():
    kept = without_furniture([page([line("p", 66, 18), line("g,", 92, 18), line("bleeding (4)", 59, 29)])])
    assert [x.text for x in kept[0].lines] == ["bleeding (4)"]


def test_a_list_of_contents_is_known():
    entries = [line(f"Chapter about something ........ {n}", 50, 100 + 14 * n) for n in range(1, 10)]
    assert is_contents(page([line("Contents", 50, 60), *entries]))
    assert not is_contents(page([line("Contents", 50, 60), *column("plain", 50, 100, n=12)]))


def label_blocks() -> list[TextBlock]:
    rows: list[tuple[str, bool]] = [
        ("HIGHLIGHTS OF PRESCRIBING INFORMATION", True),
        ("INDICATIONS AND USAGE", True),
        ("It is indicated for pain. (1)", False),
        ("FULL PRESCRIBING INFORMATION: CONTENTS*", True),
        ("1 INDICATIONS AND USAGE", True),
        ("FULL PRESCRIBING INFORMATION", True),
        ("1 INDICATIONS AND USAGE", True),
        ("Exampline is indicated for pain in adults.", False),
        ("8 USE IN SPECIFIC POPULATIONS", True),
        ("8.1 Pregnancy", True),
        ("There are no data in pregnant women.", False),
        ("MEDICATION GUIDE", True),
        ("What is exampline?", True),
        ("Exampline is a medicine for pain.", False),
        ("PACKAGE LABEL.PRINCIPAL DISPLAY PANEL", True),
        ("NDC 0000 exampline 30 tablets in a bottle.", False),
    ]
    lines = [line(text, 50, 100 + 40 * n, bold=bold) for n, (text, bold) in enumerate(rows)]
    filler = [line("plain words " * 8, 50, 900, page=9)] * 9
    return blocks_of(lines, looks_of([*lines, *filler]))


def test_a_label_gets_highlights_codes_and_kinds():
    parts = of_label(nested(label_blocks(), "Exampline", label=True), "Exampline")
    assert [(part.path, part.code, part.kind) for part in parts] == [
        ((HIGHLIGHTS, "Indications and usage"), "34067-9", None),
        (("1 INDICATIONS AND USAGE",), "34067-9", None),
        (("8 USE IN SPECIFIC POPULATIONS",), "43684-0", None),
        (("8 USE IN SPECIFIC POPULATIONS", "8.1 Pregnancy"), "42228-7", None),
        (("MEDICATION GUIDE",), "42231-1", "patient"),
        (("MEDICATION GUIDE", "What is exampline?"), "42231-1", "patient"),
    ]


def test_the_registry_data_at_the_end_are_left_out():
    lines = [line(f"Sentence {n} of the label is here to be read.", 50, 40 * n) for n in range(1, 9)]
    lines += [
        line("EXAMPLINE", 50, 400, bold=True),
        line("Product Information", 50, 440),
        line("Product Type", 50, 480),
    ]
    blocks = without_product_data(blocks_of(lines, looks_of(lines)))
    assert blocks[-1].text == "Sentence 8 of the label is here to be read."


def test_larger_print_stands_above_smaller():
    rows = [("Big", 18.0, True), ("Small", 14.0, True), ("text of the part", 10.0, False), ("Other", 14.0, True)]
    lines = [line(text, 50, 60 * n, size=size, bold=bold) for n, (text, size, bold) in enumerate(rows, start=1)]
    body = [line("many plain words " * 6, 50, 400 + 14 * n) for n in range(9)]
    blocks = blocks_of([*lines, *body], looks_of([*lines, *body]))
    paths = [part.path for part in nested(blocks, "Title", label=False)]
    assert paths == [("Big",), ("Big", "Small"), ("Big", "Other")]


def test_a_broken_word_is_put_together_and_a_compound_is_not():
    words = Vocabulary(["a hypothyroidism", "patient-to-patient", "more", "detailed guidance"])
    assert words.joint("of hypothy-", "roidism in") == (1, "")
    assert words.joint("from patient-", "to-patient") == (0, "")
    assert words.joint("existing, more-", "detailed guidance") == (0, "")
    assert words.joint("plain", "words") == (0, " ")
    assert words.joint("see http://www.cdc.", "gov/HAI") == (0, "")


WORDS = st.lists(st.text("abcdefgh-,.", min_size=1, max_size=8), min_size=1, max_size=6).map(" ".join)
BLOCKS = st.lists(
    st.tuples(st.sampled_from(["paragraph", "item", "heading", "row"]), st.lists(WORDS, min_size=1, max_size=4)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(BLOCKS)
def test_spans_of_lines_are_exact_disjoint_and_ordered(made):
    blocks, shown = [], []
    for n, (role, texts) in enumerate(made):
        lines = tuple(replace(line(text, 50, 20 * n), bullet=role == "item") for text in texts)
        if role == "row":
            blocks.append(TextBlock(role="row", row=PrintedRow(cells=tuple((x,) for x in lines))))
            shown.append(" | ".join(texts))
        else:
            blocks.append(TextBlock(role=role, lines=lines))  # type: ignore[arg-type]
            shown.extend(texts)
    writer = PdfText(Vocabulary([]))
    half = len(blocks) // 2
    for part in (blocks[:half], blocks[half:]):
        writer.add(Part(title="t", path=("t",), heading=None, blocks=tuple(part)))
    text, spans = writer.text, writer.lines
    assert len(spans) == len(shown)
    for words, span in zip(shown, spans, strict=True):
        assert _bare(text[span.start : span.end]) == _bare(words)
    ends = [0, *(span.end for span in spans)]
    assert all(end <= span.start < span.end <= len(text) for end, span in zip(ends, spans, strict=False))
    for section in writer.sections:
        assert all(section.start <= start < end <= section.end for start, end in section.table_rows)
        assert text[section.start : section.end].strip("\n") == text[section.start : section.end]


def _bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


def test_the_end_of_a_sentence_is_no_heading_though_it_names_one():
    lines = [
        line("3 WARNINGS", 50, 60, bold=True),
        line("It may raise the pressure in pregnancy, so ask before every dose (see", 50, 90),
        line("DOSAGE AND ADMINISTRATION.)", 50, 104, bold=True),
        line("Doses are lower then.", 50, 140),
        line("PATIENTS SHOULD NOT CRUSH THE TABLET BEFORE THEY TAKE IT.", 50, 170, bold=True),
        line("Swallow it whole.", 50, 200),
        line("WARNINGS).", 50, 230, bold=True),
        line("PRECAUTIONS.", 50, 260, bold=True),
        line("Take it with food.", 50, 290),
    ]
    looks = looks_of(lines, ["WARNINGS", "DOSAGE AND ADMINISTRATION", "PRECAUTIONS."])
    headings = [block.text for block in blocks_of(lines, looks) if block.role == "heading"]
    assert headings == ["3 WARNINGS", "PRECAUTIONS."]


def test_pictured_cartons_and_seals_are_no_sections_of_a_label():
    def block(role: str, text: str) -> TextBlock:
        return TextBlock(role=role, lines=(line(text, 50, 60, bold=role == "heading"),))

    carton = [block("heading", "Medication Guide"), block("paragraph", "Rx only. Keep out of reach.")]
    seal = [
        block("heading", "TAMPER EVIDENT: DO NOT USE IF THE SEAL IS BROKEN"),
        block("paragraph", "Made in a place."),
    ]
    parts = of_label(nested([*label_blocks(), *carton, *carton, *seal], "Exampline", label=True), "Exampline")
    assert [part.path[-1] for part in parts][-2:] == ["MEDICATION GUIDE", "What is exampline?"]


def test_halves_of_broken_words_are_no_words_of_their_own():
    lines = ["its therapeu-", "tic use and modify-", "ing it, a well-", "known use"]
    vocabulary = Vocabulary(lines)
    assert vocabulary.joint(lines[0], lines[1]) == (1, "")
    assert vocabulary.joint(lines[1], lines[2]) == (1, "")
    assert Vocabulary([*lines, "is well known to all"]).joint(lines[2], lines[3]) == (0, "")


def test_an_index_is_no_text():
    entries = [line(f"medicine {name} {'.' * 40} {n}", 50, 100 + 14 * i) for i, (name, n) in enumerate(INDEX)]
    assert is_contents(page(entries))


INDEX = [("alpha", 44), ("beta", 7), ("gamma", 31), ("delta", 2), ("epsilon", 50), ("zeta", 12), ("eta", 9)]


def test_a_number_and_a_title_across_a_table_head_the_rows_below():
    def row(*texts: str, y: float, bold: bool = False) -> PrintedRow:
        return PrintedRow(cells=tuple((line(text, 50 + 200 * n, y, bold=bold),) for n, text in enumerate(texts)))

    table = [
        row("2. MEDICINES FOR PAIN", y=100, bold=True),
        row("2.1 Mild pain", y=120, bold=True),
        row("paracetamol", "Tablet", y=140),
        row("2 tablets a day.", y=160),
    ]
    looks = looks_of([x for one in table for x in one.lines] + column("body of the text", 50, 300, 40))
    assert [block.role for block in blocks_of(table, looks)] == ["heading", "heading", "row", "row"]


def test_a_page_of_any_width_is_searched_in_bounded_steps():
    near, far = column("left", 50, 100), column("right", 2e9, 100)
    gutter = find_gutter([(one.box, len(one.text)) for one in [*near, *far]])
    assert gutter is not None
    assert 300 < gutter < 2e9
    low = [replace(one, box=one.box._replace(y1=2e12)) for one in [*near, *column("right", 320, 100)]]
    assert find_gutter([(one.box, len(one.text)) for one in low]) is not None
