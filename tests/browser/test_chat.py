"""The page as a person meets it, over made-up answers of every kind."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from chatbot.page import STAGES

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}


def ask(page, question):
    n_turns = page.locator(".vm-turn").count()
    page.fill("#vm-question textarea", question)
    page.keyboard.press("Enter")
    wait_for_turn(page, n_turns)


def wait_for_turn(page, n_turns):
    page.wait_for_function(
        "n => document.querySelectorAll('.vm-turn').length > n && !document.querySelector('.vm-pending')", arg=n_turns
    )


def last(page, selector):
    return page.locator(f".vm-turn:last-child {selector}")


def test_an_example_is_asked_with_one_click_and_answered_with_citations(chat, open_page, screenshot):
    page = open_page(chat.url)
    screenshot(page, "chat-welcome")
    page.click("text=What are the common side effects of taking ibuprofen?")
    wait_for_turn(page, 0)
    assert page.inner_text(".vm-question").endswith("What are the common side effects of taking ibuprofen?")
    assert page.locator(".vm-cite").all_inner_texts() == ["1", "2", "3", "4", "5"]
    assert page.input_value("#vm-question textarea") == ""
    expect(page.locator(".vm-doc .vm-row")).to_have_count(5)
    screenshot(page, "chat-answer")


def test_a_citation_opens_its_source_with_the_quote_marked(chat, open_page, screenshot):
    page = open_page(chat.url)
    ask(page, "ibuprofen?")
    page.click(".vm-cite >> text=2")
    page.wait_for_selector(".vm-source[data-key=c2]")
    quote = "Nausea, heartburn and stomach pain occur in 3 to 9 of 100 patients."
    assert page.inner_text(".vm-excerpt mark") == quote
    expect(page.locator(".vm-excerpt mark")).to_be_visible()
    facts = page.inner_text(".vm-facts")
    for fact in ("2026-04-18", "3", "Example Pharmaceuticals, Inc.", "5b3c1d52-0000-4000-8000-7d2f6e1f9a01"):
        assert fact in facts
    assert "6.1 Clinical trials experience" in page.inner_text(".vm-path")
    screenshot(page, "chat-source")
    page.click(".vm-tab >> text=5")
    page.wait_for_selector(".vm-source[data-key=c5]")
    assert page.inner_text(".vm-excerpt mark").startswith("Serious bleeding")


def test_citations_work_by_keyboard_alone(chat, open_page):
    page = open_page(chat.url)
    ask(page, "ibuprofen?")
    page.locator(".vm-cite").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.key") == "c2"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector(".vm-source[data-key=c2]")
    page.wait_for_function("document.activeElement.id === 'vm-panel-title'")


def test_a_citation_of_an_earlier_answer_opens_that_answer_s_source(chat, open_page):
    page = open_page(chat.url)
    ask(page, "ibuprofen?")
    ask(page, "methotrexate?")
    page.locator("#vm-turn-0 .vm-cite").first.click()
    page.wait_for_selector(".vm-source[data-turn='0'][data-key=c1]")
    assert "Ibuprofen Tablets" in page.inner_text(".vm-source h3")


def test_a_boxed_warning_is_pinned_above_the_answer(chat, open_page, screenshot):
    page = open_page(chat.url)
    ask(page, "What is the boxed warning on methotrexate?")
    box, answer = page.locator(".vm-boxed").bounding_box(), page.locator(".vm-text").bounding_box()
    assert box["y"] + box["height"] <= answer["y"]
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.vm-boxed')).borderTopWidth)") >= 2
    screenshot(page, "chat-boxed-warning")
    hidden = page.locator(".vm-boxed details p").last
    expect(hidden).not_to_be_visible()
    page.click("text=Show the whole warning")
    expect(hidden).to_be_visible()
    page.click("text=Show it in its source")
    page.wait_for_selector(".vm-source[data-key=w0]")
    expect(page.locator(".vm-excerpt mark")).to_have_count(6)


def test_a_pdf_opens_as_the_picture_of_its_page(chat, open_page, screenshot):
    page = open_page(chat.url)
    ask(page, "What does the guideline say about injection safety?")
    page.click(".vm-cite")
    page.wait_for_selector(".vm-page img")
    assert page.evaluate("document.querySelector('.vm-page img').naturalWidth") > 800
    screenshot(page, "chat-pdf")
    page.click("[data-zoom]")
    expect(page.locator("dialog img")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert page.evaluate("'zoom' in document.activeElement.dataset")


@pytest.mark.parametrize(
    ("question", "numbers"),
    [("My son swallowed 20 pills", ["911", "18002221222"]), ("I want to die", ["988", "911"])],
)
def test_an_emergency_cannot_be_missed(chat, open_page, screenshot, question, numbers):
    page = open_page(chat.url)
    ask(page, question)
    screen = page.locator(".vm-emergency")
    assert screen.get_attribute("role") == "alert"
    assert [link.get_attribute("href") for link in page.locator(".vm-call").all()] == [f"tel:{n}" for n in numbers]
    assert screen.evaluate("node => getComputedStyle(node).backgroundColor") != "rgba(0, 0, 0, 0)"
    expect(page.locator(".vm-call").first).to_be_visible()
    screenshot(page, f"chat-emergency-{numbers[0]}")


def test_an_abstention_says_so_and_offers_no_answer(chat, open_page, screenshot):
    page = open_page(chat.url)
    ask(page, "What is zorvexatrin?")
    assert page.inner_text(".vm-abstention h2") == "No answer in the sources"
    expect(page.locator(".vm-cite")).to_have_count(0)
    screenshot(page, "chat-abstention")


def test_an_ambiguous_name_is_settled_with_one_click(chat, open_page, screenshot):
    page = open_page(chat.url)
    ask(page, "Can I take hydralizine with food?")
    screenshot(page, "chat-look-alike")
    page.click(".vm-choice >> text=hydroxyzine")
    wait_for_turn(page, 1)
    assert "hydroxyzine" in last(page, ".vm-question").inner_text()
    expect(last(page, ".vm-cite")).not_to_have_count(0)


def test_words_of_a_document_or_a_person_never_run(chat, open_page, fakes):
    page = open_page(chat.url)
    ask(page, f"hostile {fakes.HOSTILE} ${{document.title='owned'}}")
    page.click(".vm-cite")
    page.wait_for_selector(".vm-source")
    page.wait_for_timeout(300)
    assert page.title() == "vademecum"
    expect(page.locator("#vm-panes img, #vm-panes script")).to_have_count(0)
    assert "<script>" in page.inner_text(".vm-source h3")


def test_the_stages_are_shown_while_the_answer_is_made(chat, open_page):
    page = open_page(chat.url)
    page.evaluate(
        """() => {
          window.stages = [];
          new MutationObserver(() => {
            const stage = document.querySelector('.vm-stage')?.textContent;
            if (stage && stage !== window.stages.at(-1)) window.stages.push(stage);
          }).observe(document.body, { childList: true, subtree: true, characterData: true });
        }"""
    )
    chat.answerer.seconds = 2
    try:
        ask(page, "ibuprofen?")
    finally:
        chat.answerer.seconds = 0.05
    assert page.evaluate("window.stages") == list(dict.fromkeys(STAGES.values()))


def test_an_answer_can_be_stopped(chat, open_page):
    page = open_page(chat.url)
    ask(page, "ibuprofen?")
    chat.answerer.cancelled.clear()
    page.fill("#vm-question textarea", "answer slowly")
    page.keyboard.press("Enter")
    page.click("#vm-question .stop-button")
    page.wait_for_selector(".vm-pending", state="detached")
    expect(page.locator(".vm-turn")).to_have_count(1)
    assert chat.answerer.cancelled.wait(5)
    page.wait_for_selector("#vm-question .stop-button", state="hidden")
    page.wait_for_timeout(300)  # the browser takes a moment to close the old question before it takes a new one
    ask(page, "ibuprofen once more?")
    expect(page.locator(".vm-turn")).to_have_count(2)


def test_while_a_question_is_answered_no_other_is_taken(chat, open_page):
    page = open_page(chat.url)
    ask(page, "Can I take hydralizine with food?")
    n_asked = len(chat.answerer.asked)
    chat.answerer.seconds = 2
    try:
        page.fill("#vm-question textarea", "ibuprofen?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".vm-pending")
        page.click(".vm-choice >> text=hydroxyzine")
        page.fill("#vm-question textarea", "methotrexate?")
        page.keyboard.press("Enter")
        wait_for_turn(page, 1)
    finally:
        chat.answerer.seconds = 0.05
    assert len(chat.answerer.asked) == n_asked + 1
    assert page.input_value("#vm-question textarea") == "methotrexate?"


def test_a_failure_says_so_calmly_and_the_chat_goes_on(chat, open_page, caplog):
    page = open_page(chat.url)
    ask(page, "this is broken, my secret is 42")
    assert "the question was not answered" in page.inner_text(".vm-failure")
    assert "person's words" not in page.content()
    assert "42" not in caplog.text
    assert page.input_value("#vm-question textarea") == "this is broken, my secret is 42"
    page.fill("#vm-question textarea", "ibuprofen?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".vm-cite")
    expect(page.locator(".vm-failure")).to_have_count(0)


def test_the_conversation_and_the_reader_reach_the_answerer(chat, open_page):
    page = open_page(chat.url)
    page.click("text=Clinician")
    page.wait_for_selector("text=What is the boxed warning on methotrexate?")
    ask(page, "ibuprofen?")
    ask(page, "and in children?")
    question, history, audience = chat.answerer.asked[-1]
    assert (question, audience) == ("and in children?", "clinician")
    assert [turn.role for turn in history] == ["user", "assistant"]
    assert history[0].content == "ibuprofen?"
    page.click("text=New chat")
    page.wait_for_selector(".vm-welcome")
    ask(page, "methotrexate?")
    assert chat.answerer.asked[-1][1] == ()


def test_windows_do_not_share_a_conversation_and_the_browser_keeps_nothing(chat, open_page):
    one, other = open_page(chat.url), open_page(chat.url)
    ask(one, "ibuprofen?")
    expect(other.locator(".vm-turn")).to_have_count(0)
    kept = "JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie"
    assert "ibuprofen" not in one.evaluate(kept).lower()
    assert one.evaluate("indexedDB.databases().then(found => found.length)") == 0
    one.reload()
    one.wait_for_selector(".vm-welcome")


def test_the_answer_can_be_copied_with_its_sources(chat, open_page):
    page = open_page(chat.url, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "ibuprofen?")
    page.click("[data-copy]")
    page.wait_for_selector("text=Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Nausea, heartburn and stomach pain" in copied
    assert "[2] Ibuprofen Tablets" in copied


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_fits_and_sources_come_as_a_sheet(chat, open_page, screenshot, scheme):
    page = open_page(chat.url, color_scheme=scheme, **PHONE)
    screenshot(page, f"phone-{scheme}-welcome")
    ask(page, "methotrexate?")
    screenshot(page, f"phone-{scheme}-boxed-warning")
    ask(page, "ibuprofen?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('#vm-transcript').scrollWidth") <= 390
    screenshot(page, f"phone-{scheme}-answer")
    expect(page.locator("#vm-sources")).not_to_be_visible()
    last(page, ".vm-cite").nth(1).tap()
    page.wait_for_selector(".vm-source mark")
    screenshot(page, f"phone-{scheme}-source")
    page.tap("text=Back to the answer")
    page.wait_for_function("getComputedStyle(document.querySelector('#vm-sources')).visibility === 'hidden'")
    assert page.evaluate("document.activeElement.dataset.key") == "c2"
    ask(page, "My son swallowed 20 pills")
    screenshot(page, f"phone-{scheme}-emergency")


def test_there_is_a_dark_theme_and_a_switch(chat, open_page, screenshot):
    def paper():
        return page.evaluate("getComputedStyle(document.querySelector('.gradio-container')).backgroundColor")

    page = open_page(chat.url, color_scheme="dark")
    dark = paper()
    ask(page, "methotrexate?")
    page.click(".vm-cite")
    page.wait_for_selector(".vm-source mark")
    screenshot(page, "dark-source")
    ask(page, "My son swallowed 20 pills")
    screenshot(page, "dark-emergency")
    page.click("[data-theme-switch]")
    assert paper() != dark


def test_the_page_is_announced_to_a_screen_reader(chat, open_page):
    page = open_page(chat.url)
    log = page.locator("[role=log]")
    assert log.get_attribute("aria-live") == "polite"
    expect(page.get_by_label("Your question")).to_have_count(1)
    expect(page.get_by_role("complementary", name="Sources")).to_have_count(1)
    seen = "[...document.querySelectorAll('button')].filter(button => button.offsetParent)"
    assert page.evaluate(f"{seen}.filter(button => !button.innerText.trim() && !button.ariaLabel).length") == 0
    assert "not medical advice" in page.inner_text(".vm-disclaimer")


def test_nothing_of_gradio_s_own_records_or_reports(chat, open_page, beyond):
    page = open_page(chat.url)
    ask(page, "ibuprofen?")
    assert httpx.get(f"{chat.url}gradio_api/runs").status_code == 404
    assert httpx.get(f"{chat.url}monitoring").status_code in (403, 404)
    assert httpx.get(f"{chat.url}gradio_api/info").json()["named_endpoints"] == {}
    assert not re.search(r"share|built with gradio|use via api", page.inner_text("body"), re.IGNORECASE)
    assert beyond == []
