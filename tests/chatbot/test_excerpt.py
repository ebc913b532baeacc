from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from chatbot.excerpt import Excerpt, excerpt_around, render_excerpt

ALPHABET = st.sampled_from(["a", "b", ".", " ", "\n", " | ", "<", "&", "é"])


@st.composite
def placed_quotes(draw):
    text = "".join(draw(st.lists(ALPHABET, min_size=4, max_size=120)))
    start, quote_start, quote_end, end = sorted(draw(st.integers(0, len(text))) for _ in range(4))
    return text, start, end, (quote_start, quote_end)


def parsed(excerpt):
    return html.fragment_fromstring(render_excerpt(excerpt), create_parent="div")


def squeezed(text):
    return text.replace(" | ", "").replace("\n", "").replace(" ", "")


@given(placed_quotes(), st.integers(0, 40))
def test_the_window_holds_the_passage_and_its_marks_are_the_quote(placed, context_chars):
    text, start, end, quote = placed
    excerpt = excerpt_around(text, start, end, quote, (0, len(text)), context_chars)
    stop = excerpt.start + len(excerpt.text)
    assert text[excerpt.start : stop] == excerpt.text
    assert excerpt.start <= start <= end <= stop
    assert (excerpt.cut_before, excerpt.cut_after) == (excerpt.start > 0, stop < len(text))
    marks = "".join(mark.text for mark in parsed(excerpt).iter("mark"))
    whole = text[slice(*quote)].replace("|", "").strip()
    assert squeezed(marks).replace("|", "") == squeezed(whole)


@given(placed_quotes())
def test_every_word_of_the_window_is_shown_once_and_in_order(placed):
    text, start, end, quote = placed
    excerpt = excerpt_around(text, start, end, quote, (start, end))
    shown = parsed(excerpt).text_content()
    assert squeezed(shown).replace("|", "") == squeezed(text[start:end]).replace("|", "")


def test_the_surroundings_end_with_the_section_and_begin_with_a_sentence():
    text = "Other section.\nLong words here. Second sentence. THE QUOTE. Then more. And more."
    start = text.index("THE QUOTE.")
    quote = (start, start + len("THE QUOTE."))
    excerpt = excerpt_around(text, *quote, quote, (text.index("Long"), len(text)), context_chars=20)
    assert excerpt.text == "Second sentence. THE QUOTE. Then more."
    assert excerpt.cut_before
    assert excerpt.cut_after


def test_rows_of_cells_are_a_table_and_a_quoted_row_is_marked_cell_by_cell():
    text = "Before\nNausea | 3 to 9\nRash | 1\nAfter"
    start = text.index("Nausea")
    made = parsed(Excerpt(text=text, start=0, quote_start=start, quote_end=start + len("Nausea | 3 to 9")))
    assert [[cell.text_content() for cell in row] for row in made.iter("tr")] == [["Nausea", "3 to 9"], ["Rash", "1"]]
    assert [mark.text for mark in made.iter("mark")] == ["Nausea", "3 to 9"]


def test_text_of_a_document_is_never_a_tag():
    text = "A <script>alert(1)</script> B"
    made = parsed(Excerpt(text=text, start=100, quote_start=102, quote_end=110))
    assert {node.tag for node in made.iter()} == {"div", "p", "mark"}
    assert made.find(".//mark").text == "<script>"
