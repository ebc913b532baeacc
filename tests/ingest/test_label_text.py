"""The rendering: whatever the sections hold, their spans are exact, ordered and disjoint."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from ingest.label_text import Block, LabelText, clean, split_at_headings

_LINES = st.text(st.characters(exclude_categories=["Cs", "Zl", "Zp"], exclude_characters="\n"), min_size=1, max_size=30)
_HTML = st.sampled_from([None, None, "<table>1</table>", "<table>2</table>"])
_BLOCKS = st.lists(
    st.builds(Block, text=_LINES, row=st.booleans(), heading=st.booleans(), table=_HTML, changed=st.booleans()),
    max_size=6,
)


@given(_LINES, st.lists(st.tuples(_BLOCKS, st.none() | _LINES), max_size=6))
def test_spans_hold_what_was_added(title, added):
    writer = LabelText(title)
    for blocks, heading in added:
        writer.add(blocks, code=None, title="t", path=("t",), heading=heading)

    position = 0
    for section, (blocks, _) in zip(writer.sections, added, strict=True):
        assert position <= section.start <= section.end <= len(writer.text)
        assert writer.text[section.start : section.end] == "\n".join(block.text for block in blocks)
        assert [writer.text[a:b] for a, b in section.table_rows] == [block.text for block in blocks if block.row]
        position = section.end
    changed = [block.text for blocks, _ in added for block in blocks if block.changed]
    assert [writer.text[a:b] for a, b in writer.changes] == changed
    tables = [
        (html, "\n".join(block.text for block in lines))
        for blocks, _ in added
        for html, lines in groupby(blocks, key=lambda block: block.table)
        if html is not None
    ]
    assert [(table.html, writer.text[table.start : table.end]) for table in writer.tables] == tables


@given(st.text(max_size=80))
def test_clean_gives_one_plain_line(raw):
    line = clean(raw)

    assert line == " ".join(line.split())
    assert clean(line) == line


def test_clean_keeps_what_a_reader_sees():
    assert clean("5\u00a0mg\u2003/\u200bday\n \ttwice") == "5 mg /day twice"
    assert clean("\uf0b7 nausea \uf03c") == "• nausea"
    assert clean("1\x962 mg\x00") == "1–2 mg"  # noqa: RUF001  # the dash is the point
    assert clean("≥65 years, 30 mL/min/1.73 m²") == "≥65 years, 30 mL/min/1.73 m²"


def test_a_long_section_parts_at_its_headings():
    body = "Serious events have been reported in patients who were treated. " * 8
    blocks = [
        Block(text="Read this."),
        Block(text="Renal Effects", heading=True),
        Block(text=body),
        Block(text="Too little", heading=True),
        Block(text="One line."),
        Block(text="Hepatic Effects", heading=True),
        Block(text="Liver", heading=True),
        Block(text=body),
    ]

    parts = split_at_headings(blocks, min_chars=500, min_part_chars=50)

    assert [heading for heading, _ in parts] == [None, "Renal Effects", "Hepatic Effects\nLiver"]
    assert [block.text for block in parts[1][1]][1:] == ["Too little", "One line."]
    assert split_at_headings(blocks, min_chars=10_000) == [(None, blocks)]


@given(_BLOCKS)
def test_parting_loses_nothing(blocks):
    parts = split_at_headings(blocks, min_chars=1, min_part_chars=3)

    lines = [
        line
        for heading, body in parts
        for line in [*(heading or "").split("\n"), *(block.text for block in body)]
        if line
    ]
    assert lines == [block.text for block in blocks]
