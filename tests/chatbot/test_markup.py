from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markupsafe import Markup

from chatbot.markup import element, join

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"))).map(str.strip)


def test_attributes_are_written_as_html_writes_them():
    made = element("button", "Go", class_="a b", data_key="c1", hidden=True, title=None, disabled=False, tabindex=0)
    assert made == '<button class="a b" data-key="c1" hidden tabindex="0">Go</button>'


def test_children_that_are_markup_stay_markup_and_none_is_left_out():
    assert element("p", element("b", "x < y"), None, 3) == "<p><b>x &lt; y</b>3</p>"
    assert join([]) == Markup("")


@given(TEXT, TEXT)
def test_no_text_and_no_attribute_can_become_a_tag(text, attribute):
    made = html.fragment_fromstring(element("p", text, title=attribute))
    assert (made.tag, len(made), made.text or "", made.get("title")) == ("p", 0, text, attribute)
