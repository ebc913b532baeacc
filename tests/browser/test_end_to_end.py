"""The real thing: labels ingested, the server started from the command line, a question asked in a browser."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VADEMECUM = Path(sys.executable).parent / "vademecum"
STARTER = Path(__file__).resolve().parents[2] / "knowledge_base" / "data" / "starter"
QUESTION = "What are the common side effects of taking ibuprofen?"


@pytest.fixture(scope="module")
def address(tmp_path_factory, unused_port) -> Iterator[str]:
    """The chat over a few starter documents, served by the command line in a process of its own."""
    folder = tmp_path_factory.mktemp("end-to-end")
    names = ("ibuprofen", "lisinopril", "methotrexate")
    documents = [STARTER / "monographs" / f"{name}.md" for name in names]
    documents.append(STARTER / "guidelines" / "catheter-associated-uti-prevention.pdf")
    environment = os.environ | {"VADEMECUM_HOME": str(folder), "OMP_NUM_THREADS": "1"}
    ingest = [VADEMECUM, "ingest", *documents, "--kb", folder / "kb"]
    subprocess.run(ingest, env=environment, check=True, capture_output=True, timeout=300)
    server = subprocess.Popen(
        [VADEMECUM, "chat", "--kb", folder / "kb", "--port", str(unused_port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "stderr").open("w"),
    )
    url = f"http://127.0.0.1:{unused_port}/"
    try:
        wait_until_it_answers(url, server, folder / "stderr")
        yield url
    finally:
        server.terminate()
        server.wait(20)


def wait_until_it_answers(url: str, server: subprocess.Popen, stderr: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"the server ended with {server.returncode}: {stderr.read_text()[-2000:]}")
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.3)
    pytest.fail(f"no answer from {url} in 120 s: {stderr.read_text()[-2000:]}")


def ask(page, question):
    n_turns = page.locator(".vm-turn").count()
    page.fill("#vm-question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('.vm-turn').length > n && !document.querySelector('.vm-pending')", arg=n_turns
    )


def test_a_question_is_answered_and_its_first_citation_opens_the_sentence(address, open_page, screenshot):
    page = open_page(address)
    ask(page, QUESTION)
    expect(page.locator(".vm-cite")).not_to_have_count(0)
    screenshot(page, "real-answer")
    page.locator(".vm-cite >> text=1").first.click()
    page.wait_for_selector(".vm-source[data-key=c1] mark")
    marked = " ".join(page.locator(".vm-excerpt mark").all_inner_texts())
    first = page.locator(".vm-text li").first.inner_text()
    assert " ".join(marked.split())[:40] in " ".join(first.split())
    assert "buprofen" in page.inner_text(".vm-source h3")
    assert "side effects" in page.inner_text(".vm-path").lower()
    screenshot(page, "real-source")


def test_a_boxed_warning_is_shown_with_the_medicine_it_belongs_to(address, open_page, screenshot):
    page = open_page(address)
    ask(page, "What is the boxed warning on methotrexate?")
    assert "methotrexate" in page.inner_text(".vm-boxed h2").lower()
    screenshot(page, "real-boxed-warning")


def test_a_guideline_in_pdf_opens_as_the_picture_of_its_page(address, open_page, screenshot):
    page = open_page(address)
    ask(page, "When should a urinary catheter be removed?")
    page.locator(".vm-cite >> text=1").first.click()
    page.wait_for_selector(".vm-page img")
    assert page.evaluate("document.querySelector('.vm-page img').naturalWidth") > 600
    expect(page.locator(".vm-excerpt mark")).not_to_have_count(0)
    screenshot(page, "real-pdf")


def test_an_emergency_comes_before_anything_else(address, open_page, screenshot):
    page = open_page(address)
    ask(page, "My toddler swallowed a whole bottle of ibuprofen")
    expect(page.locator(".vm-emergency .vm-call")).not_to_have_count(0)
    screenshot(page, "real-emergency")


def test_an_invented_medicine_gets_no_answer(address, open_page, screenshot):
    page = open_page(address)
    ask(page, "What are the side effects of zorvexatrin?")
    expect(page.locator(".vm-abstention")).to_have_count(1)
    expect(page.locator(".vm-cite")).to_have_count(0)
    screenshot(page, "real-abstention")
