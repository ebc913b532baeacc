import re

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from chatbot.answer_text import render_text

LABELS = {1: "Ibuprofen, Adverse reactions", 2: "Ibuprofen, Warnings"}
PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z"), exclude_characters="[]*•-#"), min_size=1)


def parsed(markup):
    return html.fragment_fromstring(markup, create_parent="div")


def test_a_marker_becomes_a_button_that_carries_its_turn_and_key():
    button = parsed(render_text("Nausea. [2]", LABELS, 4)).find(".//button")
    assert (button.text, button.get("data-turn"), button.get("data-key")) == ("2", "4", "c2")
    assert button.get("aria-label") == "Source 2: Ibuprofen, Warnings"
    assert button.get("type") == "button"


def test_several_numbers_in_one_marker_are_several_buttons():
    found = [button.text for button in parsed(render_text("Nausea. [1, 2][1]", LABELS, 0)).iter("button")]
    assert found == ["1", "2", "1"]


def test_a_number_that_is_no_citation_stays_text():
    made = parsed(render_text("As in [7] and [1 mg].", LABELS, 0))
    assert made.find(".//button") is None
    assert made.text_content() == "As in [7] and [1 mg]."


def test_bullets_become_a_list_and_blank_lines_paragraphs():
    made = parsed(render_text("### Common\nFirst.\n- one [1]\n- two\n\nLast **word**.", LABELS, 0))
    assert [child.tag for child in made] == ["h3", "p", "ul", "p"]
    assert [re.sub(r"\W", "", item.text_content()) for item in made.iter("li")] == ["one1", "two"]
    assert made.find(".//strong").text == "word"


def test_a_range_of_doses_is_no_list_and_no_marker():
    made = parsed(render_text("200 mg - 400 mg every 4-6 hours", LABELS, 0))
    assert [child.tag for child in made] == ["p"]
    assert made.text_content() == "200 mg - 400 mg every 4-6 hours"


def test_markup_in_the_text_is_text():
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> [1]"
    made = parsed(render_text(hostile, LABELS, 0))
    assert {node.tag for node in made.iter()} == {"div", "p", "span", "button"}
    assert "<script>alert(1)</script>" in made.text_content()


@given(st.lists(PLAIN, min_size=1))
def test_words_survive_unchanged(words):
    text = " ".join(words)
    assert parsed(render_text(text, LABELS, 0)).text_content() == text


def test_a_quoted_table_is_a_table_again():
    made = parsed(render_text("- “Clearance · Dose • 60 or more · 900 mg • 30 to 59 · 400 mg” [1]", LABELS, 0))
    assert [[cell.text for cell in row] for row in made.iter("tr")] == [
        ["Clearance", "Dose"],
        ["60 or more", "900 mg"],
        ["30 to 59", "400 mg"],
    ]
    assert made.find(".//button") is not None


def test_a_quoted_list_is_no_table():
    made = parsed(render_text("- “Do not use: • with alcohol · beer • in children” [1]", LABELS, 0))
    assert made.find(".//table") is None
