"""A table for display holds a table and words, whatever the source put into it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from ingest.table_html import MAX_HTML_CHARS, table_html

_ALLOWED = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "ul", "li", "p", "sup", "sub", "br"}


def _html(inner: str) -> str | None:
    return table_html(etree.fromstring(f"<table>{inner}</table>"))


@pytest.mark.parametrize(
    ("inner", "shown"),
    [
        ("<tr onclick='x()'><td style='a' colspan='2'>5 &lt; 6</td></tr>", '<tr><td colspan="2">5 &lt; 6</td></tr>'),
        (
            "<tr><td rowspan='0'>a</td><td colspan='99999999999'>b</td></tr>",
            '<tr><td>a</td><td colspan="60">b</td></tr>',
        ),
        ("<tr><td><script>x()</script><a href='javascript:x()'>a</a></td></tr>", "<tr><td>a</td></tr>"),
        ("<tr><td><list><item><caption>o</caption>a</item></list></td></tr>", "<tr><td><ul><li>oa</li></ul></td></tr>"),
        (
            "<caption> Table 1 </caption> <tr> lost <td>a <b>b</b> c</td></tr>",
            "<caption> Table 1 </caption><tr><td>a b c</td></tr>",
        ),
        ("<tr><td><renderMultiMedia/>H<sub>2</sub>O<br/>x</td></tr>", "<tr><td>H<sub>2</sub>O<br>x</td></tr>"),
    ],
)
def test_only_a_table_is_left(inner, shown):
    assert _html(inner) == f"<table>{shown}</table>"


def test_a_table_that_no_screen_shows_is_left_out():
    assert _html("<tr><td>word</td></tr>" * (MAX_HTML_CHARS // 20)) is None


_WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=20)


@st.composite
def _elements(draw, depth: int = 3) -> etree._Element:
    names = [*sorted(_ALLOWED - {"br"}), "paragraph", "list", "item", "content", "script", "img", "a", "footnote"]
    element = etree.Element(draw(st.sampled_from(names)), colspan=draw(st.sampled_from(["2", "x", "-1"])), onload="x()")
    element.text, element.tail = draw(_WORDS), draw(_WORDS)
    element.extend(draw(st.lists(_elements(depth - 1), max_size=3)) if depth else [])
    return element


@settings(max_examples=100, deadline=None)
@given(st.lists(_elements(), max_size=4))
def test_nothing_else_comes_through_whatever_is_in_it(children):
    table = etree.Element("table")
    table.extend(children)

    made = table_html(table)

    assert {name.lower() for name in re.findall(r"</?([a-zA-Z]+)", made)} <= _ALLOWED
    tree = html.fragment_fromstring(made, create_parent="div")
    attributes = {name for element in tree.iter() for name in element.attrib}
    assert attributes <= {"colspan", "rowspan"}
