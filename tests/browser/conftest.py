"""A headless Chromium, and the chat over made-up answers for it to open."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_HARMLESS_CONSOLE = (
    "Autofocus processing was blocked",
    # A page that is left, as when somebody signs out, closes its stream of events, and Gradio writes that down.
    "AbortError: signal is aborted without reason",
    "Unexpected error Connection errored out.",
)


@pytest.fixture(scope="session")
def unused_port() -> int:
    """A port of this machine that nobody listens on."""
    return free_port()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def chromium():
    """The system's Chromium under Playwright; without it the test is skipped.

    A module at a time: Playwright keeps an event loop running, beside which no other test can start one.
    """
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def beyond() -> list[object]:
    """Addresses outside this machine that this process has tried to reach, so far."""
    reached: list[object] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            host = arguments[1][0]
            if not (host == "::1" or str(host).startswith("127.")):
                reached.append(arguments[1])

    sys.addaudithook(watch)
    return reached


@pytest.fixture(scope="session")
def serve_page(beyond):
    """A function that serves a page in this process as the command line would: a context whose value is the address."""
    from chatbot.app import build_server
    from chatbot.running import served

    return lambda app: served(guarded(build_server(app)), free_port())


@pytest.fixture(scope="session")
def chat(fakes, beyond) -> Iterator[SimpleNamespace]:
    """The page over the fake answerer, served in this process: `.url` and `.answerer`."""
    from chatbot.app import build_app, build_server
    from chatbot.running import served

    answerer = fakes.FakeAnswerer()
    page = build_server(build_app(answerer, page_picture=fakes.draw_page))
    with served(guarded(page), free_port()) as url:
        yield SimpleNamespace(url=url, answerer=answerer)


def guarded(page, users_path: Path = Path("none")):
    """The page as the command line serves it on this machine, with the accounts of a file if there is one."""
    from chatbot.accounts.users import Users
    from chatbot.guard.door import guard_page
    from chatbot.guard.policy import policy_for
    from chatbot.settings import Settings

    users = Users(users_path)
    policy = policy_for(Settings(home=users_path.parent), "127.0.0.1", has_users=bool(users.all()))
    return guard_page(page, policy, users)


@pytest.fixture(scope="module")
def chat_with_accounts(fakes, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """The page for anna (clinician) and bob (patient): `.url`, `.answerer` and their `.password`."""
    from chatbot.accounts.users import Users
    from chatbot.app import build_app, build_server
    from chatbot.running import served

    path = tmp_path_factory.mktemp("accounts") / "users.sqlite"
    password = "correct horse battery"  # noqa: S105
    for name, role in (("anna", "clinician"), ("bob", "patient")):
        Users(path).add(name, role, password)
    answerer = fakes.FakeAnswerer()
    page = build_server(build_app(answerer, audience="clinician", page_picture=fakes.draw_page))
    with served(guarded(page, path), free_port()) as url:
        yield SimpleNamespace(url=url, answerer=answerer, password=password)


@pytest.fixture(scope="module")
def contexts(chromium) -> Iterator[Callable[..., object]]:
    """A function that gives the browser context of some options; kept, so that its cache is warm."""
    made: dict[str, object] = {}

    def context_of(**options: object):
        key = repr(sorted(options.items()))
        if key not in made:
            made[key] = chromium.new_context(**options)
        return made[key]

    yield context_of
    for context in made.values():
        context.close()


@pytest.fixture
def open_page(contexts) -> Iterator[Callable[..., object]]:
    """A function that opens an address in a window of its own.

    When the test is over, the page must have asked nobody but its own server, and met no error. A test that signs out
    says `leaves`: what Gradio writes on its console when its streams are refused then differs from run to run.
    """
    pages, problems = [], []

    def opener(
        url: str,
        *,
        width: int = 1440,
        height: int = 900,
        until: str = ".vm-welcome",
        leaves: bool = False,
        **options: object,
    ):
        page = contexts(viewport={"width": width, "height": height}, **options).new_page()
        pages.append(page)
        host = urlsplit(url).netloc

        def check_request(request) -> None:
            if urlsplit(request.url).netloc != host and not request.url.startswith(("data:", "blob:")):
                problems.append(f"request to {request.url}")

        def check_console(message) -> None:
            bad = message.type in ("error", "warning") and not message.text.startswith(_HARMLESS_CONSOLE)
            if bad and not leaves:
                problems.append(f"console: {message.text}")

        page.on("request", check_request)
        page.on("console", check_console)
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.set_default_timeout(20_000)
        page.goto(url)
        page.wait_for_selector(until)
        if until == ".vm-welcome":  # Gradio mounts one part after another: the welcome may stand before the rest
            page.wait_for_selector("#vm-question textarea")
            page.wait_for_selector("#vm-sources", state="attached")
        return page

    yield opener
    for page in pages:
        page.close()
    assert problems == []


@pytest.fixture
def screenshot() -> Callable[[object, str], None]:
    """A function that keeps a picture of a page in `artefacts/`."""

    def take(page, name: str) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        page.wait_for_timeout(700)  # the reveal and the scrolling are over
        page.screenshot(path=ARTEFACTS / f"{name}.png")

    return take
