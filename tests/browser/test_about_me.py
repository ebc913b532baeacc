"""What a person tells of themselves reaches the answerer, and a list is checked with one press."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace

import pytest

from chatbot.facts import Facts
from chatbot.types import Answer, Response

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def telling(fakes, serve_page) -> Iterator[SimpleNamespace]:
    from chatbot.app import build_app

    told: list[Facts | None] = []
    lists: list[tuple[str, ...]] = []

    class Answerer(fakes.FakeAnswerer):
        async def answer(self, question: str, *, facts: Facts | None = None, **rest: object) -> Response:
            told.append(facts)
            return await super().answer(question, facts=facts, **rest)

    def check(medicines: Sequence[str]) -> Response:
        lists.append(tuple(medicines))
        return Answer(id="l1", question="", text=f"Checked together: {' and '.join(medicines)}.")

    with serve_page(build_app(Answerer(), page_picture=fakes.draw_page, check_list=check)) as url:
        yield SimpleNamespace(url=url, told=told, lists=lists)


def open_panel(page) -> None:
    page.click("#vm-about button")
    page.wait_for_selector("#vm-check", state="visible")


def test_what_is_filled_in_goes_with_the_next_question_and_the_panel_makes_room(telling, open_page, screenshot) -> None:
    page = open_page(telling.url)
    open_panel(page)
    page.check("text=Pregnant")
    page.get_by_label("Age in years").fill("31")
    page.get_by_label("Allergies").fill("penicillin; sulfa")
    page.get_by_label("Medicines I take").fill("warfarin")
    screenshot(page, "about-me")
    page.wait_for_timeout(800)
    page.fill("#vm-question textarea", "ibuprofen?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".vm-foot")
    assert telling.told[-1] == Facts(
        pregnant=True, age_years=31.0, allergies=("penicillin", "sulfa"), medicines=("warfarin",)
    )
    page.wait_for_selector("#vm-check", state="hidden")


def test_a_list_is_checked_with_one_press(telling, open_page) -> None:
    page = open_page(telling.url)
    open_panel(page)
    page.get_by_label("Medicines I take").fill("warfarin, aspirin")
    page.wait_for_timeout(800)
    page.click("#vm-check")
    page.wait_for_selector("text=Checked together: warfarin and aspirin.")
    assert telling.lists[-1] == ("warfarin", "aspirin")


def test_an_age_that_is_none_is_said_and_changes_nothing(telling, open_page) -> None:
    page = open_page(telling.url)
    open_panel(page)
    page.get_by_label("Age in years").fill("old")
    page.wait_for_selector("text=age_years must be a number from 0 to 120")
