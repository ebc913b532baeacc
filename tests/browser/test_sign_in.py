"""Signing in, what a role may choose, and signing out, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def sign_in(open_page, chat, name: str, **options: object):
    page = open_page(chat.url, until="input[type=password]", leaves=True, **options)
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", chat.password)
    page.click("button[type=submit]")
    page.wait_for_selector(".vm-welcome")
    page.wait_for_selector("form[action='/logout'] button")
    return page


def ask(page, question: str) -> None:
    page.fill("#vm-question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(".vm-turn .vm-cite")


def test_a_clinician_signs_in_asks_and_leaves(chat_with_accounts, open_page, screenshot) -> None:
    page = sign_in(open_page, chat_with_accounts, "anna")
    assert "anna" in page.inner_text("form[action='/logout']")
    expect(page.locator("#vm-audience input")).to_have_count(2)
    screenshot(page, "signed-in")
    ask(page, "ibuprofen?")
    assert chat_with_accounts.answerer.asked[-1][2] == "clinician"
    page.click("form[action='/logout'] button")
    page.wait_for_selector("input[type=password]")
    page.goto(chat_with_accounts.url)
    assert page.url.endswith("/login")
    screenshot(page, "sign-in")


def test_a_patient_gets_answers_for_patients_and_no_switch(chat_with_accounts, open_page) -> None:
    page = sign_in(open_page, chat_with_accounts, "bob", locale="en-GB")
    page.wait_for_selector("#vm-audience", state="hidden")
    ask(page, "ibuprofen?")
    assert chat_with_accounts.answerer.asked[-1][2] == "patient"
    page.click("form[action='/logout'] button")
    page.wait_for_selector("input[type=password]")


def test_a_wrong_password_is_said(chat_with_accounts, contexts) -> None:
    # A page of its own: the browser reports the refusal on its console, as it should.
    page = contexts(locale="de-DE").new_page()
    page.goto(chat_with_accounts.url)
    page.fill("input[name=name]", "anna")
    page.fill("input[name=password]", "not her password")
    with page.expect_response("**/login") as response:
        page.click("button[type=submit]")
    assert response.value.status == 401
    page.wait_for_selector("[role=alert]")
    page.close()
