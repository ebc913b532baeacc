import dataclasses

import pytest
from lxml import html

from chatbot.messages import Exchange, render_conversation, render_exchange, render_failure, render_pending

HARMLESS = {"div", "span", "p", "article", "section", "ul", "li", "button", "svg", "path", "h2", "b", "i", "a", "q",
            "blockquote", "details", "summary", "footer", "strong", "br"}  # fmt: skip


def parsed(markup):
    return html.fragment_fromstring(str(markup), create_parent="div")


def shown(response, question="Is it safe?", turn=0):
    return parsed(render_exchange(Exchange(question=question, audience="patient", response=response), turn))


def of_class(tree, name):
    return [node for node in tree.iter() if name in (node.get("class") or "").split()]


def test_an_answer_shows_its_citations_as_buttons_that_name_their_source(fakes):
    buttons = of_class(shown(fakes.ibuprofen(), turn=3), "vm-cite")
    assert [button.get("data-key") for button in buttons] == ["c1", "c2", "c3", "c4", "c5"]
    assert {button.get("data-turn") for button in buttons} == {"3"}
    assert buttons[0].get("aria-label") == "Source 1: Ibuprofen Tablets, USP 400 mg, 6.1 Clinical trials experience"


def test_a_boxed_warning_stands_before_the_answer_whole(fakes):
    tree = shown(fakes.methotrexate())
    (boxed,) = of_class(tree, "vm-boxed")
    (text,) = of_class(tree, "vm-text")
    order = list(tree.iter())
    assert order.index(boxed) < order.index(text)
    for line in fakes.methotrexate().boxed_warnings[0].quote.split("\n"):
        assert line.split(". ")[0] in boxed.text_content()
    assert boxed.find(".//button").get("data-key") == "w0"


def test_an_emergency_shows_its_fixed_text_once_and_numbers_to_call(fakes):
    response = fakes.emergency()
    tree = shown(response)
    (screen,) = of_class(tree, "vm-emergency")
    assert screen.get("role") == "alert"
    assert [link.get("href") for link in screen.iter("a")] == ["tel:911", "tel:18002221222"]
    assert tree.text_content().count("Do not wait for symptoms.") == 1
    assert not of_class(tree, "vm-crisis")
    assert of_class(shown(fakes.crisis()), "vm-crisis")


def test_what_follows_the_fixed_text_of_an_emergency_is_shown_below_it(fakes):
    response = fakes.emergency()
    label = fakes.ibuprofen()
    more = dataclasses.replace(response, text=f"{response.text}\n\nFrom the label. [1]", citations=label.citations)
    tree = shown(more)
    (answer,) = of_class(tree, "vm-answer")
    assert "From the label." in answer.text_content()
    assert of_class(answer, "vm-cite")
    assert tree.text_content().count("Do not wait for symptoms.") == 1


def test_an_ambiguous_name_offers_each_medicine_in_the_same_question(fakes):
    response = dataclasses.replace(fakes.lookalike(), question="Can I take hydralizine with food?")
    tree = shown(response)
    assert [button.get("data-question") for button in of_class(tree, "vm-choice")] == [
        "Can I take hydralazine with food?",
        "Can I take hydroxyzine with food?",
    ]
    assert "Which medicine do you mean?" in tree.text_content()


def test_an_abstention_is_no_answer_and_cites_nothing(fakes):
    tree = shown(fakes.unknown())
    assert "No answer in the sources" in tree.text_content()
    assert not of_class(tree, "vm-cite")
    assert [button.get("data-key") for button in of_class(tree, "vm-nearest")[0].iter("button")] == ["p0"]


def test_each_level_of_alarm_has_its_own_screen(fakes):
    response = fakes.emergency()
    for level, name in (("urgent", "vm-urgent"), ("emergency", "vm-emergency"), ("crisis", "vm-crisis")):
        verdict = dataclasses.replace(response.triage, level=level)
        (screen,) = of_class(shown(dataclasses.replace(response, triage=verdict)), name)
        assert screen.get("role") == "alert"


def test_an_urgent_text_stands_on_top_of_an_answer(fakes):
    urgent = dataclasses.replace(fakes.emergency().triage, level="urgent", text="See a doctor today.")
    tree = shown(dataclasses.replace(fakes.ibuprofen(), triage=urgent))
    order = list(tree.iter())
    (alarm,) = of_class(tree, "vm-urgent")
    assert "See a doctor today." in alarm.text_content()
    assert order.index(alarm) < order.index(of_class(tree, "vm-reveal")[0])


@pytest.mark.parametrize("number", ["911", "9-8-8", "116 123", "1-800-222-1222"])
def test_a_telephone_number_in_a_fixed_text_can_be_dialled(fakes, number):
    verdict = dataclasses.replace(
        fakes.crisis().triage, text=f"Call {number}, 24 hours, about 1000 mg.", calls=(number,)
    )
    tree = shown(dataclasses.replace(fakes.crisis(), triage=verdict, text=verdict.text))
    assert [link.get("href") for link in tree.iter("a")] == ["tel:" + number.replace("-", "").replace(" ", "")]


def test_words_of_a_person_or_a_document_are_never_tags(fakes):
    exchange = Exchange(question=fakes.HOSTILE, audience="patient", response=fakes.hostile())
    pages = (
        render_conversation([exchange]),
        render_pending(fakes.HOSTILE, fakes.HOSTILE, fakes.HOSTILE, 0),
        render_failure(fakes.HOSTILE, fakes.HOSTILE, 0),
    )
    for page in pages:
        tree = parsed(page)
        assert {node.tag for node in tree.iter()} <= HARMLESS
        assert not [name for node in tree.iter() for name in node.attrib if name.startswith("on")]
        assert "<script>" in tree.text_content()


def test_copying_gives_the_text_and_its_sources(fakes):
    (button,) = (node for node in shown(fakes.ibuprofen()).iter("button") if node.get("data-copy"))
    assert "Nausea, heartburn and stomach pain occur in 3 to 9 of 100 patients. [2]" in button.get("data-copy")
    assert "[2] Ibuprofen Tablets" in button.get("data-copy")
