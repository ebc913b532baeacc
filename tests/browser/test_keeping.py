"""The switch that keeps a chat: off until somebody sets it, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from chatbot.messages import Exchange
from chatbot.privacy.identifiers import Kind, MaskingError

pytestmark = pytest.mark.browser


class FakeKeeper:
    """Keeps in memory; breaks on a question that says so."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, tuple[str, ...]]] = []

    def record(self, owner: str, exchanges: Sequence[Exchange]) -> tuple[Kind, ...]:
        if any("unmaskable" in one.question for one in exchanges):
            raise MaskingError("identifiers could not be looked for")
        self.kept.append((owner, tuple(one.question for one in exchanges)))
        return ("PERSON", "PERSON", "DATE")


@pytest.fixture(scope="module")
def keeping(fakes, serve_page) -> Iterator[SimpleNamespace]:
    from chatbot.app import build_app

    keeper = FakeKeeper()
    with serve_page(build_app(fakes.FakeAnswerer(), page_picture=fakes.draw_page, keeper=keeper)) as url:
        yield SimpleNamespace(url=url, keeper=keeper)


def ask(page, question):
    n_turns = page.locator(".vm-turn").count()
    page.fill("#vm-question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('.vm-turn').length > n && !document.querySelector('.vm-pending')", arg=n_turns
    )


def test_nothing_is_kept_until_the_switch_is_set_and_then_the_person_sees_what_was_masked(
    keeping, open_page, screenshot
):
    page = open_page(keeping.url)
    ask(page, "ibuprofen?")
    assert not page.is_checked("#vm-keep input")
    assert keeping.keeper.kept == []
    page.check("#vm-keep input")
    page.wait_for_selector("text=2 names and 1 date")
    assert keeping.keeper.kept == [("local", ("ibuprofen?",))]
    ask(page, "methotrexate?")
    assert keeping.keeper.kept[-1] == ("local", ("ibuprofen?", "methotrexate?"))
    notice = page.locator(".vm-turn:last-child .vm-notice[data-kind=masked]").inner_text()
    assert "2 names and 1 date" in notice
    screenshot(page, "chat-kept")
    page.click("text=New chat")
    page.wait_for_selector(".vm-welcome")
    assert not page.is_checked("#vm-keep input")


def test_a_chat_that_can_not_be_kept_is_answered_and_says_so(keeping, open_page):
    page = open_page(keeping.url)
    page.check("#vm-keep input")
    n_kept = len(keeping.keeper.kept)
    page.fill("#vm-question textarea", "unmaskable ibuprofen?")
    page.keyboard.press("Enter")
    # It stands in the corner for a few seconds only.
    page.wait_for_selector("text=identifiers could not be looked for")
    page.wait_for_selector(".vm-turn:last-child .vm-foot")
    expect(page.locator(".vm-turn:last-child .vm-cite")).to_have_count(5)
    assert len(keeping.keeper.kept) == n_kept


def test_without_a_keeper_there_is_no_switch(chat, open_page):
    expect(open_page(chat.url).locator("#vm-keep input:visible")).to_have_count(0)
